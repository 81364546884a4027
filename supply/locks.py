"""The lock files, read: each package with its version and hashes."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BOT, DESK = "requirements.lock", "desk/requirements.lock"
BOT_CHECKS, DESK_CHECKS = "requirements-dev.lock", "desk/requirements-dev.lock"
PYTHON_LOCKS = (BOT, DESK, BOT_CHECKS, DESK_CHECKS)
NPM_LOCK = "desk/widget/package-lock.json"
SET_UP_LOCK = "setup/uv.lock.txt"

_PINNED = re.compile(r"([a-z0-9][a-z0-9-]*)(?:\[[a-z0-9,-]+\])?==([^\s\\;]+)(?:\s*;[^\\]*)?\s*\\?")
_HASH = re.compile(r"\s+--hash=sha256:([0-9a-f]{64})(?: \\)?")


class LockError(ValueError):
    """A lock file has a line that is neither a pinned package, its hash nor a comment."""


@dataclass(frozen=True)
class Locked:
    """A package of a lock file. `sha256` are those of its files, one of which is installed."""

    name: str
    version: str
    sha256: tuple[str, ...] = ()


@dataclass(frozen=True)
class LockedScript:
    """A package of npm's lock file; `sha512` in base64, as npm writes it."""

    name: str
    version: str
    sha512: str
    licence: str


def read_lock(text: str) -> dict[str, Locked]:
    """Give the packages of a lock file that uv wrote, by name. Raises LockError."""
    found: dict[str, Locked] = {}
    name = ""
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if pinned := _PINNED.fullmatch(line):
            name = pinned[1]
            found[name] = Locked(name, pinned[2])
        elif (hashed := _HASH.fullmatch(line)) and name:
            before = found[name]
            found[name] = Locked(name, before.version, (*before.sha256, hashed[1]))
        else:
            raise LockError(f"line {number}: {line.strip()[:80]}")
    return found


def load_lock(name: str, root: Path = ROOT) -> dict[str, Locked]:
    """Give the packages of one of the lock files. Raises OSError, LockError."""
    try:
        return read_lock((root / name).read_text(encoding="utf-8"))
    except LockError as error:
        raise LockError(f"{name}: {error}") from error


def read_npm_lock(text: str) -> dict[str, LockedScript]:
    """Give the packages of an npm lock file by the folder that they lie in. Raises ValueError."""
    rows = json.loads(text)["packages"]
    return {
        place: LockedScript(
            place.rpartition("node_modules/")[2],
            row["version"],
            str(row.get("integrity", "")).removeprefix("sha512-"),
            str(row.get("license", "")),
        )
        for place, row in rows.items()
        if place
    }


def load_npm_lock(root: Path = ROOT) -> dict[str, LockedScript]:
    """Give the packages of the widget's lock file. Raises OSError, ValueError."""
    return read_npm_lock((root / NPM_LOCK).read_text(encoding="utf-8"))
