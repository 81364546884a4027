"""Reads what the figures of a period rest on, without a word of anybody."""

import asyncio
import json
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from nightdesk_contract.clinic import Clinic
from nightdesk_contract.clinic_escalation import ANY_HOUR
from nightdesk_contract.opening import open_spans
from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk.audit.models import AuditEntry
from nightdesk_desk.audit.record import as_text
from nightdesk_desk.called import Called, Change, called
from nightdesk_desk.cases.acts import BY_STAFF
from nightdesk_desk.cases.models import HandoverAct
from nightdesk_desk.gaps import read_gap_turns
from nightdesk_desk.models import Conversation, Event, Handover, HandoverTrigger
from nightdesk_desk.numbers import Case, Facts
from nightdesk_desk.open_times import OpenTimes

STOPS_THE_CLOCK = (
    "handover_acknowledged",
    "handover_taken",
    "handover_released",
    "handover_noticed",
    "reply_sent",
)
"""What the audit record calls the acts that a hand-over's own columns may not hold any more."""

Moments = Mapping[Any, list[datetime]]
"""Moments in order, by hand-over or by conversation."""


class Gone(NamedTuple):
    """What the figures cannot hold: how many conversations were deleted meanwhile.

    `first_kept` is when the oldest conversation began that is still there; None without any.
    """

    deleted: int
    first_kept: datetime | None


async def read_facts(
    session: AsyncSession, since: datetime, until: datetime, clinic: Clinic, topics: Collection[str]
) -> Facts:
    """Give the facts of what began from `since` on and before `until`, the present moment.

    After hours is by today's opening hours: those of earlier days are not kept. A chat in which
    nobody wrote anything does not count.
    """
    chats = await session.scalars(
        select(Conversation.created_at)
        .where(Conversation.created_at >= since, Conversation.created_at < until)
        .where(Conversation.last_seq > 0)
    )
    # Columns, not rows: notes are encrypted words, and none of its business.
    rows = await session.execute(
        select(
            Handover.id,
            Handover.conversation_id,
            Handover.opened_at,
            Handover.level,
            Handover.reason,
            Handover.state,
            Handover.acknowledged_at,
            Handover.taken_at,
            Handover.acted_at,
            Handover.resolved_at,
            Handover.false_alarm,
        ).where(Handover.opened_at >= since, Handover.opened_at < until)
    )
    handovers = list(rows)
    levels = await _levels(session, since, until, handovers)
    raised = {row.id: row.conversation_id for row in handovers if levels[row.id].at is not None}
    replies, acts = await _replies(session, since), await _acts(session, since, raised)
    turns = await read_gap_turns(session, since, topics)

    def cases() -> list[Case]:
        open_times = OpenTimes(open_spans(clinic, since, until))
        return [
            _case(row, levels[row.id], replies, acts.get(row.id, []), open_times, until)
            for row in handovers
        ]

    # A year of them takes a while, and visitors wait for nobody's figures.
    counted = await asyncio.to_thread(cases)
    return Facts(list(chats), counted, [turn for turn in turns if turn.at < until], until)


async def read_gone(session: AsyncSession, since: datetime) -> Gone:
    """Give what is missing from the figures of the time from `since` on."""
    deleted = await session.scalar(
        select(func.count()).where(
            AuditEntry.kind == "conversation_deleted", AuditEntry.at >= as_text(since)
        )
    )
    first = await session.scalar(
        select(func.min(Conversation.created_at)).where(Conversation.last_seq > 0)
    )
    return Gone(deleted or 0, first)


async def _levels(
    session: AsyncSession, since: datetime, until: datetime, handovers: Sequence[Any]
) -> Mapping[int, Called]:
    """Give since when each hand-over called for a person at its most serious."""
    in_time = and_(Handover.opened_at >= since, Handover.opened_at < until)
    changes: dict[int, list[Change]] = defaultdict(list)
    for row in await session.execute(
        select(
            HandoverTrigger.handover_id,
            HandoverTrigger.at,
            HandoverTrigger.level,
            HandoverTrigger.reason,
            HandoverTrigger.detector,
        )
        .join(Handover, Handover.id == HandoverTrigger.handover_id)
        .where(in_time)
    ):
        by_staff = row.detector == BY_STAFF and row.reason == "raised"
        changes[row.handover_id].append(Change(row.at, row.level, by_staff=by_staff))
    for handover_id, at, to_level in await session.execute(
        select(HandoverAct.handover_id, HandoverAct.at, HandoverAct.to_level)
        .join(Handover, Handover.id == HandoverAct.handover_id)
        .where(in_time, HandoverAct.kind == "level")
    ):
        changes[handover_id].append(Change(at, str(to_level), sets=True))
    return {row.id: called(row.level, changes.get(row.id, [])) for row in handovers}


async def _replies(session: AsyncSession, since: datetime) -> Moments:
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


async def _acts(session: AsyncSession, since: datetime, raised: Mapping[int, str]) -> Moments:
    """Give when staff acted on hand-overs that became more serious (few), in order.

    A hand-over's columns hold the first act and the last; those between are in the audit record.
    """
    if not raised:
        return {}
    rows = await session.execute(
        select(AuditEntry.about, AuditEntry.at, AuditEntry.details)
        .where(AuditEntry.kind.in_(STOPS_THE_CLOCK), AuditEntry.at >= as_text(since))
        .order_by(AuditEntry.at)
    )
    conversations, found = set(raised.values()), defaultdict(list)
    for about, at, details in rows:
        if about in conversations:
            found[_handover_of(details)].append(datetime.fromisoformat(at))
    return found


def _handover_of(details: str) -> object:
    try:
        return json.loads(details)["handover"]
    except (ValueError, KeyError, TypeError):
        return None


def _case(
    row: Any,
    level: Called,
    replies: Moments,
    noted: Sequence[datetime],
    open_times: OpenTimes,
    until: datetime,
) -> Case:
    written = replies.get(row.conversation_id, [])
    since = level.at or row.opened_at
    if level.at is None:
        seen_at = _first((row.acknowledged_at, row.taken_at, row.resolved_at))
    elif level.at_hand:
        seen_at = level.at
    else:
        ends = (row.acknowledged_at, row.taken_at, row.acted_at, row.resolved_at)
        later = [at for at in (*ends, *noted) if at is not None and at > since]
        seen_at = _first((*later, _reply(written, since, row.resolved_at, after=True)))
    # As the escalation counts: minutes of milder levels only while the clinic is open.
    aim_seconds = None
    if level.level not in ANY_HOUR:
        aim_seconds = open_times.seconds(since, seen_at or until)
    return Case(
        opened_at=row.opened_at,
        level=level.level,
        reason=row.reason,
        called_at=level.at,
        seen_at=seen_at,
        answered_at=_reply(written, since, row.resolved_at),
        resolved=row.state == "resolved",
        false_alarm=row.false_alarm,
        after_hours=not open_times.are_at(row.opened_at),
        aim_seconds=aim_seconds,
    )


def _reply(
    written: Sequence[datetime],
    since: datetime,
    resolved_at: datetime | None,
    *,
    after: bool = False,
) -> datetime | None:
    """Give the first reply; one after it was resolved answers a later hand-over."""
    first = (bisect_right if after else bisect_left)(written, since)
    if first == len(written) or (resolved_at is not None and written[first] > resolved_at):
        return None
    return written[first]


def _first(moments: Iterable[datetime | None]) -> datetime | None:
    return min((at for at in moments if at is not None), default=None)
