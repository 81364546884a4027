"""Passing on, raising and lowering the level, reopening, and private notes.

Like `Handovers`: each act is its own transaction, wakes readers, and raises HandoverRefused. The
conversation is held first, so that of two people at once the second decides on what the first did.
"""

from typing import cast

from nightdesk_contract.outcome import Level
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk import handovers, log
from nightdesk_desk.alerts import outbox, relevel
from nightdesk_desk.audit.record import note as audit
from nightdesk_desk.cases import reading
from nightdesk_desk.cases.deciding import (
    calls_anew,
    is_lower,
    level_refusal,
    note_refusal,
    notice_refusal,
    pass_refusal,
    reopen_refusal,
)
from nightdesk_desk.cases.models import HandoverAct, PrivateNote
from nightdesk_desk.cases.unanswered import only_words_wait
from nightdesk_desk.db import Database
from nightdesk_desk.decide import Call
from nightdesk_desk.handover_rules import HandoverRefused, RefusalCode
from nightdesk_desk.metrics import Metrics
from nightdesk_desk.models import Event, Handover, HandoverTrigger, now
from nightdesk_desk.wakeups import Wakeups
from nightdesk_desk.who_talks import may_take, tell_visitor
from nightdesk_desk.words import Words

BY_STAFF = "staff"
"""Stands where a detector stands when it was a person who called."""


class CaseActs:
    """What staff do with a case besides what `Handovers` has. `staff_id` is the one who acts."""

    def __init__(self, db: Database, wakeups: Wakeups, words: Words, metrics: Metrics) -> None:
        self._db = db
        self._wakeups = wakeups
        self._words = words
        self._metrics = metrics

    async def pass_on(self, handover_id: int, staff_id: int, to: int) -> None:
        """Make a colleague the one who has the chat, at once; the visitor is told who it is now.

        Raises HandoverRefused.
        """
        async with self._db.write() as session:
            free = await may_take(session, to)
            case = await handovers.hold(session, handover_id)
            mine = case.taken_by == staff_id
            _unless(pass_refusal(case.state, mine=mine, to=to, me=staff_id, may_sign_in=free), case)
            # `taken_at` stays: since then a person has had it. The act itself starts the clock
            # (see `reading.passed_at`) until the colleague acts.
            case.taken_by = to
            session.add(_act(case, "passed", staff_id, to_staff_id=to))
            await tell_visitor(session, self._words, case.conversation_id, "staff_passed", to)
            await _note(session, "handover_passed", case, staff_id, to_staff=to)
        self._wakeups.notify(case.conversation_id)

    async def notice(self, handover_id: int, staff_id: int) -> None:
        """Say that one has seen what was passed on, or what the visitor wrote: the clock stops.

        Raises HandoverRefused.
        """
        async with self._db.write() as session:
            case = await handovers.hold(session, handover_id)
            acts = (await reading.read_acts(session, [case.id])).get(case.id, [])
            passed = reading.passed(case, acts, None)
            mine = case.taken_by == staff_id
            waits = passed is not None and not passed.answered
            waits = waits or await only_words_wait(session, case)
            _unless(notice_refusal(waits, mine=mine), case)
            case.acted_at = now()
            await _note(session, "handover_noticed", case, staff_id)
        self._wakeups.notify(case.conversation_id)

    async def set_level(self, handover_id: int, staff_id: int, level: str, why: str) -> None:
        """Raise or lower the level, for a reason in words. The visitor is not told.

        Whoever the clinic wants told of the new level is told. Raises HandoverRefused.
        """
        async with self._db.write() as session:
            case = await handovers.hold(session, handover_id)
            before, mine = case.level, case.taken_by == staff_id
            _unless(level_refusal(case.state, before, level, why, mine=mine), case)
            case.level = level
            act = _act(case, "level", staff_id, from_level=before, to_level=level)
            act.why = why.strip()
            session.add(act)
            if is_lower(before, level):
                kind = "handover_lowered"
                await relevel.lowered(session, case)
            else:
                kind = "handover_raised"
                await outbox.put(session, case)
                if calls_anew(case.state):
                    session.add(_staff_trigger(case, "raised"))
            await _note(session, kind, case, staff_id, level=level, before=before)
        self._wakeups.notify(case.conversation_id)

    async def reopen(self, handover_id: int, staff_id: int, why: str) -> int:
        """Open a resolved hand-over again, as a new one of the same level. Gives its number.

        Raises HandoverRefused.
        """
        async with self._db.write() as session:
            old = await handovers.hold(session, handover_id)
            newest = (await handovers.of_conversation(session, old.conversation_id))[0]
            ended = old.resolved_at if old.state == "resolved" else None
            _unless(reopen_refusal(ended, now(), why, newest=newest.id == old.id), old)
            seq = await _last_of_visitor(session, old)
            call = Call(old.reason, cast(Level, old.level))
            opened = await handovers.open_or_raise(session, old.conversation_id, seq, call)
            await _say_staff_called(session, opened.handover_id, old)
            case = await session.get_one(Handover, opened.handover_id)
            act = _act(case, "reopened", staff_id, of_handover_id=old.id)
            act.why = why.strip()
            session.add(act)
            await _note(session, "handover_reopened", case, staff_id, of_handover=old.id)
        self._metrics.handovers.labels(case.reason, case.level).inc()
        self._wakeups.notify(case.conversation_id)
        return opened.handover_id

    async def add_note(self, conversation_id: str, staff_id: int, text: str) -> None:
        """Keep a note that only staff read. Raises HandoverRefused."""
        code = note_refusal(text)
        if code is not None:
            raise HandoverRefused(code)
        async with self._db.write() as session:
            try:
                await log.hold(session, conversation_id)
            except log.UnknownConversation:
                raise HandoverRefused("not_found") from None
            note = PrivateNote(
                conversation_id=conversation_id, staff_id=staff_id, text=text.strip()
            )
            session.add(note)
            await audit(session, "note_added", staff_id=staff_id, about=conversation_id)
        self._wakeups.notify(conversation_id)


def _unless(code: RefusalCode | None, case: Handover) -> None:
    if code is not None:
        raise HandoverRefused(code, case.state)


def _act(case: Handover, kind: str, staff_id: int, **values: object) -> HandoverAct:
    return HandoverAct(handover_id=case.id, kind=kind, staff_id=staff_id, at=now(), **values)


async def _note(
    session: AsyncSession, kind: str, case: Handover, staff_id: int, **details: object
) -> None:
    known = {"handover": case.id, "level": case.level, **details}
    await audit(session, kind, staff_id=staff_id, about=case.conversation_id, details=known)


def _staff_trigger(case: Handover, reason: str) -> HandoverTrigger:
    return HandoverTrigger(
        handover_id=case.id,
        seq=case.trigger_seq,
        reason=reason,
        level=case.level,
        detector=BY_STAFF,
        spans=[],
        at=now(),
    )


async def _say_staff_called(session: AsyncSession, handover_id: int, old: Handover) -> None:
    """Say of a new hand-over's trigger that staff called; its category tells the language."""
    earlier = [t.category for t in await handovers.triggers(session, old.id) if t.category]
    [trigger] = await handovers.triggers(session, handover_id)
    trigger.detector = BY_STAFF
    trigger.category = earlier[-1] if earlier else None


async def _last_of_visitor(session: AsyncSession, case: Handover) -> int:
    """Give the visitor's last message: what was said before it is said again where it is due."""
    seq = await session.scalar(
        select(func.max(Event.seq)).where(
            Event.conversation_id == case.conversation_id, Event.sender == "visitor"
        )
    )
    return max(seq or 0, case.trigger_seq)
