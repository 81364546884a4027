"""SQLite: a copy as of one moment while others write, and a file that takes another's place."""

import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, create_engine, pool
from sqlalchemy.engine import URL, make_url

from nightdesk_desk.backup.archive import BackupError, sync_folder

WAITS_SECONDS = 2.0
"""How long it is tried to have the file alone: somebody else's command may just end."""
INSTRUCTIONS = 100_000
"""Steps of SQLite's machine between two looks at how far it is."""


def path_of(url: str) -> Path:
    """Give the database's file. Raises BackupError where it is in memory."""
    name = make_url(url).database
    if not name or name == ":memory:":
        raise BackupError("a database in memory cannot be backed up")
    return Path(name)


def copy(source: Path, target: Path, told: Callable[[int], None]) -> None:
    """Write what `source` holds at this moment into a new file, while others write.

    It is read in one transaction, which holds no writer up, and written anew: what was deleted is
    not in it. `told` hears its bytes so far. Raises sqlite3.Error, and BackupError where there is
    no file.
    """
    if not source.is_file():
        raise BackupError(f"there is no database {source}")

    def look() -> int:
        with contextlib.suppress(OSError):
            told(target.stat().st_size)
        return 0

    with contextlib.closing(sqlite3.connect(source, isolation_level=None)) as connection:
        connection.set_progress_handler(look, INSTRUCTIONS)
        connection.execute("VACUUM INTO ?", (str(target),))


def check(path: Path) -> None:
    """Have SQLite check a file that nobody else uses. Raises BackupError when it is damaged."""
    try:
        with contextlib.closing(sqlite3.connect(path)) as connection:
            said = [row[0] for row in connection.execute("PRAGMA integrity_check(3)")]
            strangers = connection.execute("PRAGMA foreign_key_check").fetchall()
    except sqlite3.DatabaseError as error:
        raise BackupError(f"the copy of the database is damaged: {error}") from error
    if said != ["ok"] or strangers:
        what = "; ".join(map(str, said)) if said != ["ok"] else "rows refer to others not there"
        raise BackupError(f"the copy of the database is damaged: {what}")


def version() -> str:
    """Give SQLite's version."""
    return sqlite3.sqlite_version


def unchanging_url(path: Path) -> URL:
    """Give the address under which a file is read that nobody changes."""
    query = {"mode": "ro", "immutable": "1", "uri": "true"}
    return URL.create("sqlite+aiosqlite", database=f"file:{quote(str(path))}", query=query)


@contextlib.contextmanager
def alone(path: Path) -> Iterator[Connection | None]:
    """Have the database of a file alone for a block; a desk that starts meanwhile waits, and fails.

    Gives None where there is no file, or nothing that can be read as a database. Raises BackupError
    while anybody else has it open.
    """
    if not path.exists():
        yield None
        return
    connection = sqlite3.connect(
        path, timeout=WAITS_SECONDS, isolation_level=None, check_same_thread=False
    )
    with contextlib.closing(connection):
        try:
            # Nobody can leave WAL mode while another connection is open, even one that rests.
            connection.execute("PRAGMA journal_mode=DELETE").fetchall()
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("SELECT count(*) FROM sqlite_master").fetchall()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise BackupError(
                    f"{path} is in use: stop the desk (and whatever else has it open) first"
                ) from error
            readable = False
        except sqlite3.DatabaseError:
            readable = False
        else:
            readable = True
        if not readable:
            yield None
            return
        engine = create_engine("sqlite://", creator=lambda: connection, poolclass=pool.StaticPool)
        with engine.connect() as shared:
            yield shared


def at_rest(path: Path) -> None:
    """Put all of a database into its one file. Raises sqlite3.Error."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        connection.execute("PRAGMA journal_mode=DELETE").fetchall()
    path.chmod(0o600)
    with path.open("rb") as file:
        os.fsync(file.fileno())


def take_place(new: Path, path: Path, aside: Path) -> bool:
    """Give the database's name to a new file; the old one, if there is any, is kept as `aside`.

    At every moment there is a whole database under the name. It belongs to whom the old one did, or
    the folder does. Gives whether there was an old one.
    Raises OSError.
    """
    there = path.exists()
    belongs = (path if there else path.parent).stat()
    with contextlib.suppress(PermissionError):
        # Whoever restores as another user (root, say) must not keep the desk out.
        os.chown(new, belongs.st_uid, belongs.st_gid)
    if there:
        try:
            os.link(path, aside)
        except OSError:
            # A file system without links: for a moment there is none under the name.
            path.rename(aside)
    os.replace(new, path)
    for ending in ("-wal", "-shm"):
        # They belong to the file that is aside; alone, they would be read into the new one.
        left = path.with_name(path.name + ending)
        if left.exists():
            left.rename(aside.with_name(aside.name + ending))
    sync_folder(path.parent)
    return there
