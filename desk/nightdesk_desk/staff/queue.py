"""The queue: who waits for a person, who is with one, and what was resolved lately."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk import handovers
from nightdesk_desk.cases import reading
from nightdesk_desk.cases.unanswered import unanswered_since
from nightdesk_desk.models import Contact, Event, Handover, HandoverTrigger
from nightdesk_desk.staff.alarms import Alarm, read_alarms, still
from nightdesk_desk.staff.colleagues import staff_names
from nightdesk_desk.staff.escalation_view import Telling, read_telling
from nightdesk_desk.staff.times import Moment, first_words, moment
from nightdesk_desk.staff.waiting import Clock, Wait, clock, wait

RESOLVED_DAYS = 7
RESOLVED_LIMIT = 30


class Case(NamedTuple):
    """One line of the queue.

    `passed_by` is who passed it on to whoever has it, until that one has written to the visitor;
    `lowered_from` is the level it was lowered from, if it was; `contact_at` is when the visitor
    last left contact details.
    """

    id: int
    conversation_id: str
    level: str
    reason: str
    state: str
    first_words: str
    wait: Wait
    new_alarm: bool
    unread: bool
    acknowledged_by: str | None
    acknowledged_at: Moment | None
    taken_by_id: int | None
    taken_by: str | None
    taken_at: Moment | None
    resolved_by: str | None
    resolved_at: Moment | None
    outcome_code: str | None
    false_alarm: bool
    alarm: Alarm | None
    passed_by: str | None
    lowered_from: str | None
    lowered_by: str | None
    reopened: bool
    contact_at: Moment | None
    telling: Telling


class Queue(NamedTuple):
    """The queue as a page shows it; `digest` changes when anything in it does, save the clocks."""

    waiting: list[Case]
    taken: list[Case]
    resolved: list[Case]
    alarms: list[Alarm]
    digest: str


class _Talk(NamedTuple):
    """What was written last in a conversation, by whom."""

    visitor_seq: int
    staff_seq: int
    staff_at: datetime | None


async def read_queue(
    session: AsyncSession, zone: ZoneInfo, now: datetime, minutes: Mapping[str, int]
) -> Queue:
    """Give the queue at `now`, with times in the clinic's zone and its `minutes` to acknowledge.

    Waiting and taken hand-overs are ordered by level, then by how long they wait.
    """
    unresolved = [row.handover for row in await handovers.list_open(session)]
    closed = list(
        await session.scalars(
            select(Handover)
            .where(Handover.state == "resolved")
            .where(Handover.resolved_at > now - timedelta(days=RESOLVED_DAYS))
            .order_by(Handover.resolved_at.desc())
            .limit(RESOLVED_LIMIT)
        )
    )
    both = unresolved + closed
    triggers = await _triggers(session, [case.id for case in both])
    said_in = {case.id: _telling_seq(case, triggers[case.id]) for case in both}
    texts = await _texts(session, {(case.conversation_id, said_in[case.id]) for case in both})
    talks = await _talks(session, {case.conversation_id for case in unresolved})
    names = await staff_names(session)
    acts = await reading.read_acts(session, said_in)
    unanswered = await unanswered_since(session, [case.id for case in unresolved])
    contacts = await _contacts(session, {case.conversation_id for case in unresolved})
    tellings = await read_telling(session, unresolved, zone, now)
    alarms = await read_alarms(session, zone, now)
    alarm_in = {alarm.conversation_id: alarm for alarm in alarms}

    def line(case: Handover) -> tuple[Clock, Case]:
        talk = talks[case.conversation_id]
        done = acts.get(case.id, ())
        alarmed = [trigger.at for trigger in triggers[case.id]]
        words = [unanswered[case.id]] if case.id in unanswered else []
        running = clock(case, [*alarmed, *words, *reading.passed_at(done)], talk.staff_at)
        new_alarm = case.state in ("acknowledged", "taken") and (
            clock(case, alarmed, talk.staff_at).until is None
        )
        passed, lowered = reading.passed(case, done, talk.staff_at), reading.lowered(case, done)
        with_them_since = passed.at if passed else case.taken_at
        return running, Case(
            id=case.id,
            conversation_id=case.conversation_id,
            level=case.level,
            reason=case.reason,
            state=case.state,
            first_words=first_words(texts.get((case.conversation_id, said_in[case.id]), "")),
            wait=wait(running, case.level, zone, now, minutes),
            new_alarm=new_alarm,
            unread=case.state == "taken" and talk.visitor_seq > talk.staff_seq,
            acknowledged_by=names.get(case.acknowledged_by or 0),
            acknowledged_at=_moment(case.acknowledged_at, zone, now),
            taken_by_id=case.taken_by,
            taken_by=names.get(case.taken_by or 0),
            taken_at=_moment(with_them_since, zone, now),
            resolved_by=names.get(case.resolved_by or 0),
            resolved_at=_moment(case.resolved_at, zone, now),
            outcome_code=case.outcome_code,
            false_alarm=case.false_alarm,
            alarm=alarm_in.get(case.conversation_id) if case.state != "resolved" else None,
            passed_by=names.get(passed.by) if passed and not passed.answered else None,
            lowered_from=lowered.from_level if lowered else None,
            lowered_by=names.get(lowered.by) if lowered else None,
            reopened=any(act.kind == "reopened" for act in done),
            contact_at=_moment(contacts.get(case.conversation_id), zone, now),
            telling=tellings.get(case.id, Telling()),
        )

    lines = sorted((line(case) for case in unresolved), key=_order)
    resolved = [line(case)[1] for case in closed]
    return Queue(
        waiting=[case for _, case in lines if case.state != "taken"],
        taken=[case for _, case in lines if case.state == "taken"],
        resolved=resolved,
        alarms=alarms,
        digest=_digest([*lines, *((None, case) for case in resolved)], alarms),
    )


def _order(line: tuple[Clock, Case]) -> tuple[str, bool, datetime]:
    running, case = line
    # Of one level, a clock that still runs comes before one that a person has stopped.
    return case.level, running.until is not None, running.since


def _telling_seq(case: Handover, triggers: Iterable[HandoverTrigger]) -> int:
    """Give the message to quote: the first one of the hand-over's level, worst as it stands."""
    return next((t.seq for t in triggers if t.level == case.level), case.trigger_seq)


