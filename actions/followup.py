"""What a question that leans on the talk so far means: a pure decision over a table."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nightdesk_contract.outcome import PASSAGES

PREFIX = "followup_"
SAME = "same"
"""In the table: the topic that was just answered, once more."""
ASK = "ask"
"""In the table: not clear after these topics, so a clarifying question."""


@dataclass(frozen=True)
class FollowUp:
    """One kind of follow-up, such as "how long?".

    `after` gives the intent that is meant by the topic before; `any_topic` the one that is meant
    after every other topic that we know. Without a topic before, or where the table gives none,
    `ask` are the intents offered as a clarifying question.
    """

    after: Mapping[str, str]
    any_topic: str | None
    ask: tuple[str, ...]


def load_followups(row: Mapping[str, Any]) -> dict[str, FollowUp]:
    """Read the decoded table. Raises KeyError or TypeError when it is not whole."""
    table = {}
    for name, entry in row.items():
        after = {
            topic: meant for meant, topics in (entry.get("after") or {}).items() for topic in topics
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

    What counts is the outcome's topic: whoever asks about driving and learns that the clinic does
    not say, still means driving. Raises KeyError for a follow-up that the table does not have.
    """
    entry = table[intent.removeprefix(PREFIX)]
    if before is None:
        return Meant(None, entry.ask)
    kind, _, topic = before.partition(":")
    added = kind == "answer" and topic not in PASSAGES
    # An added answer may be about anything: "how much?" after parking is not about the treatment.
    otherwise = entry.any_topic if entry.any_topic == SAME or not added else None
    found = entry.after.get(topic, otherwise)
    return Meant(None, entry.ask) if found in (None, ASK) else Meant(found)


def intents_named(table: Mapping[str, FollowUp]) -> set[str]:
    """Give every intent that the table leads to, without `same` and `ask`."""
    named = {meant for entry in table.values() for meant in [*entry.after.values(), *entry.ask]}
    named |= {entry.any_topic for entry in table.values() if entry.any_topic}
    return named - {SAME, ASK}


def topics_named(table: Mapping[str, FollowUp]) -> set[str]:
    """Give every topic that the table leans on."""
    return {topic for entry in table.values() for topic in entry.after}
