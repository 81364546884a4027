"""Restoring a backup: checked first, made ready beside the record, and put in its place at the end.

Until that last step nothing of the record in use is touched, and after it the old one is kept.
"""

import asyncio
import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool

from nightdesk_desk.backup import postgres, sqlite
from nightdesk_desk.backup.again import Again, do_again
from nightdesk_desk.backup.archive import (
    DATABASE_PARTS,
    FILES,
    BackupError,
    Manifest,
    file_digest,
    unpack,
    working_folder,
)
from nightdesk_desk.backup.facts import Facts, read_facts, refuse_unknown_schema
from nightdesk_desk.backup.files import differing
from nightdesk_desk.backup.progress import Step
from nightdesk_desk.backup.replaced import NOTHING, Deletion, Replaced, read_replaced
from nightdesk_desk.db import Database, migrate
from nightdesk_desk.privacy import keys
from nightdesk_desk.settings import Settings


@dataclass(frozen=True)
class Restored:
    """What came of it: where the old record is kept, and where the clinic's files were put.

    `differing` names those of them that differ from the files in use.
    """

    manifest: Manifest
    sha256: str
    again: Again
    facts: Facts
    old: str | None
    files: Path | None
    differing: tuple[str, ...]


def check(path: Path, folder: Path) -> Manifest:
    """Check an archive as far as that goes without its database; it is unpacked in `folder`.

    Raises BackupError, OSError.
    """
    with Step("Checking the archive"):
        manifest = unpack(path, folder)
    refuse_unknown_schema(manifest.schema)
    record = folder / DATABASE_PARTS[manifest.database]
    with Step("Checking the record in it"):
        if manifest.database == "sqlite":
            sqlite.check(record)
            facts = asyncio.run(_facts(sqlite.unchanging_url(record)))
            _compare(facts, manifest)
        else:
            postgres.listing(record)
    return manifest


def restore(
    settings: Settings,
    path: Path,
    at: datetime,
    deletions: tuple[Deletion, ...] | None,
    *,
    without_deletions: bool = False,
) -> Restored:
    """Put the record of a backup in the place of the one in use.

    `deletions` are those since the backup, where the record in use does not know them; without any,
    `without_deletions` says that whoever restores knows it. Raises BackupError, SQLAlchemyError,
    sqlite3.Error or OSError; then the record in use is as it was.
    """
    kind = "sqlite" if settings.database_url.startswith("sqlite") else "postgresql"
    beside = sqlite.path_of(settings.database_url).parent if kind == "sqlite" else settings.var
    beside.mkdir(parents=True, exist_ok=True, mode=0o700)
    with working_folder(beside) as folder:
        manifest = check(path, folder)
        if manifest.database != kind:
            raise BackupError(
                f"the backup is of a {manifest.database} database, and DATABASE_URL names "
                f"{kind}: a backup is restored into the same kind"
            )
        sha256 = file_digest(path)
        place = _Sqlite if kind == "sqlite" else _Postgres
        with place(settings, folder, at).alone() as target:
            replaced = target.replaced(manifest)
            known = _all_deletions(replaced, deletions, without_deletions)
            with Step("Making the restored record ready"):
                url = target.bring(folder / DATABASE_PARTS[kind])
                _compare(asyncio.run(_facts(url)), manifest)
                migrate(url)
                again = asyncio.run(_again(url, manifest, sha256, replaced, known))
            with Step("Checking the restored record"):
                facts = asyncio.run(_facts(url))
            old = target.take_place()
        kept, names = _put_files(settings, folder / FILES, at)
    return Restored(manifest, sha256, again, facts, old, kept, names)


def _all_deletions(
    replaced: Replaced, given: tuple[Deletion, ...] | None, without: bool
) -> tuple[Deletion, ...]:
    if not replaced.follows and given is None and not without:
        raise BackupError(
            "the record in use does not say which conversations were deleted since this backup (it "
            "is not there, cannot be read, or does not go on from it), so deleted ones would come "
            "back. Give them with --deletions FILE (from `nightdesk backup --deletions` or `audit "
            "export`), or say --without-deletions"
        )
    return (*replaced.deletions, *(given or ()))


async def _again(
    url: str,
    manifest: Manifest,
    sha256: str,
    replaced: Replaced,
    deletions: tuple[Deletion, ...],
) -> Again:
    db = Database(url)
    try:
        return await do_again(db, manifest, sha256, replaced, deletions)
    finally:
        await db.close()