def _moment(at: datetime | None, zone: ZoneInfo, now: datetime) -> Moment | None:
    return moment(at, zone, now) if at else None


def _digest(lines: Iterable[tuple[Clock | None, Case]], alarms: Sequence[Alarm]) -> str:
    # The clocks tick in the browser; only what starts and stops them is news.
    known = [
        (running, case._replace(wait=case.wait._replace(text="", late=False), alarm=None))
        for running, case in lines
    ]
    return hashlib.sha256(repr((known, still(alarms))).encode()).hexdigest()[:16]


async def _triggers(
    session: AsyncSession, handover_ids: list[int]
) -> dict[int, list[HandoverTrigger]]:
    rows = await session.scalars(
        select(HandoverTrigger)
        .where(HandoverTrigger.handover_id.in_(handover_ids))
        .order_by(HandoverTrigger.id)
    )
    found: dict[int, list[HandoverTrigger]] = defaultdict(list)
    for trigger in rows:
        found[trigger.handover_id].append(trigger)
    return found


async def _texts(session: AsyncSession, events: set[tuple[str, int]]) -> dict[tuple[str, int], str]:
    rows = await session.execute(
        select(Event.conversation_id, Event.seq, Event.text).where(
            tuple_(Event.conversation_id, Event.seq).in_(sorted(events))
        )
    )
    return {(row.conversation_id, row.seq): row.text for row in rows}


async def _contacts(
    session: AsyncSession, conversation_ids: Iterable[str]
) -> Mapping[str, datetime]:
    """Give when contact details were last left, by conversation."""
    rows = await session.execute(
        select(Contact.conversation_id, func.max(Contact.consent_at))
        .where(Contact.conversation_id.in_(sorted(conversation_ids)))
        .group_by(Contact.conversation_id)
    )
    return {row[0]: row[1] for row in rows}


async def _talks(session: AsyncSession, conversation_ids: set[str]) -> dict[str, _Talk]:
    rows = await session.execute(
        select(Event.conversation_id, Event.sender, func.max(Event.seq), func.max(Event.at))
        .where(Event.conversation_id.in_(sorted(conversation_ids)))
        .where(Event.sender.in_(("visitor", "staff")))
        .group_by(Event.conversation_id, Event.sender)
    )
    last = {(conversation_id, sender): (seq, at) for conversation_id, sender, seq, at in rows}
    talks: dict[str, _Talk] = defaultdict(lambda: _Talk(0, 0, None))
    for conversation_id in conversation_ids:
        visitor_seq, _ = last.get((conversation_id, "visitor"), (0, None))
        staff_seq, staff_at = last.get((conversation_id, "staff"), (0, None))
        talks[conversation_id] = _Talk(visitor_seq, staff_seq, staff_at)
    return talks
