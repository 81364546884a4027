"""The advisories that are known for what is locked, each with what became of it: advisories.yml."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal, cast, get_args

import yaml

from supply.locks import BOT, DESK, ROOT

RECORD = "docs/advisories.yml"
Status = Literal["not_reachable", "fixed_by_override"]
"""Still in what is locked, or kept out of it by a version that overrules Rasa's."""


class AdvisoriesError(ValueError):
    """The list cannot be used; the text says which entry is wrong."""


@dataclass(frozen=True)
class Advisory:
    """One known hole: in which package, what fixes it, why it does no harm here.

    `version` is the locked one; `shown_by` are the tests of what is claimed.
    """

    id: str
    package: str
    version: str
    lock: str
    fixed_in: str
    about: str
    status: Status
    why: str
    shown_by: tuple[str, ...]


@dataclass(frozen=True)
class Advisories:
    """The list, when it was made, and from what."""

    checked_on: date
    source: str
    rows: tuple[Advisory, ...]


_NEEDED = ("id", "package", "version", "lock", "fixed_in", "about", "status", "why", "shown_by")


def load_advisories(root: Path = ROOT) -> Advisories:
    """Read the list. Raises OSError, AdvisoriesError."""
    try:
        row = yaml.safe_load((root / RECORD).read_text(encoding="utf-8"))
        return Advisories(
            row["checked_on"], row["source"], tuple(_advisory(r) for r in row["advisories"])
        )
    except (yaml.YAMLError, KeyError, TypeError) as error:
        raise AdvisoriesError(f"{RECORD}: {error}") from error


def _advisory(row: Mapping[str, Any]) -> Advisory:
    missing = [key for key in _NEEDED if not row.get(key)]
    wrong = [str(key) for key in row if key not in _NEEDED]
    if missing or wrong:
        said = f"needs {missing[0]}" if missing else f"unknown key {wrong[0]}"
        raise AdvisoriesError(f"{RECORD}: {row.get('id', '(no id)')}: {said}")
    if row["status"] not in get_args(Status) or row["lock"] not in (BOT, DESK):
        raise AdvisoriesError(f"{RECORD}: {row['id']}: unknown status or lock")
    return Advisory(
        str(row["id"]),
        row["package"],
        str(row["version"]),
        row["lock"],
        str(row["fixed_in"]),
        row["about"],
        cast(Status, row["status"]),
        row["why"],
        tuple(row["shown_by"]),
    )
