"""Scripts of others that lie in the repository, and the built scripts that they are in."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import yaml

from supply.locks import ROOT

RECORD = "desk/vendored.yml"


@dataclass(frozen=True)
class Vendored:
    """A file of somebody else's package, or one that was built here from such packages.

    `recorded` is the hash that somebody else's has had since it was put here; "" for one of ours.
    `built_from` are npm packages whose code is in it.
    """

    file: str
    name: str
    version: str
    licence: str
    recorded: str
    built_from: tuple[str, ...] = ()


def load_vendored(root: Path = ROOT) -> tuple[Vendored, ...]:
    """Read the record. Raises OSError, yaml.YAMLError, KeyError."""
    rows = yaml.safe_load((root / RECORD).read_text(encoding="utf-8"))["files"]
    return tuple(
        Vendored(
            row["file"],
            row["name"],
            str(row["version"]),
            row["licence"],
            row.get("sha256", ""),
            tuple(row.get("built_from", ())),
        )
        for row in rows
    )


def hash_of(path: Path) -> str:
    """Give a file's SHA-256. Raises OSError."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
