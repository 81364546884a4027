"""What visitors ask: in how many conversations each topic came up, and what the bot had to say.

Counts only; no visitor's words are read. The counts are scans of the events, without an index that
every message would have to keep: 0.03 s for 50,000 messages in SQLite, 0.2 s for 500,000.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from nightdesk_contract.clinic import Clinic
from nightdesk_contract.outcome import UNKNOWN
from nightdesk_contract.passages import Passage
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk.gaps import NO_TOPIC, GapTurn, Kind, conversations_by_topic, counted
from nightdesk_desk.models import Event
from nightdesk_desk.topics import Topic

PERIODS = (7, 30, 90)
"""Days that staff can choose between."""

DEFAULT_PERIOD = 30

NOTHING_RECOGNISED = "No topic recognised"


class Line(NamedTuple):
    """One topic, and in how many conversations it came up.

    `setting` is the key in clinic.yml under which the clinic can answer it, empty when there is
    none; `filled_in` whether it has done so by now. `topic` leads to the topic's page.
    """

    name: str
    conversations: int
    setting: str = ""
    filled_in: bool = False
    topic: str = ""


class Said(NamedTuple):
    """One topic, and how many of its answers visitors said yes and no to."""

    name: str
    topic: str
    no: int
    yes: int


class Unanswered(NamedTuple):
    """A period's turns without a good answer, the most frequent first in each group."""

    not_understood: list[Line]
    withheld: list[Line]
    not_helpful: list[Said]


class Asked(NamedTuple):
    """A period's counts, the most asked first in each group.

    `conversations` had at least one turn of the bot; `not_understood` of them one that it did not
    understand.
    """

    days: int
    conversations: int
    from_guide: list[Line]
    from_clinic: list[Line]
    not_covered: list[Line]
    not_understood: int


class Material(NamedTuple):
    """Where the names come from: topics by name, passages by id, the clinic's settings."""

    topics: Mapping[str, Topic]
    passages: Mapping[str, Passage]
    clinic: Clinic


def period(asked_for: str) -> int:
    """Give the days that were asked for, or the default when that is no choice."""
    return next((days for days in PERIODS if str(days) == asked_for), DEFAULT_PERIOD)


async def read_asked(session: AsyncSession, days: int, material: Material, now: datetime) -> Asked:
    """Count the last `days` days before `now`. A conversation counts once for each topic."""
    lately = (Event.outcome.is_not(None), Event.at >= now - timedelta(days=days))
    rows = await session.execute(
        select(Event.outcome, func.count(Event.conversation_id.distinct()))
        .where(*lately)
        .group_by(Event.outcome)
    )
    counts = {str(outcome): count for outcome, count in rows}
    conversations = await session.scalar(
        select(func.count(Event.conversation_id.distinct())).where(*lately)
    )
    return grouped(counts, int(conversations or 0), days, material)


def grouped(counts: Mapping[str, int], conversations: int, days: int, material: Material) -> Asked:
    """Give conversations by outcome in the groups and under the names that staff read."""
    groups: dict[str, list[Line]] = defaultdict(list)
    for outcome, count in counts.items():
        kind, _, name = outcome.partition(":")
        groups[kind].append(_line(kind, name, count, material))
    for lines in groups.values():
        lines.sort(key=lambda line: (-line.conversations, line.name))
    return Asked(
        days=days,
        conversations=conversations,
        from_guide=groups["answer"],
        from_clinic=groups["logistics"],
        not_covered=groups["not_in_source"],
        not_understood=counts.get(UNKNOWN, 0),
    )


def unanswered(turns: Sequence[GapTurn], topics: Mapping[str, Topic]) -> Unanswered:
    """Give the turns in the groups and under the names that staff read."""

    def lines(kind: Kind) -> list[Line]:
        found = conversations_by_topic(turns, kind).items()
        rows = [Line(topic_name(topic, topics), count, topic=topic) for topic, count in found]
        return sorted(rows, key=lambda line: (-line.conversations, line.name))

    said = [
        Said(topic_name(gap.topic, topics), gap.topic, gap.not_helpful, gap.helpful)
        for gap in counted(turns)
        if gap.not_helpful
    ]
    said.sort(key=lambda row: (-row.no, row.name))
    return Unanswered(lines("not_understood"), lines("withheld"), said)


def topic_name(topic: str, topics: Mapping[str, Topic]) -> str:
    """Give the question that stands for a topic, or its plain name."""
    if topic == NO_TOPIC:
        return NOTHING_RECOGNISED
    known = topics.get(topic)
    return known.question if known else topic.replace("_", " ")


def own_answer(topic: str, material: Material) -> Line:
    """Give where in clinic.yml the clinic can answer a topic, and whether it has."""
    return _line("not_in_source", topic, 0, material)


def _line(kind: str, name: str, count: int, material: Material) -> Line:
    # The questions that a passage answers stand under `faq_` and its name, where one is its own.
    topic = material.topics.get(f"faq_{name}" if kind == "answer" else name)
    passage = material.passages.get(name) if kind == "answer" else None
    plain = passage.title if passage else name.replace("_", " ")
    shown = topic.question if topic else plain
    if kind != "not_in_source" or topic is None or topic.group not in _SETTINGS:
        return Line(shown, count, topic=name if kind == "not_in_source" else "")
    section = _SETTINGS[topic.group]
    filled = {"logistics": material.clinic.logistics, "topics": material.clinic.topics}[section]
    return Line(shown, count, f"{section}.{name}", bool(filled.get(name)), name)


_SETTINGS = {"logistics": "logistics", "not_in_source": "topics"}
"""The section of clinic.yml in which the clinic can answer a group's topics."""
