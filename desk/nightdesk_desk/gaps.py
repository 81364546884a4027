"""What visitors asked and got no good answer to: each such turn, with the topic it was about.

One scan of a period's events, as for the page on what visitors ask; the rows that it gives are few.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, Literal, NamedTuple

from nightdesk_contract.outcome import UNKNOWN
from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk.basis import WITHHELD
from nightdesk_desk.models import Event, Feedback

NO_TOPIC = "no-topic"
"""Stands for a topic where a message came near to none; no topic can have a hyphen in its name."""

Kind = Literal["not_covered", "not_understood", "withheld", "not_helpful", "helpful"]
"""Why a turn counts: our material says nothing, it was not understood, its answer is not signed,
the visitor said that the answer was none. `helpful` is no gap; it stands beside `not_helpful`."""

_NOT_COVERED = "not_in_source:"
_CONDITIONS = "faq_conditions"
"""The topic of the answers about one condition (`utter_condition_named` and its kin)."""


class GapTurn(NamedTuple):
    """A message of the bot (`conversation_id`, `seq`) that counts for a topic."""

    kind: Kind
    topic: str
    conversation_id: str
    seq: int
    at: datetime


class Gap(NamedTuple):
    """A topic's turns by kind; `conversations` had at least one that is a gap."""

    topic: str
    conversations: int
    not_covered: int
    not_understood: int
    withheld: int
    not_helpful: int
    helpful: int


async def read_gap_turns(
    session: AsyncSession, since: datetime, topics: Collection[str]
) -> list[GapTurn]:
    """Give the turns since `since` that count, newest first. Takes the names of the topics."""
    missed = await session.execute(
        select(Event.conversation_id, Event.seq, Event.at, Event.outcome, Event.basis).where(
            Event.at >= since,
            or_(
                Event.outcome == UNKNOWN,
                Event.outcome == WITHHELD,
                Event.outcome.startswith(_NOT_COVERED, autoescape=True),
            ),
        )
    )
    turns = [
        GapTurn(kind, topic, row.conversation_id, row.seq, row.at)
        for row in missed
        for kind, topic in missed_topics(row.outcome, row.basis, topics)
    ]
    judged = await session.execute(
        select(
            Event.conversation_id,
            Event.seq,
            Event.at,
            Event.outcome,
            Event.basis,
            Feedback.helpful,
        )
        .join(
            Feedback,
            and_(Feedback.conversation_id == Event.conversation_id, Feedback.seq == Event.seq),
        )
        .where(Event.at >= since)
    )
    for row in judged:
        kind: Kind = "helpful" if row.helpful else "not_helpful"
        topic = answered_topic(row.outcome, row.basis, topics)
        turns.append(GapTurn(kind, topic, row.conversation_id, row.seq, row.at))
    return sorted(turns, key=lambda turn: (turn.at, turn.conversation_id, turn.seq), reverse=True)


def missed_topics(
    outcome: str, basis: Mapping[str, Any] | None, topics: Collection[str]
) -> list[tuple[Kind, str]]:
    """Give what a message without an answer counts for: kinds and topics."""
    basis = basis or {}
    if outcome.startswith(_NOT_COVERED):
        return [("not_covered", outcome.removeprefix(_NOT_COVERED))]
    nearest = basis.get("nearest") or []
    if outcome == UNKNOWN or nearest:
        # The first is the nearest; a request for a person counts only with one.
        return [("not_understood", str(nearest[0]) if nearest else NO_TOPIC)]
    names = [topic_of_item(str(item), topics) for item in basis.get("withheld") or []]
    return [("withheld", name) for name in dict.fromkeys(names)]


def answered_topic(
    outcome: str | None, basis: Mapping[str, Any] | None, topics: Collection[str]
) -> str:
    """Give the topic of an answer: by what is signed of it, else by its outcome."""
    return topic_of_item(str((basis or {}).get("item") or outcome), topics)


def topic_of_item(item: str, topics: Collection[str]) -> str:
    """Give the topic of a signed item ("answer:utter_faq_safety") or an outcome ("answer:safety").

    What is no topic's keeps its own name.
    """
    name = item.partition(":")[2].removeprefix("utter_")
    if name.startswith("condition_"):
        return _CONDITIONS
    return f"faq_{name}" if name not in topics and f"faq_{name}" in topics else name


def counted(turns: Iterable[GapTurn]) -> list[Gap]:
    """Give the turns counted by topic, what most conversations met first.

    A topic whose answers all helped is no gap and is left out.
    """
    by_topic: dict[str, list[GapTurn]] = defaultdict(list)
    for turn in turns:
        by_topic[turn.topic].append(turn)
    gaps = [_gap(topic, rows) for topic, rows in by_topic.items()]
    return sorted(
        (gap for gap in gaps if gap.conversations),
        key=lambda gap: (-gap.conversations, gap.topic),
    )


def conversations_by_topic(turns: Iterable[GapTurn], kind: Kind) -> dict[str, int]:
    """Give, for each topic, in how many conversations there was a turn of this kind."""
    met: dict[str, set[str]] = defaultdict(set)
    for turn in turns:
        if turn.kind == kind:
            met[turn.topic].add(turn.conversation_id)
    return {topic: len(ids) for topic, ids in met.items()}


def gap_of(topic: str, turns: Iterable[GapTurn]) -> Gap:
    """Give one topic's counts, all zero when nobody asked."""
    return _gap(topic, [turn for turn in turns if turn.topic == topic])


def _gap(topic: str, turns: list[GapTurn]) -> Gap:
    def number(kind: Kind) -> int:
        return sum(turn.kind == kind for turn in turns)

    return Gap(
        topic=topic,
        conversations=len({t.conversation_id for t in turns if t.kind != "helpful"}),
        not_covered=number("not_covered"),
        not_understood=number("not_understood"),
        withheld=number("withheld"),
        not_helpful=number("not_helpful"),
        helpful=number("helpful"),
    )
