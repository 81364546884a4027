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
What staff do (each its own transaction, wakes readers, raises HandoverRefused):
    Handovers(db, wakeups, words, metrics)
        .acknowledge(handover_id, staff_id)
        .take(handover_id, staff_id)                exactly one wins; the conversation is theirs
        .release(handover_id, staff_id)
        .resolve(handover_id, staff_id, note=, outcome_code=, false_alarm=)
        .reply(handover_id, staff_id, text, idempotency_key=) -> seq
What each act needs stands in `handover_rules`; passing on, levels, notes and reopening in `cases`.
Elsewhere: `log.read_events(session, conversation_id, after)` for the transcript,
`wakeups.watch_any()` / `wakeups.wait_any(timeout)` for the live queue,
`wakeups.watch(conversation_id)` for a live transcript,
`wakeups.typing(conversation_id, Typing("staff", True))`.
"""

from datetime import datetime
from typing import Any, NamedTuple, cast

from nightdesk_contract.door import clean
from nightdesk_contract.outcome import Level, more_serious
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk import held, log
from nightdesk_desk.alerts import outbox
from nightdesk_desk.audit.record import note as audit
from nightdesk_desk.cases import reading
from nightdesk_desk.db import Database
from nightdesk_desk.decide import Call
from nightdesk_desk.escalation.taking import read_facts
from nightdesk_desk.handover_rules import (
    MAX_NOTE,
    NOTED_AS,
    Act,
    HandoverRefused,
    RefusalCode,
    refusal,
)
from nightdesk_desk.metrics import Metrics
from nightdesk_desk.models import Contact, Conversation, Handover, HandoverTrigger, Staff, now
from nightdesk_desk.wakeups import Wakeups
from nightdesk_desk.who_talks import may_take, tell_visitor
from nightdesk_desk.words import Words


class Opened(NamedTuple):
    """The unresolved hand-over that a call led to; `new` is false when one was there already."""

    handover_id: int
    new: bool
    level: Level


class GivenBack(NamedTuple):
    """A conversation that waits for a person again, and what became of its held reply."""

    conversation_id: str
    settled: held.Settled | None


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
    return await session.scalar(
        select(Handover).where(
            Handover.conversation_id == conversation_id, Handover.state != "resolved"
        )
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


class Handovers:
    """What staff do with hand-overs. `staff_id` is always the one who acts."""

    def __init__(self, db: Database, wakeups: Wakeups, words: Words, metrics: Metrics) -> None:
        self._db = db
        self._wakeups = wakeups
        self._words = words
        self._metrics = metrics

    async def acknowledge(self, handover_id: int, staff_id: int) -> None:
        """Note that a person has seen it, or an alarm that came later. Raises HandoverRefused."""
        async with self._db.write() as session:
            handover = await _moved(
                session,
                "acknowledge",
                handover_id,
                staff_id,
                state="acknowledged",
                **_seen(staff_id),
            )
        self._wakeups.notify(handover.conversation_id)

    async def take(self, handover_id: int, staff_id: int) -> None:
        """Make the conversation this person's; of two at once exactly one wins.

        Raises HandoverRefused("not_possible" when somebody else was first, or the account is
        disabled by now).
        """
        async with self._db.write() as session:
            if not await may_take(session, staff_id):
                raise HandoverRefused("not_possible")
            handover = await _moved(
                session,
                "take",
                handover_id,
                staff_id,
                state="taken",
                taken_at=now(),
                taken_by=staff_id,
                **_seen(staff_id),
            )
            await _hand(session, self._words, handover.conversation_id, "staff", staff_id)
            waited = (now() - handover.opened_at).total_seconds()
        self._metrics.taken_after.labels(handover.level).observe(waited)
        self._wakeups.notify(handover.conversation_id)

    async def release(self, handover_id: int, staff_id: int) -> None:
        """Give the conversation back: it waits for a person again, and a held reply is sent.

        Raises HandoverRefused.
        """
        async with self._db.write() as session:
            given = await give_back(session, self._words, handover_id, staff_id)
        self.given_back(given)

    def given_back(self, given: GivenBack) -> None:
        """Count and tell what `give_back` did, once its transaction is over."""
        held.count(self._metrics, given.settled)
        self._wakeups.notify(given.conversation_id)

    async def resolve(
        self,
        handover_id: int,
        staff_id: int,
        *,
        note: str | None = None,
        outcome_code: str | None = None,
        false_alarm: bool = False,
    ) -> None:
        """Close it; the bot answers again, and a held reply is sent.

        P0 and P1 need an outcome code and a note.

        Raises HandoverRefused.
        """
        note = (note or "").strip()[:MAX_NOTE] or None
        settled = None
        async with self._db.write() as session:
            before = await get(session, handover_id)
            was_taken = before is not None and before.state == "taken"
            handover = await _moved(
                session,
                "resolve",
                handover_id,
                staff_id,
                state="resolved",
                resolved_at=now(),
                resolved_by=staff_id,
                note=note,
                outcome_code=outcome_code,
                false_alarm=false_alarm,
            )
            if was_taken:
                settled = await _hand(
                    session, self._words, handover.conversation_id, "bot", staff_id
                )
        held.count(self._metrics, settled)
        self._wakeups.notify(handover.conversation_id)

    async def reply(
        self, handover_id: int, staff_id: int, text: object, idempotency_key: str | None = None
    ) -> int:
        """Store what a staff member writes to the visitor; it is said instead of a held reply.

        Gives its sequence number.

        Raises MessageRefused for a text that the door refuses, HandoverRefused unless this person
        has taken the conversation, KeyReused.
        """
        event = log.NewEvent(
            "staff", clean(text), staff_id=staff_id, idempotency_key=idempotency_key
        )
        async with self._db.write() as session:
            handover = await hold(session, handover_id)
            if handover.state != "taken" or handover.taken_by != staff_id:
                code: RefusalCode = "not_yours" if handover.state == "taken" else "not_possible"
                raise HandoverRefused(code, handover.state)
            stored = await log.append_once(session, handover.conversation_id, event)
            settled = await held.settle(session, handover.conversation_id)
            if stored.new:
                await audit(
                    session,
                    "reply_sent",
                    staff_id=staff_id,
                    about=handover.conversation_id,
                    details={"handover": handover_id, "seq": stored.seq},
                )
        held.count(self._metrics, settled)
        if stored.new:
            self._metrics.messages.labels("staff").inc()
        self._wakeups.notify(handover.conversation_id)
        return stored.seq


async def give_back(
    session: AsyncSession,
    words: Words,
    handover_id: int,
    staff_id: int,
    *,
    by: int | None = None,
) -> GivenBack:
    """Give a conversation back inside the caller's transaction (`Handovers.given_back` after it).

    `by` is who does that in the place of `staff_id`, who has it. Raises HandoverRefused.
    """
    handover = await _moved(
        session,
        "release",
        handover_id,
        staff_id,
        by=by,
        state="open",
        taken_at=None,
        taken_by=None,
    )
    conversation_id = handover.conversation_id
    return GivenBack(conversation_id, await _hand(session, words, conversation_id, "bot", staff_id))


async def _moved(
    session: AsyncSession,
    act: Act,
    handover_id: int,
    staff_id: int,
    *,
    by: int | None = None,
    **values: object,
) -> Handover:
    handover = await hold(session, handover_id)
    acts = (await reading.read_acts(session, [handover_id])).get(handover_id, [])
    waits_anew = False
    if act == "acknowledge" and handover.state == "acknowledged":
        waits_anew = (await read_facts(session, [handover]))[handover_id].waits_since is not None
    code = refusal(
        act,
        handover.state,
        reading.worst_level(handover, await triggers(session, handover_id), acts),
        mine=handover.taken_by == staff_id,
        outcome_code=cast("str | None", values.get("outcome_code")),
        note=cast("str | None", values.get("note")),
        waits_anew=waits_anew,
    )
    if code is not None:
        raise HandoverRefused(code, handover.state)
    # The states stand in the statement too: it decides, whatever was read before.
    moved = await session.scalar(
        update(Handover)
        .where(Handover.id == handover_id, Handover.state == handover.state)
        .values(acted_at=now(), **values)
        .returning(Handover.id)
        .execution_options(synchronize_session=False)
    )
    if moved is None:
        raise HandoverRefused("not_possible")
    await session.refresh(handover)
    details: dict[str, object] = {"handover": handover_id, "level": handover.level}
    if act == "resolve":
        details |= {"outcome": handover.outcome_code, "false_alarm": handover.false_alarm}
    if by is not None:
        details["in_place_of"] = staff_id
    who, about = by or staff_id, handover.conversation_id
    await audit(session, NOTED_AS[act], staff_id=who, about=about, details=details)
    return handover


async def _hand(
    session: AsyncSession, words: Words, conversation_id: str, state: str, staff_id: int
) -> held.Settled | None:
    """Hand the conversation to staff or back to the bot, and tell the visitor.

    Gives what became of a held reply: with the bot, nobody is left who would answer first.
    """
    key = "staff_joined" if state == "staff" else "staff_left"
    await session.execute(
        update(Conversation).where(Conversation.id == conversation_id).values(state=state)
    )
    await tell_visitor(session, words, conversation_id, key, staff_id)
    return await held.settle(session, conversation_id)


def _seen(staff_id: int) -> dict[str, Any]:
    """Note the first person who saw it; a later one does not overwrite it."""
    return {
        "acknowledged_at": func.coalesce(Handover.acknowledged_at, now()),
        "acknowledged_by": func.coalesce(Handover.acknowledged_by, staff_id),
    }
