"""One conversation as staff see it: the transcript, why it is here, and what was done about it."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from nightdesk_contract.passages import Passage
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk import handovers, log
from nightdesk_desk.basis import passages_said
from nightdesk_desk.cases import reading
from nightdesk_desk.cases.models import HandoverAct
from nightdesk_desk.cases.unanswered import unanswered_since
from nightdesk_desk.handover_rules import NEEDS_OUTCOME
from nightdesk_desk.models import Contact, Conversation, Handover, HandoverTrigger
from nightdesk_desk.privacy.deletion import crisis_ends, goes_at
from nightdesk_desk.privacy.transcript import whole_conversation
from nightdesk_desk.staff.alarms import Alarm, read_alarms, still
from nightdesk_desk.staff.calls import Calling, read_calls
from nightdesk_desk.staff.colleagues import staff_names
from nightdesk_desk.staff.escalation_view import Telling, read_telling
from nightdesk_desk.staff.history import EarlierCase, Record, Step, earlier_cases, history
from nightdesk_desk.staff.marks import Piece, pieces
from nightdesk_desk.staff.presence import Presence, presence
from nightdesk_desk.staff.times import Moment, moment
from nightdesk_desk.staff.triggers import ShownTrigger, show_triggers
from nightdesk_desk.staff.waiting import Wait, clock, wait


class ShownEvent(NamedTuple):
    """A message of the transcript.

    `basis` is what was recorded beside it: who had signed its words, its cautions, answers that
    were not given. `helpful` is what the visitor said of it, None for nothing.
    """

    seq: int
    at: Moment
    sender: str
    name: str | None
    pieces: list[Piece]
    outcome: str | None
    passages: list[Passage]
    level: str | None
    waiting: bool
    basis: Mapping[str, Any] = {}
    helpful: bool | None = None


class ShownHandover(NamedTuple):
    """The newest hand-over, as it stands.

    `passed_by` is who passed it on to whoever has it; `taken_at` is then when they did, and
    `passed_waits` says that nobody has written to the visitor since. It was lowered from
    `lowered_from`, where that is set. `unanswered` says that the visitor has written to whoever has
    it and waits for a word, `new_alarm` that something since then called for a person.
    """

    id: int
    level: str
    reason: str
    state: str
    wait: Wait
    acknowledged_by: str | None
    acknowledged_at: Moment | None
    taken_by: str | None
    taken_at: Moment | None
    resolved_by: str | None
    resolved_at: Moment | None
    passed_by: str | None
    passed_waits: bool
    lowered_from: str | None
    lowered_by: str | None
    unanswered: bool = False
    new_alarm: bool = False


class ShownContact(NamedTuple):
    """How the visitor asked to be reached; `dial` is the number as a link takes it."""

    name: str | None
    phone: str | None
    dial: str
    email: str | None
    safe_to_leave_message: bool | None
    at: Moment


class View(NamedTuple):
    """The whole page's worth; `digest` changes when anything in it does, save the clocks.

    `alarms` and `calls` are those of all conversations: whoever is at work in this one must hear of
    another. `presence` is whether the visitor is at the chat, `deletion_requested`
    when they asked for it to be deleted, `deletion_due` when it then goes, where that is known.
    """

    id: str
    handover: ShownHandover | None
    mine: bool
    needs_code: bool
    events: list[ShownEvent]
    triggers: list[ShownTrigger]
    contacts: list[ShownContact]
    history: list[Step]
    earlier: list[EarlierCase]
    telling: Telling
    presence: Presence
    deletion_requested: Moment | None
    deletion_due: Moment | None
    calls: list[Calling]
    alarms: list[Alarm]
    digest: str


async def read_view(
    session: AsyncSession,
    conversation_id: str,
    reader_id: int,
    passages: Mapping[str, Passage],
    zone: ZoneInfo,
    now: datetime,
    minutes: Mapping[str, int],
) -> View | None:
    """Give the conversation as the staff member `reader_id` sees it, or None if there is none.

    `minutes` are those until a hand-over must be acknowledged, by level.
    """
    conversation = await session.get(Conversation, conversation_id)
    if conversation is None:
        return None
    events = await whole_conversation(session, conversation_id)
    cases = await handovers.of_conversation(session, conversation_id)
    triggers = {case.id: await handovers.triggers(session, case.id) for case in cases}
    contacts = await handovers.contacts(session, conversation_id)
    names = await staff_names(session)
    asked = conversation.deletion_requested_at
    goes = goes_at(await crisis_ends(session, conversation_id)) if asked else None
    acts = await reading.read_acts(session, triggers)
    notes = await reading.read_notes(session, conversation_id)
    record = Record(cases, acts, notes, names)
    everything = [trigger for found in triggers.values() for trigger in found]
    case = cases[0] if cases else None
    shown = None
    if case is not None:
        replied = max((event.at for event in events if event.sender == "staff"), default=None)
        done = acts.get(case.id, ())
        alarms = [t.at for t in triggers[case.id]]
        words = list((await unanswered_since(session, [case.id])).values())
        called = [*alarms, *words, *reading.passed_at(done)]
        waited = wait(clock(case, called, replied), case.level, zone, now, minutes)
        shown = _handover(case, done, replied, waited, names, zone, now)
        alarmed = clock(case, alarms, replied).until is None
        shown = shown._replace(unanswered=bool(words), new_alarm=alarmed)
    tellings = await read_telling(session, cases[:1], zone, now)
    view = View(
        id=conversation_id,
        handover=shown,
        mine=case is not None and case.state == "taken" and case.taken_by == reader_id,
        needs_code=case is not None
        and reading.worst_level(case, triggers[case.id], acts.get(case.id, ())) in NEEDS_OUTCOME,
        events=show_events(events, everything, passages, zone, now),
        triggers=show_triggers(triggers[case.id] if case else [], events, zone, now),
        contacts=[_contact(contact, zone, now) for contact in contacts],
        history=history(record, zone, now),
        earlier=earlier_cases(record, zone, now),
        telling=tellings[case.id] if case else Telling(),
        presence=presence(conversation.visitor_seen_at, now),
        deletion_requested=moment(asked, zone, now) if asked else None,
        deletion_due=moment(goes, zone, now) if goes else None,
        calls=await read_calls(session, reader_id),
        alarms=await read_alarms(session, zone, now),
        digest="",
    )
    return view._replace(digest=_digest(view))


def show_events(
    events: Sequence[log.LogEvent],
    triggers: Sequence[HandoverTrigger],
    passages: Mapping[str, Passage],
    zone: ZoneInfo,
    now: datetime,
) -> list[ShownEvent]:
    """Give the transcript; in visitors' messages, what the detectors saw is marked."""
    spans: dict[int, list[Sequence[int]]] = defaultdict(list)
    for trigger in triggers:
        spans[trigger.seq] += trigger.spans
    for event in events:
        spans[event.seq] += (event.safety or {}).get("spans", [])
    return [
        ShownEvent(
            seq=event.seq,
            at=moment(event.at, zone, now),
            sender=event.sender,
            name=event.name,
            pieces=pieces(event.text, spans[event.seq] if event.sender == "visitor" else []),
            outcome=event.outcome,
            passages=passages_said(event.passages, event.basis, passages),
            level=event.level,
            waiting=event.sender == "visitor" and not event.answered,
            basis=event.basis or {},
            helpful=event.helpful,
        )
        for event in events
    ]


