"""Who signed which words, and how each item stands: signed, unsigned, changed since, or due."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import unified_diff
from pathlib import Path
from typing import Any, Literal

import yaml

from nightdesk_contract.checked_yaml import read_checked, refused
from nightdesk_contract.problems import Problem, shown
from nightdesk_contract.rewriting import comments_above, write_whole
from nightdesk_contract.signed_items import SignedItem, content_hash

SCHEMA = "review.schema.json"
FILE = "review.yml"
"""The file's name inside the data folder."""

State = Literal["signed", "unsigned", "changed", "due"]
STATES: tuple[State, ...] = ("signed", "unsigned", "changed", "due")

ANSWERS = ("answer", "added", "clinic")
"""Groups of items that mode live gives to visitors only when signed; help in a crisis always is."""

_LONG = 80
_SENTENCE_END = re.compile(r"(?<=[.!?…]) ")


@dataclass(frozen=True)
class Signature:
    """That somebody stands for the words of one item, from a day on and until another.

    `content` is the item's content as it was signed.
    """

    item: str
    content: str
    reviewer: str
    role: str
    signed_on: date
    next_review: date

    def to_row(self) -> dict[str, Any]:
        """Give the entry as it stands in the file."""
        return {
            "item": self.item,
            "sha256": content_hash(self.content),
            "content": self.content,
            "reviewer": self.reviewer,
            "role": self.role,
            "date": self.signed_on,
            "next_review": self.next_review,
        }


@dataclass(frozen=True)
class Standing:
    """How one item stands, with its signature where it has one."""

    item: SignedItem
    state: State
    signature: Signature | None = None


@dataclass(frozen=True)
class Review:
    """How every item stands, and the signatures of items that no longer exist."""

    standings: list[Standing]
    gone: list[Signature]

    @property
    def complete(self) -> bool:
        """Whether every item is signed, unchanged and not due."""
        return all(standing.state == "signed" for standing in self.standings)


def review(
    items: Mapping[str, SignedItem], signatures: Mapping[str, Signature], today: date
) -> Review:
    """Say how each item stands today. What has changed counts as changed, due or not."""
    return Review(
        standings=[_standing(item, signatures.get(id_), today) for id_, item in items.items()],
        gone=[signature for id_, signature in signatures.items() if id_ not in items],
    )


def kept_back(found: Review) -> Counter[State]:
    """Count the answers that visitors do not get in mode live, by why."""
    return Counter(
        standing.state
        for standing in found.standings
        if standing.item.group in ANSWERS and standing.state != "signed"
    )


def load_signatures(path: Path) -> dict[str, Signature]:
    """Read the signatures, by item.

    Raises FileError naming key, line, what was found and what is allowed: also where the words of
    an entry are not those of its hash, as then nobody knows what was signed.
    """
    rows = read_checked(path, SCHEMA)["signatures"]
    problems, seen = [], set()
    for number, row in enumerate(rows):
        problems += _beyond_schema(f"signatures.{number}", row)
        if row["item"] in seen:
            found = f"{row['item']} again"
            problems.append(Problem(f"signatures.{number}.item", found, "one entry for each item"))
        seen.add(row["item"])
    if problems:
        raise refused(path, problems)
    return {row["item"]: _signature(row) for row in rows}


def save_signatures(path: Path, signatures: Iterable[Signature]) -> None:
    """Write the signatures in the order of their items, below the comments at the file's top.

    Whoever reads meanwhile finds the old file or the new one, whole. Raises OSError.
    """
    write_whole(path, written(path.read_text(encoding="utf-8"), signatures))


def written(before: str, signatures: Iterable[Signature]) -> str:
    """Give the file's new text: the comments that `before` begins with, then the signatures."""
    rows = [s.to_row() for s in sorted(signatures, key=lambda s: s.item)]
    body = yaml.dump(
        {"signatures": rows},
        Dumper=_Dumper,
        allow_unicode=True,
        sort_keys=False,
        width=100,
    )
    return comments_above(before) + body


def changes(signature: Signature, item: SignedItem | None) -> list[str]:
    """Give the unified diff from what was signed to what stands now, sentence by sentence.

    An item that no longer exists (None) has no words left. Empty where nothing has changed.
    """
    now = _sentences(item.content) if item else []
    signed = f"{signature.item}, signed by {signature.reviewer} on {signature.signed_on}"
    stands = f"{signature.item}, now" if item else "no longer there"
    return list(unified_diff(_sentences(signature.content), now, signed, stands, lineterm=""))


def a_year_after(day: date) -> date:
    """Give the same day of the next year; after February 29 it is February 28."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)


class _Dumper(yaml.SafeDumper):
    """Writes a long text as it is read, line by line, and each day out where it stands."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    style = "|" if "\n" in text or len(text) > _LONG else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def _standing(item: SignedItem, signature: Signature | None, today: date) -> Standing:
    state: State = "signed"
    if signature is None:
        state = "unsigned"
    elif signature.content != item.content:
        state = "changed"
    elif signature.next_review <= today:
        state = "due"
    return Standing(item, state, signature)


def _beyond_schema(key: str, row: Mapping[str, Any]) -> list[Problem]:
    """Checks that a schema cannot make: real days in order, the hash of these very words."""
    problems = [
        Problem(f"{key}.{name}", shown(row[name]), "a day as YYYY-MM-DD, without quotes")
        for name in ("date", "next_review")
        if type(row[name]) is not date  # a time of day makes it a datetime
    ]
    if not problems and row["next_review"] <= row["date"]:
        allowed = f"a day after that of signing, {row['date']}"
        problems.append(Problem(f"{key}.next_review", str(row["next_review"]), allowed))
    if row["sha256"] != content_hash(row["content"]):
        found = "the hash of other words than those in content"
        allowed = "an entry as it was signed: take this one out and sign the item again"
        problems.append(Problem(f"{key}.sha256", found, allowed))
    return problems


def _signature(row: Mapping[str, Any]) -> Signature:
    return Signature(
        item=row["item"],
        content=row["content"],
        reviewer=row["reviewer"],
        role=row["role"],
        signed_on=row["date"],
        next_review=row["next_review"],
    )


def _sentences(content: str) -> Sequence[str]:
    """Give a sentence a line: a long text in one line would differ as a whole."""
    return [part for line in content.split("\n") for part in _SENTENCE_END.split(line)]
