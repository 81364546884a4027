"""Making a backup while desks run: the record as of one moment, checked, then given its name."""

import asyncio
import os
import re
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool

from nightdesk_desk.audit.record import note
from nightdesk_desk.backup import postgres, sqlite
from nightdesk_desk.backup.archive import (
    DATABASE_PARTS,
    FILES,
    BackupError,
    Manifest,
    file_digest,
    place,
    working_folder,
    write_archive,
)
from nightdesk_desk.backup.facts import Facts, read_facts
from nightdesk_desk.backup.files import own_files
from nightdesk_desk.backup.progress import Step, megabytes
from nightdesk_desk.db import Database
from nightdesk_desk.privacy import keys
from nightdesk_desk.settings import Settings

MADE = "backup_made"
"""The kind of the audit entry."""

_NAMED = re.compile(r"nightdesk-\d{8}T\d{6}Z\.backup")


@dataclass(frozen=True)
class Made:
    """A backup that was made, and the older ones that were removed for it."""

    path: Path
    bytes: int
    sha256: str
    manifest: Manifest
    removed: tuple[Path, ...] = ()


def name_at(at: datetime) -> str:
    """Give the name of a backup made at this moment, in its folder."""
    return f"nightdesk-{at.astimezone(UTC):%Y%m%dT%H%M%SZ}.backup"


def outdated(names: list[str], keep: int) -> list[str]:
    """Give which names of a folder are backups beyond the newest `keep`; others are left alone."""
    ours = sorted(name for name in names if _NAMED.fullmatch(name))
    return ours[: max(0, len(ours) - keep)]


def make(settings: Settings, target: Path, at: datetime, keep: int | None = None) -> Made:
    """Make a backup of the record as it is now at `target`, a new file.

    With `keep`, older ones in its folder go, but for the newest so many. Raises BackupError,
    SQLAlchemyError, sqlite3.Error or OSError; then there is no file of this name.
    """
    if target.exists():
        raise BackupError(f"{target} is there already: name a new file")
    kind = "sqlite" if settings.database_url.startswith("sqlite") else "postgresql"
    with working_folder(target.parent) as folder:
        record = folder / DATABASE_PARTS[kind]
        copying = _copy_sqlite if kind == "sqlite" else _copy_postgres
        facts, server = asyncio.run(copying(settings.database_url, record))
        parts = {record.name: record}
        for file in own_files(settings):
            # Copied first: a file that changes meanwhile would not be as its hash says.
            copied = folder / FILES / file.name
            copied.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file.path, copied)
            parts[f"{FILES}{file.name}"] = copied
        manifest = Manifest(
            made_at=at.astimezone(UTC).isoformat(timespec="seconds"),
            database=kind,
            server=server,
            schema=facts.schema,
            counts=facts.counts,
            audit_number=facts.audit_number,
            audit_hash=facts.audit_hash,
            keys=facts.keys,
        )
        written = folder / "archive"
        with Step("Writing the archive", _size_of(written)):
            manifest = write_archive(written, manifest, parts)
        size, sha256 = written.stat().st_size, file_digest(written)
        asyncio.run(_name_and_note(settings.database_url, written, target, sha256, manifest))
    removed = _remove(target.parent, keep) if keep is not None else ()
    return Made(target, size, sha256, manifest, removed)


async def _copy_sqlite(url: str, target: Path) -> tuple[Facts, str]:
    source, so_far = sqlite.path_of(url), [0]
    whole = source.stat().st_size if source.is_file() else 0

    def told(size: int) -> None:
        so_far[0] = size

    with Step(
        "Copying the database", lambda: f"{megabytes(so_far[0])} of at most {megabytes(whole)}"
    ):
        await asyncio.to_thread(sqlite.copy, source, target, told)
    with Step("Checking the copy"):
        await asyncio.to_thread(sqlite.check, target)
    engine = create_async_engine(sqlite.unchanging_url(target), poolclass=NullPool)
    try:
        async with AsyncSession(engine) as session:
            return await _read(session), sqlite.version()
    finally:
        await engine.dispose()


async def _copy_postgres(url: str, target: Path) -> tuple[Facts, str]:
    engine = create_async_engine(
        url, poolclass=NullPool, hide_parameters=True, isolation_level="REPEATABLE READ"
    )
    try:
        async with AsyncSession(engine) as session:
            # What is counted and what is dumped are one state.
            snapshot = str(await session.scalar(text("SELECT pg_export_snapshot()")))
            server = str(await session.scalar(text("SHOW server_version")))
            facts = await _read(session)
            with Step("Dumping the database", _size_of(target)):
                await asyncio.to_thread(postgres.dump, url, snapshot, server, target)
            with Step("Checking the dump"):
                await asyncio.to_thread(postgres.listing, target)
        return facts, server
    finally:
        await engine.dispose()


async def _read(session: AsyncSession) -> Facts:
    doing = [""]

    def told(what: str) -> None:
        doing[0] = what

    with Step("Checking what it holds", lambda: doing[0]):
        return await read_facts(session, keys.current(), told)


async def _name_and_note(
    url: str, written: Path, target: Path, sha256: str, manifest: Manifest
) -> None:
    """Give the archive its name and note it: both, or neither."""
    details = {
        "file": target.name,
        "sha256": sha256,
        "schema": manifest.schema,
        "audit": f"{manifest.audit_number}:{manifest.audit_hash}",
        "conversations": manifest.counts.get("conversations", 0),
    }
    try:
        async with _writing(url) as session:
            await note(session, MADE, about=target.name, details=details)
            place(written, target)
    except FileExistsError as error:
        raise BackupError(f"{target} is there already: name a new file") from error
    except BaseException:
        _unname(written, target)
        raise


def _unname(written: Path, target: Path) -> None:
    if target.exists() and os.path.samestat(target.stat(), written.stat()):
        target.unlink()


@asynccontextmanager
async def _writing(url: str) -> AsyncIterator[AsyncSession]:
    db = Database(url)
    try:
        async with db.write() as session:
            yield session
    finally:
        await db.close()


def _remove(folder: Path, keep: int) -> tuple[Path, ...]:
    names = [each.name for each in folder.iterdir() if each.is_file()]
    gone = tuple(folder / name for name in outdated(names, keep))
    for path in gone:
        path.unlink(missing_ok=True)
    return gone


def _size_of(path: Path) -> Callable[[], str]:
    def size() -> str:
        return megabytes(path.stat().st_size) if path.exists() else ""

    return size
