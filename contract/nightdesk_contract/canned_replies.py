"""Canned replies: what staff can put into a reply with one press, and go on writing from there."""

import string
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nightdesk_contract.checked_yaml import read_checked, refused
from nightdesk_contract.outcome import Level
from nightdesk_contract.problems import Problem, shown

SCHEMA = "canned_replies.schema.json"
FILE = "texts/canned_replies.yml"
"""The file's name inside the data folder."""

FIELDS = (
    *("clinic", "phone", "emergency", "crisis_call", "crisis_text", "reach"),
    *("poison_help", "abuse_help", "name"),
)
"""What a text may have fields for; {name} is the first name of whoever replies.

{poison_help} and {abuse_help} are whole sentences, and empty where a country has no such line.
"""


@dataclass(frozen=True)
class CannedReply:
    """What staff pick by its title and visitors read as text, and the levels it is meant for."""

    id: str
    title: str
    levels: tuple[Level, ...]
    text: str

    @property
    def fields(self) -> frozenset[str]:
        """What has to be filled in before anybody can read the text."""
        return frozenset(name for _, name, _, _ in string.Formatter().parse(self.text) if name)


def load_canned_replies(data: Path) -> tuple[CannedReply, ...]:
    """Read the canned replies in the data folder, in the file's order.

    Raises FileError, also for an id or a title that stands twice, and for a field that nothing
    fills: it is found here, and not by a person who is about to answer.
    """
    path = data / FILE
    rows = read_checked(path, SCHEMA)["replies"]
    problems = [*_twice(rows, "id"), *_twice(rows, "title"), *_wrong_fields(rows)]
    if problems:
        raise refused(path, problems)
    return tuple(
        CannedReply(row["id"], row["title"], tuple(row["levels"]), row["text"].strip())
        for row in rows
    )


def fitting_first(replies: Sequence[CannedReply], level: str | None) -> list[CannedReply]:
    """Give the replies meant for `level`, then the others, each in the file's order."""
    return sorted(replies, key=lambda reply: level not in reply.levels)


def _twice(rows: Sequence[dict[str, Any]], key: str) -> Iterator[Problem]:
    seen: set[str] = set()
    for number, row in enumerate(rows):
        if row[key] in seen:
            yield Problem(f"replies.{number}.{key}", f"{shown(row[key])} again", f"each {key} once")
        seen.add(row[key])


def _wrong_fields(rows: Sequence[dict[str, Any]]) -> Iterator[Problem]:
    allowed = "the fields " + ", ".join(f"{{{name}}}" for name in FIELDS)
    for number, row in enumerate(rows):
        key = f"replies.{number}.text"
        try:
            parts = list(string.Formatter().parse(row["text"]))
        except ValueError as error:
            yield Problem(key, f"a brace that opens or closes no field ({error})", allowed)
            continue
        for _, name, form, conversion in parts:
            if name is not None and (name not in FIELDS or form or conversion):
                yield Problem(key, f"the field {{{name}}}", allowed)
