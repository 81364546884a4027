"""Hand-overs: a conversation that needs a person, from `open` to `resolved`.

State machine: open → acknowledged → taken → resolved; `release` leads from taken back to open.
Only a human's act moves one. It never silences safety, and until it is taken the bot answers on.

For reading, inside a session (`db.read()`):
    list_open(session) -> list[QueueRow]            most serious first, then longest waiting
    get(session, handover_id) -> Handover | None
    of_conversation(session, conversation_id) -> list[Handover]      newest first
    triggers(session, handover_id) -> list[HandoverTrigger]
    contacts(session, conversation_id) -> list[Contact]
Raised by a turn, inside its own transaction (`db.write()`):
    open_or_raise(session, conversation_id, seq, call) -> Opened
What staff do stands in `handover_acts`, what each act needs in `handover_rules`; passing on,
levels, notes and reopening in `cases`.
Elsewhere: `log.read_events(session, conversation_id, after)` for the transcript,
`wakeups.watch_any()` / `wakeups.wait_any(timeout)` for the live queue,
`wakeups.watch(conversation_id)` for a live transcript,
`typing_told.TypingTold.tell(conversation_id, "staff", True)`.
"""

from datetime import datetime
from typing import NamedTuple, cast

from nightdesk_contract.outcome import Level, more_serious
from sqlalchemy import bindparam, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk import log
from nightdesk_desk.alerts import outbox
from nightdesk_desk.audit.record import note as audit
from nightdesk_desk.decide import Call
from nightdesk_desk.handover_rules import HandoverRefused
from nightdesk_desk.models import Contact, Conversation, Event, Handover, HandoverTrigger, Staff


class Opened(NamedTuple):
    """The unresolved hand-over that a call led to; `new` is false when one was there already."""

    handover_id: int
    new: bool
    level: Level


class QueueRow(NamedTuple):
    """One line of the inbox's queue."""

    handover: Handover
    taken_by_name: str | None
    last_seq: int
    visitor_seen_at: datetime | None


async def open_or_raise(
    session: AsyncSession, conversation_id: str, seq: int, call: Call
) -> Opened:
    """Open a hand-over, or add to the unresolved one and raise its level if this one is higher.

    The caller holds the conversation's row (`log.hold`). `seq` is the event that triggered it.
    Whoever the clinic wants told of the level is told: the alerts are written here too.
    """
    handover = await unresolved(session, conversation_id)
    new = handover is None
    if handover is None:
        handover = Handover(
            conversation_id=conversation_id, trigger_seq=seq, reason=call.reason, level=call.level
        )
        session.add(handover)
        await session.flush()
        await outbox.put(session, handover)
        await _note_call(session, "handover_opened", handover)
    elif call.raises and more_serious(cast(Level, handover.level), call.level) != handover.level:
        # The reason follows the level: staff read first what is worst.
        handover.level, handover.reason = call.level, call.reason
        await outbox.put(session, handover)
        await _note_call(session, "handover_raised", handover)
    session.add(_trigger(handover.id, seq, call))
    await session.flush()
    return Opened(handover.id, new, cast(Level, handover.level))


async def _note_call(session: AsyncSession, kind: str, handover: Handover) -> None:
    details = {"handover": handover.id, "level": handover.level, "reason": handover.reason}
    await audit(session, kind, about=handover.conversation_id, details=details)


def _trigger(handover_id: int, seq: int, call: Call) -> HandoverTrigger:
    trigger = HandoverTrigger(
        handover_id=handover_id, seq=seq, reason=call.reason, level=call.level, spans=[]
    )
    if call.safety is not None:
        trigger.category = call.safety.category[:80]
        trigger.detector = call.safety.detector[:80]
        trigger.rule = call.safety.rule[:200]
        trigger.score = call.safety.score
        trigger.spans = [list(span) for span in call.safety.spans]
    return trigger


async def unresolved(session: AsyncSession, conversation_id: str) -> Handover | None:
    """Give the conversation's unresolved hand-over (there is at most one)."""
    return await session.scalar(_UNRESOLVED, {"of": conversation_id})


_UNRESOLVED = select(Handover).where(
    Handover.conversation_id == bindparam("of"), Handover.state != "resolved"
)


async def list_open(session: AsyncSession) -> list[QueueRow]:
    """Give the unresolved hand-overs, the most serious first, then the longest waiting."""
    rows = await session.execute(
        select(Handover, Staff.first_name, Conversation.last_seq, Conversation.visitor_seen_at)
        .join(Conversation, Conversation.id == Handover.conversation_id)
        .outerjoin(Staff, Staff.id == Handover.taken_by)
        .where(Handover.state != "resolved")
        .order_by(Handover.level, Handover.opened_at, Handover.id)
    )
    return [QueueRow(*row) for row in rows]


async def get(session: AsyncSession, handover_id: int) -> Handover | None:
    """Give one hand-over, or None."""
    return await session.get(Handover, handover_id)


async def of_conversation(session: AsyncSession, conversation_id: str) -> list[Handover]:
    """Give all hand-overs of a conversation, the newest first."""
    rows = await session.scalars(
        select(Handover)
        .where(Handover.conversation_id == conversation_id)
        .order_by(Handover.id.desc())
    )
    return list(rows)


async def triggers(session: AsyncSession, handover_id: int) -> list[HandoverTrigger]:
    """Give what called for a person in this hand-over, in order."""
    rows = await session.scalars(
        select(HandoverTrigger)
        .where(HandoverTrigger.handover_id == handover_id)
        .order_by(HandoverTrigger.id)
    )
    return list(rows)


async def contacts(session: AsyncSession, conversation_id: str) -> list[Contact]:
    """Give the contact details that the visitor left, the newest first."""
    rows = await session.scalars(
        select(Contact)
        .where(Contact.conversation_id == conversation_id)
        .order_by(Contact.id.desc())
    )
    return list(rows)


async def visitor_wrote_after(session: AsyncSession, conversation_id: str, seq: int) -> bool:
    """Say whether the visitor has written with a number above `seq`, or left contact details."""
    # The note about details is the system's; it calls for a person.
    calls = exists().where(
        HandoverTrigger.seq == Event.seq,
        HandoverTrigger.handover_id == Handover.id,
        Handover.conversation_id == conversation_id,
    )
    found = await session.scalar(
        select(Event.seq)
        .where(Event.conversation_id == conversation_id, Event.seq > seq)
        .where(or_(Event.sender == "visitor", calls))
        .limit(1)
    )
    return found is not None


async def hold(session: AsyncSession, handover_id: int) -> Handover:
    """Give the hand-over as it is now, its conversation held until the transaction ends.

    Raises HandoverRefused("not_found").
    """
    handover = await get(session, handover_id)
    if handover is None:
        raise HandoverRefused("not_found")
    await log.hold(session, handover.conversation_id)
    await session.refresh(handover)
    return handover
