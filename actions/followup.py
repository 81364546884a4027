"""What a question that leans on the talk so far means: a pure decision over a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

PREFIX = "followup_"
SAME = "same"
"""In the table: the topic that was just answered, once more."""


@dataclass(frozen=True)
class FollowUp:
    """One kind of follow-up, such as "how long?".

    `after` gives the intent that is meant by the outcome before; `any_topic` the one that is meant
    after every other topic. Without a topic before, or where the table gives none, `ask` are the
    intents offered as a clarifying question.
    """

    after: Mapping[str, str]
    any_topic: str | None
    ask: tuple[str, ...]


def load_followups(row: Mapping[str, Any]) -> dict[str, FollowUp]:
    """Read the decoded table. Raises KeyError or TypeError when it is not whole."""
    table = {}
    for name, entry in row.items():
        after = {
            outcome: meant
            for meant, outcomes in (entry.get("after") or {}).items()
            for outcome in outcomes
        }
        table[str(name)] = FollowUp(after, entry.get("any_topic"), tuple(entry["ask"]))
    return table


@dataclass(frozen=True)
class Meant:
    """The intent that a follow-up stands for, or else the intents to ask about."""

    intent: str | None
    ask: tuple[str, ...] = ()


def meant(intent: str, before: str | None, table: Mapping[str, FollowUp]) -> Meant:
    """Give what a follow-up means after a reply with outcome `before` (None: nothing to lean on).

    Raises KeyError for a follow-up that the table does not have.
    """
    entry = table[intent.removeprefix(PREFIX)]
    if before is None:
        return Meant(None, entry.ask)
    found = entry.after.get(before, entry.any_topic)
    return Meant(found, () if found else entry.ask)


def intents_named(table: Mapping[str, FollowUp]) -> set[str]:
    """Give every intent that the table leads to, without `same`."""
    named = {meant for entry in table.values() for meant in [*entry.after.values(), *entry.ask]}
    named |= {entry.any_topic for entry in table.values() if entry.any_topic}
    return named - {SAME}


def outcomes_named(table: Mapping[str, FollowUp]) -> Sequence[str]:
    """Give every outcome that the table leans on."""
    return sorted({outcome for entry in table.values() for outcome in entry.after})
