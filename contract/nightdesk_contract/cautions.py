"""Cautions: what is said beside an answer where its source goes beyond what is public elsewhere."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from nightdesk_contract.checked_yaml import read_checked, refused
from nightdesk_contract.problems import Problem, shown

SCHEMA = "cautions.schema.json"
FILE = "cautions.yml"
"""The file's name inside the data folder."""


@dataclass(frozen=True)
class PublicSource:
    """Where anybody can read it: a name, and an https address."""

    name: str
    url: str


@dataclass(frozen=True)
class Caution:
    """A short text for visitors, shown with every answer that rests on a passage in `beside`."""

    id: str
    text: str
    sources: tuple[PublicSource, ...]
    beside: tuple[str, ...]
    reason: str = ""


def load_cautions(data: Path, passages: Collection[str]) -> tuple[Caution, ...]:
    """Read the cautions in the data folder, in the file's order.

    `passages` are the ids of all passages that there are. Raises FileError, also for an id that
    stands twice and for a passage that is not there: its caution would never be shown.
    """
    path = data / FILE
    rows = read_checked(path, SCHEMA)["cautions"]
    problems: list[Problem] = []
    seen: set[str] = set()
    for number, row in enumerate(rows):
        if row["id"] in seen:
            problems.append(Problem(f"cautions.{number}.id", f"{row['id']} again", "each id once"))
        seen.add(row["id"])
        problems += [
            Problem(f"cautions.{number}.beside.{place}", shown(name), ", ".join(passages))
            for place, name in enumerate(row["beside"])
            if name not in passages
        ]
    if problems:
        raise refused(path, problems)
    return tuple(
        Caution(
            id=row["id"],
            text=row["text"].strip(),
            sources=tuple(PublicSource(s["name"], s["url"]) for s in row["sources"]),
            beside=tuple(row["beside"]),
            reason=row["reason"].strip(),
        )
        for row in rows
    )


def cautions_for(passages: Iterable[str], cautions: Sequence[Caution]) -> list[Caution]:
    """Give the cautions that an answer resting on `passages` is shown with, in the file's order."""
    rests_on = set(passages)
    return [caution for caution in cautions if rests_on.intersection(caution.beside)]