def _handover(
    case: Handover,
    acts: Sequence[HandoverAct],
    replied_at: datetime | None,
    wait: Wait,
    names: Mapping[int, str],
    zone: ZoneInfo,
    now: datetime,
) -> ShownHandover:
    passed, lowered = reading.passed(case, acts, replied_at), reading.lowered(case, acts)
    with_them_since = passed.at if passed else case.taken_at
    return ShownHandover(
        id=case.id,
        level=case.level,
        reason=case.reason,
        state=case.state,
        wait=wait,
        acknowledged_by=names.get(case.acknowledged_by or 0),
        acknowledged_at=moment(case.acknowledged_at, zone, now) if case.acknowledged_at else None,
        taken_by=names.get(case.taken_by or 0),
        taken_at=moment(with_them_since, zone, now) if with_them_since else None,
        resolved_by=names.get(case.resolved_by or 0),
        resolved_at=moment(case.resolved_at, zone, now) if case.resolved_at else None,
        passed_by=names.get(passed.by) if passed else None,
        passed_waits=passed is not None and not passed.answered,
        lowered_from=lowered.from_level if lowered else None,
        lowered_by=names.get(lowered.by) if lowered else None,
    )


def _contact(contact: Contact, zone: ZoneInfo, now: datetime) -> ShownContact:
    return ShownContact(
        name=contact.name,
        phone=contact.phone,
        dial=re.sub(r"[^0-9+*#]", "", contact.phone or ""),
        email=contact.email,
        safe_to_leave_message=contact.safe_to_leave_message,
        at=moment(contact.consent_at, zone, now),
    )


def _digest(view: View) -> str:
    known = view._replace(alarms=still(view.alarms))
    if view.handover:
        stopped = view.handover.wait._replace(text="", late=False)
        known = known._replace(handover=view.handover._replace(wait=stopped))
    return hashlib.sha256(repr(known).encode()).hexdigest()[:16]
