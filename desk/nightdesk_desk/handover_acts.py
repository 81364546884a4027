"""What staff do with hand-overs: acknowledge, take, answer, give back and resolve them.

Each act is its own transaction, wakes readers, and raises HandoverRefused:
    Handovers(db, wakeups, words, metrics)
        .acknowledge(handover_id, staff_id)
        .take(handover_id, staff_id)                exactly one wins; the conversation is theirs
        .release(handover_id, staff_id)
        .resolve(handover_id, staff_id, note=, outcome_code=, false_alarm=)
        .reply(handover_id, staff_id, text, idempotency_key=) -> seq
What each act needs stands in `handover_rules`; passing on, levels, notes and reopening in `cases`.
"""

from typing import Any, NamedTuple, cast

from nightdesk_contract.door import clean
from sqlalchemy import func, update
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk import handovers, held, log
from nightdesk_desk.audit.record import note as audit
from nightdesk_desk.cases import reading
from nightdesk_desk.db import Database
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
from nightdesk_desk.models import Conversation, Handover, now
from nightdesk_desk.wakeups import Wakeups
from nightdesk_desk.who_talks import may_take, tell_visitor
from nightdesk_desk.words import Words


class GivenBack(NamedTuple):
    """A conversation that waits for a person again, and what became of its held reply."""

    conversation_id: str
    settled: held.Settled | None


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
        seen: int | None = None,
    ) -> None:
        """Close it; the bot answers again, and a held reply is sent.

        P0 and P1 need an outcome code and a note. With `seen`, the number up to which this person
        has the conversation before them, it stays open when the visitor has written since.

        Raises HandoverRefused.
        """
        note = (note or "").strip()[:MAX_NOTE] or None
        settled = None
        async with self._db.write() as session:
            # Held before it is looked at: the same person may be taking it in another tab.
            before = await handovers.hold(session, handover_id)
            was_taken = before.state == "taken"
            if seen is not None and await handovers.visitor_wrote_after(
                session, before.conversation_id, seen
            ):
                # Closed over their head, those words would be nobody's.
                code: RefusalCode = (
                    "written_since" if before.state != "resolved" else "not_possible"
                )
                raise HandoverRefused(code, before.state)
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
            handover = await handovers.hold(session, handover_id)
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
    handover = await handovers.hold(session, handover_id)
    waits_anew = False
    if act == "acknowledge" and handover.state == "acknowledged":
        waits_anew = (await read_facts(session, [handover]))[handover_id].waits_since is not None
    code = refusal(
        act,
        handover.state,
        # Only the end asks how serious it ever was.
        await _worst_level(session, handover) if act == "resolve" else handover.level,
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


async def _worst_level(session: AsyncSession, handover: Handover) -> str:
    acts = (await reading.read_acts(session, [handover.id])).get(handover.id, [])
    return reading.worst_level(handover, await handovers.triggers(session, handover.id), acts)


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
