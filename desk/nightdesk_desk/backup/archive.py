"""The file of a backup: a zip with a manifest that says what it holds and how that was.

It comes to its name only when it is whole: it is written beside it, in a folder that only its owner
can enter, and linked there at the end. Nothing is ever written over.
"""

import contextlib
import errno
import hashlib
import json
import os
import shutil
import sqlite3
import struct
import tempfile
import time
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import IO, Any

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

FORMAT = 1
MANIFEST = "manifest.json"
DATABASE_PARTS = {"sqlite": "desk.sqlite3", "postgresql": "desk.pgdump"}
"""The part that holds the record, by kind of database."""
FILES = "files/"
"""Under this name lie copies of the clinic's own files."""

CHUNK = 1 << 20
_WORKING = ".nightdesk-backup-"
_LEFT_FOR = 24 * 3600.0
"""Seconds after which what a killed backup has left is taken away by the next one."""
_MOST_MANIFEST = 1_000_000
_NOT_WHOLE = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, struct.error)
"""What reading a damaged zip raises; RuntimeError where a changed bit says that it is encrypted."""


class BackupError(Exception):
    """A backup cannot be made, used or restored; the text is one sentence for whoever runs it."""


@dataclass(frozen=True)
class Part:
    """One file of the archive."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class KeyUse:
    """How the encrypted texts of the record can be read: how many by which key, by its id.

    `unreadable` are those that no key of the environment opened when the backup was made.
    """

    by_id: dict[str, int] = field(default_factory=dict)
    plain: int = 0
    unreadable: int = 0


@dataclass(frozen=True)
class Manifest:
    """What a backup holds: when and of what it was made, and what was counted in it.

    `audit_number` and `audit_hash` are the last entry of the audit record. `parts` have the hash of
    each file.
    """

    made_at: str
    database: str
    server: str
    schema: str
    counts: dict[str, int]
    audit_number: int
    audit_hash: str
    keys: KeyUse
    parts: tuple[Part, ...] = ()
    format: int = FORMAT

    def part(self, name: str) -> Part:
        """Give a part by its name. Raises BackupError when there is none."""
        for part in self.parts:
            if part.name == name:
                return part
        raise BackupError(f"the archive holds no {name}")


@contextlib.contextmanager
def working_folder(beside: Path) -> Iterator[Path]:
    """Give a folder in the folder `beside` that only its owner can enter; it goes at the end."""
    for left in beside.glob(f"{_WORKING}*"):
        with contextlib.suppress(OSError):
            if time.time() - left.stat().st_mtime > _LEFT_FOR:
                shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=_WORKING, dir=beside))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def saying_what_failed(where: Path) -> Iterator[None]:
    """Turn faults of the disk inside into one sentence. Raises BackupError."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise BackupError(f"there is no space left in {where}; nothing was changed") from error
        named = error.filename or where
        raise BackupError(f"{named}: {error.strerror or type(error).__name__}") from error
    except (sqlite3.Error, SQLAlchemyError) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        if getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
            raise BackupError(f"there is no space left in {where}; nothing was changed") from error
        # Not its text: it may hold an address with a password.
        raise BackupError(f"the database cannot be used ({type(cause).__name__})") from error


def write_archive(path: Path, manifest: Manifest, parts: dict[str, Path]) -> Manifest:
    """Write a new archive at `path` for its owner alone. Gives the manifest with its parts.

    Raises OSError.
    """
    listed = []
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(file, "w+b") as out:
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, source in parts.items():
                listed.append(_add(archive, name, source))
            whole = replace(manifest, parts=tuple(listed))
            archive.writestr(MANIFEST, json.dumps(asdict(whole), indent=1))
        out.flush()
        os.fsync(out.fileno())
    return whole


def place(written: Path, target: Path) -> None:
    """Give a whole archive its name. Raises FileExistsError where there is one, and OSError."""
    try:
        os.link(written, target)
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.EOPNOTSUPP, errno.ENOTSUP):
            raise
        # A file system without links: nothing is written over here either.
        if target.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target)) from error
        written.rename(target)
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Have a folder's names on the disk."""
    file = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def read_manifest(path: Path) -> Manifest:
    """Give what an archive says of itself, unchecked. Raises BackupError."""
    with _opened(path) as archive:
        return _manifest(archive, path)


def unpack(path: Path, into: Path) -> Manifest:
    """Check every part of an archive against its manifest and write it into a folder.

    Raises BackupError when anything is missing, added, changed or cut off, and OSError.
    """
    with _opened(path) as archive:
        manifest = _manifest(archive, path)
        names = {part.name for part in manifest.parts}
        if names | {MANIFEST} != set(archive.namelist()):
            raise BackupError(f"{path} does not hold what its manifest names: it was changed")
        for part in manifest.parts:
            _take(archive, part, into, path)
    return manifest


def file_digest(path: Path) -> str:
    """Give the SHA-256 of a whole file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except FileNotFoundError as error:
        raise BackupError(f"there is no {path}") from error
    except IsADirectoryError as error:
        raise BackupError(f"{path} is a folder, not a backup") from error
    except (*_NOT_WHOLE, OSError) as error:
        if isinstance(error, OSError) and error.errno != errno.EINVAL:
            raise
        # EINVAL: it was led to a place before the file's beginning.
        raise BackupError(
            f"{path} is no whole backup: it is cut off, changed, or another file"
        ) from error


def _manifest(archive: zipfile.ZipFile, path: Path) -> Manifest:
    damaged = BackupError(f"{path} has no manifest that can be read: it was not made by Nightdesk")
    try:
        if archive.getinfo(MANIFEST).file_size > _MOST_MANIFEST:
            raise damaged
        said: Any = json.loads(archive.read(MANIFEST))
        number = said["format"]
    except (KeyError, TypeError, ValueError) as error:
        raise damaged from error
    if number != FORMAT:
        raise BackupError(
            f"{path} has the format {number}, and this Nightdesk reads {FORMAT}: use the one that "
            "made it, or a newer one"
        )
    try:
        parts = tuple(Part(**part) for part in said["parts"])
        manifest = Manifest(**{**said, "parts": parts, "keys": KeyUse(**said["keys"])})
        manifest.part(DATABASE_PARTS[manifest.database])
    except (KeyError, TypeError) as error:
        raise damaged from error
    for part in manifest.parts:
        if ".." in Path(part.name).parts or Path(part.name).is_absolute():
            raise damaged
    return manifest


def _take(archive: zipfile.ZipFile, part: Part, into: Path, path: Path) -> None:
    target = into / part.name
    target.parent.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with archive.open(part.name) as source, target.open("xb") as out:
        while chunk := source.read(CHUNK):
            size += len(chunk)
            if size > part.bytes:
                break
            digest.update(chunk)
            out.write(chunk)
    if size != part.bytes or digest.hexdigest() != part.sha256:
        raise BackupError(f"{path}: {part.name} is not as it was written: it was changed")


def _add(archive: zipfile.ZipFile, name: str, source: Path) -> Part:
    digest, size = hashlib.sha256(), 0
    info = zipfile.ZipInfo(name, time.gmtime()[:6])
    # A dump is packed already.
    packed = name == DATABASE_PARTS["postgresql"]
    info.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    with source.open("rb") as file, archive.open(info, "w", force_zip64=True) as out:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
            _write(out, chunk)
    return Part(name, size, digest.hexdigest())


def _write(out: IO[bytes], chunk: bytes) -> None:
    out.write(chunk)
