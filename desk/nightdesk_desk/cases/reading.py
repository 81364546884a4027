"""What was done with cases: reading the acts, and what they come to now."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk.cases.deciding import is_lower
from nightdesk_desk.cases.models import HandoverAct, PrivateNote
from nightdesk_desk.handover_rules import worst_of
from nightdesk_desk.models import Handover, HandoverTrigger


class Passed(NamedTuple):
    """That somebody passed the case on to the one who has it now.

    `answered` once that one has written to the visitor or said that they have seen it.
    """

    by: int
    at: datetime
    answered: bool


class Lowered(NamedTuple):
    """That somebody lowered the level, from what it was at its most serious."""

    by: int
    from_level: str


async def read_acts(
    session: AsyncSession, handover_ids: Iterable[int]
) -> Mapping[int, list[HandoverAct]]:
    """Give the acts of these hand-overs, each one's in order."""
    rows = await session.scalars(
        select(HandoverAct)
        .where(HandoverAct.handover_id.in_(sorted(handover_ids)))
        .order_by(HandoverAct.id)
    )
    found: dict[int, list[HandoverAct]] = defaultdict(list)
    for act in rows:
        found[act.handover_id].append(act)
    return found


async def read_notes(session: AsyncSession, conversation_id: str) -> list[PrivateNote]:
    """Give a conversation's private notes in order."""
    rows = await session.scalars(
        select(PrivateNote)
        .where(PrivateNote.conversation_id == conversation_id)
        .order_by(PrivateNote.id)
    )
    return list(rows)


def passed(
    case: Handover, acts: Sequence[HandoverAct], replied_at: datetime | None
) -> Passed | None:
    """Say who passed the case on to whoever has it now, or None when they took it themselves.

    Takes the case's acts in order, and when staff last wrote to the visitor.
    """
    last = next((act for act in reversed(acts) if act.kind == "passed"), None)
    if last is None or case.state != "taken" or last.to_staff_id != case.taken_by:
        return None
    if case.taken_at is None or last.at < case.taken_at:
        # Since then it was given back and taken anew.
        return None
    answered = any(at is not None and at > last.at for at in (replied_at, case.acted_at))
    return Passed(last.staff_id, last.at, answered)


def passed_at(acts: Sequence[HandoverAct]) -> list[datetime]:
    """Give when the case was passed on: each calls for its new holder, as an alarm does."""
    return [act.at for act in acts if act.kind == "passed"]


def worst_level(
    case: Handover, triggers: Sequence[HandoverTrigger], acts: Sequence[HandoverAct]
) -> str:
    """Give the most serious level that a case ever had."""
    before = [act.from_level for act in acts if act.kind == "level" and act.from_level]
    return worst_of([case.level, *(trigger.level for trigger in triggers), *before])


def lowered(case: Handover, acts: Sequence[HandoverAct]) -> Lowered | None:
    """Say from which level the case was lowered, or None when it is as serious as it ever was."""
    down = [
        act
        for act in acts
        if act.kind == "level" and act.from_level and is_lower(act.from_level, case.level)
    ]
    worst = min(down, key=lambda act: act.from_level or "", default=None)
    return Lowered(worst.staff_id, worst.from_level or "") if worst else None


def first_taker(case: Handover, acts: Sequence[HandoverAct]) -> int | None:
    """Give who took the case, before it was passed on."""
    since = case.taken_at
    if since is None:
        return case.taken_by
    givers = (act.staff_id for act in acts if act.kind == "passed" and act.at >= since)
    return next(givers, case.taken_by)
