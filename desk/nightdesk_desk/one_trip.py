"""SQLite in a thread of its own, with one trip there and back for each statement.

aiosqlite makes four: for a cursor, the statement, its rows and the cursor's end. Each trip wakes
two threads, which cost a turn far more than SQLite itself. Here all four are one, a transaction
begins on the way of its first statement, and the end of one that only reads is not waited for.
SQLite sees the same statements in the same order.
"""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import Any, cast

import aiosqlite

Row = Sequence[Any]


class Cursor:
    """What SQLAlchemy uses of a cursor. All rows are there once a statement has run."""

    def __init__(self, connection: "Connection") -> None:
        self._connection = connection
        self._rows: list[Row] = []
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self.arraysize = 1

    async def __aenter__(self) -> "Cursor":
        return self

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> "Cursor":
        """Run a statement and take its rows. Raises what sqlite3 does."""
        return await self._connection.trip(lambda raw: self._keep(raw.execute(sql, parameters)))

    async def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> "Cursor":
        """Run a statement once for each of `rows`. Raises what sqlite3 does."""
        return await self._connection.trip(lambda raw: self._keep(raw.executemany(sql, rows)))

    async def fetchone(self) -> Row | None:
        """Give the next row, or None."""
        return self._rows.pop(0) if self._rows else None

    async def fetchmany(self, size: int = 1) -> list[Row]:
        """Give the next rows, at most `size`."""
        taken, self._rows = self._rows[:size], self._rows[size:]
        return taken

    async def fetchall(self) -> list[Row]:
        """Give the rows that are left."""
        taken, self._rows = self._rows, []
        return taken

    async def close(self) -> None:
        """Let go of the rows; SQLite's own cursor has been closed with its statement."""
        self._rows = []

    def _keep(self, found: sqlite3.Cursor) -> "Cursor":
        # In the connection's thread.
        self.description = found.description
        self._rows = found.fetchall() if found.description else []
        self.rowcount, self.lastrowid = found.rowcount, found.lastrowid
        found.close()
        return self


class Connection(aiosqlite.Connection):
    """aiosqlite's connection with our cursors; `begin` is kept until there is something to do."""

    _begin: tuple[str, ...] = ()
    _used = False
    """Whether anything ran since the last transaction ended."""
    _reads = False
    """Whether the transaction only reads: it ends by being undone, and that cannot fail."""

    _alone = False
    """Whether statements run without a transaction around them."""

    def cursor(self) -> Cursor:  # type: ignore[override]  # what SQLAlchemy takes of it
        """Give a cursor; nothing runs yet."""
        return Cursor(self)

    def begin(self, *statements: str, reads: bool = False) -> None:
        """Begin a transaction by `statements`, just before the next one; by none: there is none.

        One that only `reads` ends without being waited for; what its connection is asked for next
        still comes after its end. Whatever it wrote all the same is undone, every time: the end of
        a transaction that writes must be waited for.
        """
        self._begin, self._reads, self._alone = statements, reads, not statements

    async def trip[T](self, act: Callable[[sqlite3.Connection], T]) -> T:
        """Do something with the connection in its thread. Raises what it does."""
        begin, self._begin = self._begin, ()
        self._used = not self._alone

        def there() -> T:
            for statement in begin:
                self._conn.execute(statement).close()
            return act(self._conn)

        return cast("T", await self._execute(there))  # type: ignore[no-untyped-call]

    async def commit(self) -> None:
        """End the transaction; nothing is to be done for one that never began."""
        self._begin = ()
        if self._used and not self._only_read():
            await super().commit()
            self._used = False

    async def rollback(self) -> None:
        """Undo the transaction; nothing is to be done where none can be under way."""
        self._begin = ()
        if self._used and not self._only_read():
            await super().rollback()
            self._used = False

    def _only_read(self) -> bool:
        """End a transaction that only read, behind what its thread is at. Gives whether it did."""
        if self._reads:
            self._used = self._reads = False
            self._tx.put_nowait((None, self._conn.rollback))
            return True
        return False


def connect(database: str, **named: Any) -> Connection:
    """Give a connection that opens once it is awaited; takes what `sqlite3.connect` does."""
    connection = Connection(lambda: sqlite3.connect(database, **named), iter_chunk_size=64)
    # A thread that waits for its next statement must not keep the process from ending.
    connection._thread.daemon = True
    return connection
