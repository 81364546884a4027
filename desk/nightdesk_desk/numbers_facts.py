"""Reads what the figures of a period rest on, without a word of anybody."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from nightdesk_contract.clinic import Clinic
from nightdesk_contract.clinic_escalation import ANY_HOUR
from nightdesk_contract.opening import open_spans
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk.gaps import read_gap_turns
from nightdesk_desk.models import Conversation, Event, Handover
from nightdesk_desk.numbers import Case, Facts


async def read_facts(
    session: AsyncSession, since: datetime, until: datetime, clinic: Clinic, topics: Collection[str]
) -> Facts:
    """Give the facts of what began from `since` on and before `until`.

    After hours is by today's opening hours: those of earlier days are not kept. A chat in which
    nobody wrote anything does not count.
    """
    chats = await session.scalars(
        select(Conversation.created_at)
        .where(Conversation.created_at >= since, Conversation.created_at < until)
        .where(Conversation.last_seq > 0)
    )
    cases = list(
        await session.scalars(
            select(Handover).where(Handover.opened_at >= since, Handover.opened_at < until)
        )
    )
    replies = await _replies(session, since)
    open_times = list(open_spans(clinic, since, until))
    turns = await read_gap_turns(session, since, topics)
    return Facts(
        chats=list(chats),
        cases=[_case(case, replies, open_times) for case in cases],
        turns=[turn for turn in turns if turn.at < until],
    )


async def _replies(session: AsyncSession, since: datetime) -> Mapping[str, list[datetime]]:
    """Give when staff wrote, by conversation, in order."""
    rows = await session.execute(
        select(Event.conversation_id, Event.at)
        .where(Event.sender == "staff", Event.at >= since)
        .order_by(Event.at)
    )
    found: dict[str, list[datetime]] = defaultdict(list)
    for conversation_id, at in rows:
        found[conversation_id].append(at)
    return found


def _case(
    case: Handover,
    replies: Mapping[str, list[datetime]],
    open_times: Sequence[tuple[datetime, datetime]],
) -> Case:
    acts = [at for at in (case.acknowledged_at, case.taken_at, case.resolved_at) if at]
    written = replies.get(case.conversation_id, [])
    first = bisect_left(written, case.opened_at)
    answered_at = written[first] if first < len(written) else None
    if answered_at and case.resolved_at and answered_at > case.resolved_at:
        # It answers a later hand-over of the same conversation.
        answered_at = None
    seen_at = min(acts, default=None)
    # As the escalation counts: minutes of milder levels only while the clinic is open.
    aim_seconds = None
    if seen_at is not None and case.level not in ANY_HOUR:
        aim_seconds = _open_for(open_times, case.opened_at, seen_at)
    return Case(
        opened_at=case.opened_at,
        level=case.level,
        reason=case.reason,
        seen_at=seen_at,
        answered_at=answered_at,
        resolved=case.state == "resolved",
        false_alarm=case.false_alarm,
        after_hours=not any(start <= case.opened_at < end for start, end in open_times),
        aim_seconds=aim_seconds,
    )


def _open_for(
    open_times: Sequence[tuple[datetime, datetime]], start: datetime, end: datetime
) -> float:
    """Give for how many seconds between two moments the clinic was open."""
    return sum(
        # In UTC: a night with a change of the clock is no trap.
        max(
            timedelta(), min(closes.astimezone(UTC), end) - max(opens.astimezone(UTC), start)
        ).total_seconds()
        for opens, closes in open_times
    )