async def _facts(url: object) -> Facts:
    engine = create_async_engine(url, poolclass=NullPool, hide_parameters=True)  # type: ignore[arg-type]
    try:
        async with AsyncSession(engine) as session:
            return await read_facts(session, keys.current())
    finally:
        await engine.dispose()


def _compare(facts: Facts, manifest: Manifest) -> None:
    """Raises BackupError when the record is not what the manifest says it is."""
    said = (manifest.schema, manifest.counts, manifest.audit_number, manifest.audit_hash)
    if (facts.schema, facts.counts, facts.audit_number, facts.audit_hash) != said:
        raise BackupError("the record in the backup is not what its manifest says: it was changed")


def _put_files(
    settings: Settings, folder: Path, at: datetime
) -> tuple[Path | None, tuple[str, ...]]:
    """Put the clinic's files of the backup beside the state; those in use stay as they are."""
    if not folder.is_dir():
        return None, ()
    target = settings.var / f"restored-{_stamp(at)}"
    shutil.copytree(folder, target)
    target.chmod(0o700)
    return target, tuple(differing(target, settings))


def _stamp(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _refuse_desk(settings: Settings) -> None:
    """Raises BackupError while something answers where this machine's desk listens."""
    try:
        socket.create_connection((settings.host, settings.port), timeout=2).close()
    except OSError:
        return
    raise BackupError(f"a desk listens on port {settings.port}: stop it first")


class _Target(Protocol):
    """Where a record is restored to, once nobody else uses it."""

    def replaced(self, manifest: Manifest) -> Replaced:
        """Read what matters of the record in use."""

    def bring(self, part: Path) -> str:
        """Put the backup's record beside it. Gives its address."""

    def take_place(self) -> str | None:
        """Give it the place of the one in use. Gives where that one is kept, if there was any."""


class _Sqlite:
    """A file beside the database's, and then in its place."""

    def __init__(self, settings: Settings, folder: Path, at: datetime) -> None:
        self._settings = settings
        self._path = sqlite.path_of(settings.database_url)
        self._folder = folder
        self._aside = self._path.with_name(f"{self._path.name}.before-{_stamp(at)}")
        self._old: Connection | None = None
        self._new = folder / "restored.sqlite3"

    @contextmanager
    def alone(self) -> Iterator[_Target]:
        with sqlite.alone(self._path) as old:
            if old is None and self._path.exists():
                # What cannot be read as a database cannot say who uses it.
                _refuse_desk(self._settings)
            self._old = old
            yield self

    def replaced(self, manifest: Manifest) -> Replaced:
        return NOTHING if self._old is None else read_replaced(self._old, manifest)

    def bring(self, part: Path) -> str:
        os.replace(part, self._new)
        return f"sqlite+aiosqlite:///{self._new}"

    def take_place(self) -> str | None:
        sqlite.at_rest(self._new)
        there = sqlite.take_place(self._new, self._path, self._aside)
        return str(self._aside) if there else None


class _Postgres:
    """A schema beside `public`, and then in its place."""

    def __init__(self, settings: Settings, folder: Path, at: datetime) -> None:
        self._url = settings.database_url
        self._folder = folder
        self._aside = f"nightdesk_before_{at.astimezone(UTC):%Y%m%d_%H%M%S}"
        self._server = ""
        self._alone: Connection | None = None

    @property
    def _connection(self) -> Connection:
        if self._alone is None:
            raise RuntimeError("only inside `alone()`")
        return self._alone

    @contextmanager
    def alone(self) -> Iterator[_Target]:
        with postgres.connect(self._url) as connection:
            self._server = postgres.server_version(connection)
            postgres.refuse_company(connection)
            self._alone = connection
            try:
                yield self
            except BaseException:
                connection.rollback()
                postgres.drop(connection, postgres.NEW)
                raise

    def replaced(self, manifest: Manifest) -> Replaced:
        try:
            return read_replaced(self._connection, manifest)
        finally:
            self._connection.rollback()

    def bring(self, part: Path) -> str:
        postgres.load(self._url, part, self._server, self._folder)
        return postgres.beside(self._url)

    def take_place(self) -> str | None:
        # Somebody may have come while it was made ready: what they wrote would be lost.
        postgres.refuse_company(self._connection)
        postgres.take_place(self._connection, self._aside)
        return f"schema {self._aside}"
