"""The database: connections, and one way each to read and to write."""

import asyncio
import logging
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import event, text
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.exc import TimeoutError as NoTurn
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

from nightdesk_desk import one_trip
from nightdesk_desk.audit.record import NOTED, write_noted

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_TIMEOUT_MS = 10_000
"""How long a writer waits for another process's write to SQLite, unless it says less."""
LEAST_WAIT_MS = 20
"""So long any writer waits for another process: most writes are over within it."""
SCRUB_WAITS_MS = 100
"""How long emptying the `-wal` file may wait, with writers waiting behind it."""
SCRUB_TRIES, SCRUB_PAUSE = 4, 0.3

logger = logging.getLogger(__name__)


class Database:
    """The desk's database, SQLite or PostgreSQL.

    `read()` and `write()` give a session inside a transaction; `write()` commits when its block
    ends without an exception and rolls back otherwise. Do not open one inside another: on SQLite
    the inner one would wait for the outer.
    """

    def __init__(self, url: str, info: dict[str, Any] | None = None) -> None:
        """Take a full SQLAlchemy address (see `settings.database_url`); connects on first use.

        `info` is what every session carries beside its transaction (`session.info`).
        """
        sqlite = url.startswith("sqlite")
        if sqlite and (path := make_url(url).database):
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        # Beyond the pool's size each connection is opened and closed again at every use.
        options: dict[str, Any] = {"pool_size": 20}
        # In a file, the connection used last comes first: what it has read lies in its memory, and
        # its thread is awake. Over a network each takes its turn: one that nobody uses for hours
        # may be dropped on its way without a word.
        options |= (
            {"connect_args": {"async_creator_fn": one_trip.connect}, "pool_use_lifo": True}
            if sqlite
            else {"pool_pre_ping": True}
        )
        # hide_parameters: an error must not carry a visitor's words into a log.
        self.engine = create_async_engine(url, hide_parameters=True, **options)
        if sqlite:
            _prepare_sqlite(self.engine.sync_engine)
        reader = self.engine.execution_options(nightdesk_reads=True)
        self._once = self.engine.execution_options(nightdesk_reads_once=True)
        writer = self.engine.execution_options(nightdesk_writes=True)
        self._reads = async_sessionmaker(reader, expire_on_commit=False, info=info)
        self._writes = async_sessionmaker(writer, expire_on_commit=False, info=info)
        # SQLite has one writer at a time. Queueing here is fair and wakes at once, where its own
        # busy handler sleeps and may starve a writer.
        self._turn: asyncio.Lock | None = asyncio.Lock() if sqlite else None

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """Give a session for reading, in one transaction."""
        async with self._reads() as session, session.begin():
            yield session

    def read_once(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """Give a connection for reading with one statement alone, which sees one moment by itself.

        Nothing is around it: no session, and on SQLite no transaction.
        """
        return self._once.connect()

    @asynccontextmanager
    async def write(self, within: float | None = None) -> AsyncIterator[AsyncSession]:
        """Give a session for writing, in one transaction that ends with the block.

        What the block notes for the audit record is written last, in the same transaction.
        `within` is for how many seconds it waits for other writers, of this process and of others,
        before it raises a SQLAlchemyError: on SQLite for its turn, on PostgreSQL for each lock.
        """
        began = time.monotonic()
        async with self._in_turn(within), self._writes() as session, session.begin():
            if within is not None:
                left = max(int(1000 * (began + within - time.monotonic())), LEAST_WAIT_MS)
                await self._limit_waits(session, left)
            session.info[NOTED] = []
            yield session
            await write_noted(session)

    async def _limit_waits(self, session: AsyncSession, milliseconds: int) -> None:
        """Let the session's transaction wait no longer than that for other programs' locks."""
        if self._turn is not None:
            await session.connection(execution_options={"nightdesk_waits": milliseconds})
            return
        # For this transaction alone. A plain SET takes no parameters.
        limit = {"limit": f"{milliseconds}ms"}
        await session.execute(text("SELECT set_config('lock_timeout', :limit, true)"), limit)

    @asynccontextmanager
    async def _in_turn(self, within: float | None) -> AsyncIterator[None]:
        if self._turn is None:
            yield
            return
        try:
            async with asyncio.timeout(within):
                await self._turn.acquire()
        except TimeoutError:
            raise NoTurn("other writers were not done in time") from None
        try:
            yield
        finally:
            self._turn.release()

    async def scrub(self) -> bool:
        """Take what was deleted or written over out of SQLite's `-wal` file too, emptying that.

        Gives false, and logs it, when somebody was reading or writing at each of a few tries.
        PostgreSQL's log is its server's affair: true.
        """
        if self._turn is None:
            return True
        for _ in range(SCRUB_TRIES):
            if await self._scrub_once(self._turn):
                return True
            await asyncio.sleep(SCRUB_PAUSE)
        logger.warning("what was deleted or changed may still be in the -wal file: it is in use")
        return False

    async def _scrub_once(self, turn: asyncio.Lock) -> bool:
        async with turn, self.engine.connect() as connection:
            raw: Any = (await connection.get_raw_connection()).driver_connection
            # Nobody is to wait for this.
            await raw.execute(f"PRAGMA busy_timeout={SCRUB_WAITS_MS}")
            try:
                cursor = await raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                busy, *_ = await cursor.fetchone()
                await cursor.close()
            except sqlite3.OperationalError:
                return False
            finally:
                await raw.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        return not busy

    async def close(self) -> None:
        """Close all connections."""
        await self.engine.dispose()


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        # The driver must not begin transactions on its own: `on_begin` does, and chooses which.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        cursor.execute("PRAGMA journal_mode=WAL")
        # FULL: in WAL mode NORMAL may lose the last commits when power fails, and a message that
        # was answered with 202 must not be lost. It costs one fsync a commit.
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        # What is deleted is written over, not only left out.
        cursor.execute("PRAGMA secure_delete=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        # A writer takes its lock first: a reader that turns writer could fail half-way.
        raw: Any = connection.connection.driver_connection
        options = connection.get_execution_options()
        if options.get("nightdesk_writes"):
            # At each beginning: a connection is used again, and its last writer may have had less.
            waits = options.get("nightdesk_waits", BUSY_TIMEOUT_MS)
            raw.begin(f"PRAGMA busy_timeout={waits}", "BEGIN IMMEDIATE")
        elif options.get("nightdesk_reads_once"):
            raw.begin()
        else:
            raw.begin("BEGIN", reads=options.get("nightdesk_reads", False))


def migrate(url: str, revision: str = "head") -> None:
    """Bring the database at `url` to `revision`, making it if it is not there.

    Blocks; call it before serving. Raises what Alembic or the driver raises.
    """
    if url.startswith("sqlite") and (path := make_url(url).database):
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    # Not as a main option: there, a % in a password would be read as an interpolation.
    config.attributes["url"] = url
    if revision == "base" or revision.startswith("-"):
        command.downgrade(config, revision)
    else:
        command.upgrade(config, revision)
