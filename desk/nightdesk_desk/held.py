"""Replies held back while a person has the chat, and sent when that person does not answer in time.

A turn holds the reply (`keep`) in the transaction that records it. From then on `settle` says from
the rows alone what becomes of it, whoever asks: the person's reply, the giving back, or the look
for what is due. It holds the conversation, so that of any number of processes one ends it, once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple, cast

from nightdesk_contract.outcome import BOT_UNAVAILABLE, LEVELS, Level
from sqlalchemy import bindparam, literal_column, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk import log
from nightdesk_desk.audit.record import note as audit
from nightdesk_desk.db import Database
from nightdesk_desk.log import NewEvent
from nightdesk_desk.looking import Looking, Worker, surviving
from nightdesk_desk.metrics import Metrics
from nightdesk_desk.models import Conversation, Event, HeldReply, now
from nightdesk_desk.wakeups import Wakeups

LOOK_EVERY = 1.0
"""Seconds between looks for what is due: how late a reply may come that another process held."""
_HELD = HeldReply.state == literal_column("'held'")
"""Written out, so that the indexes of what is held are used."""

Verdict = Literal["wait", "answered", "sent"]


@dataclass(frozen=True)
class Held:
    """A reply to the message `trigger_seq`, to be sent at `due_at` unless a person answers."""

    reply: NewEvent
    trigger_seq: int
    due_at: datetime


class Settled(NamedTuple):
    """How a held reply has ended."""

    verdict: Literal["answered", "sent"]
    reply: NewEvent


def seconds_to_answer(level: str | None, waits: Mapping[str, int]) -> int:
    """Give how long a person has, for a reply of `level`; all that is no emergency waits as P1."""
    return waits["P0" if level == "P0" else "P1"]


def merged(earlier: Held, later: Held) -> Held:
    """Give the one reply that is held when another comes while one is: the later one.

    Only one that says less does not replace it: a milder one, or that the bot could not answer.
    Nothing puts off the first one's moment.
    """
    kept = later if _weight(later) <= _weight(earlier) else earlier
    return Held(kept.reply, kept.trigger_seq, min(earlier.due_at, later.due_at))


def verdict(due_at: datetime, state: str, answered_at: datetime | None, at: datetime) -> Verdict:
    """Say what becomes of a held reply at the moment `at`.

    Takes who answers in the conversation ("bot" or "staff"), and when a person first wrote after
    the reply was held.
    """
    if answered_at is not None and answered_at < due_at:
        return "answered"
    return "sent" if state == "bot" or at >= due_at else "wait"


def _weight(held: Held) -> tuple[bool, int]:
    level = cast(Level, held.reply.level or "P1")
    return held.reply.outcome == BOT_UNAVAILABLE, LEVELS.index(level)


async def keep(
    session: AsyncSession,
    conversation_id: str,
    reply: NewEvent,
    trigger_seq: int,
    waits: Mapping[str, int],
) -> bool:
    """Hold `reply` to the message `trigger_seq` back. Gives false when one was held already.

    The caller holds the conversation's row (`log.hold`). `waits` are seconds by level.
    """
    at = now()
    seconds = seconds_to_answer(reply.level, waits)
    found = Held(reply, trigger_seq, at + timedelta(seconds=seconds))
    row = await waiting(session, conversation_id)
    if row is not None:
        earlier = Held(_reply(row), row.trigger_seq, row.due_at)
        for name, value in _columns(merged(earlier, found)).items():
            setattr(row, name, value)
        await session.flush()
        return False
    last = await session.scalar(
        select(Conversation.last_seq).where(Conversation.id == conversation_id)
    )
    session.add(
        HeldReply(conversation_id=conversation_id, after_seq=last, held_at=at, **_columns(found))
    )
    await session.flush()
    return True


async def waiting(session: AsyncSession, conversation_id: str) -> HeldReply | None:
    """Give the reply that is held in the conversation (there is at most one)."""
    return await session.scalar(
        select(HeldReply).where(HeldReply.conversation_id == conversation_id, _HELD)
    )


async def person_wrote_at(
    session: AsyncSession, conversation_id: str, after: int
) -> datetime | None:
    """Give when staff first wrote with a number above `after`, or None."""
    return await session.scalar(
        select(Event.at)
        .where(Event.conversation_id == conversation_id, Event.seq > after)
        .where(Event.sender == "staff")
        .order_by(Event.seq)
        .limit(1)
    )


async def settle(session: AsyncSession, conversation_id: str) -> Settled | None:
    """Drop or send the conversation's held reply, if it is time for either; None if it is not.

    The caller holds the conversation's row (`log.hold`).
    """
    row = await waiting(session, conversation_id)
    if row is None:
        return None
    state = await session.scalar(
        select(Conversation.state).where(Conversation.id == conversation_id)
    )
    answered_at = await person_wrote_at(session, conversation_id, row.after_seq)
    found = verdict(row.due_at, str(state), answered_at, now())
    if found == "wait":
        return None
    # The state stands in the statement too: it decides, whatever was read before.
    claimed = await session.scalar(
        update(HeldReply)
        .where(HeldReply.id == row.id, _HELD)
        .values(state=found, ended_at=now())
        .returning(HeldReply.id)
        .execution_options(synchronize_session=False)
    )
    if claimed is None:
        return None
    reply = _reply(row)
    if found == "sent":
        [seq] = await log.append(session, conversation_id, [reply])
        details = {"seq": seq, "level": reply.level, "staff_had_it": state == "staff"}
        await audit(session, "held_reply_sent", about=conversation_id, details=details)
    return Settled(found, reply)


def count(metrics: Metrics, settled: Settled | None) -> None:
    """Count how a held reply has ended, once its transaction is over."""
    if settled is None:
        return
    metrics.held_replies.labels(settled.verdict).inc()
    if settled.verdict == "sent":
        metrics.count_said([settled.reply])


def _reply(row: HeldReply) -> NewEvent:
    return NewEvent(
        sender=cast(log.Sender, row.sender),
        text=row.text,
        outcome=row.outcome,
        passages=list(row.passages),
        level=row.level,
        quick_replies=list(row.quick_replies),
        basis=row.basis,
        answers=[row.trigger_seq],
    )


def _columns(held: Held) -> dict[str, Any]:
    reply = held.reply
    return {
        "trigger_seq": held.trigger_seq,
        "due_at": held.due_at,
        "sender": reply.sender,
        "text": reply.text,
        "outcome": reply.outcome,
        "passages": reply.passages,
        "level": reply.level,
        "quick_replies": reply.quick_replies,
        "basis": reply.basis,
    }


_DUE = (
    select(HeldReply.conversation_id)
    .where(_HELD, HeldReply.due_at <= bindparam("moment"))
    .order_by(HeldReply.due_at)
)
"""Asked every second: it stands ready."""


class HeldReplies(Worker):
    """The look for held replies that are due, as long as this process runs."""

    def __init__(
        self, db: Database, wakeups: Wakeups, metrics: Metrics, look_every: float = LOOK_EVERY
    ) -> None:
        self._db = db
        self._wakeups = wakeups
        self._metrics = metrics
        self.lookings = (Looking("held replies", self.look, look_every),)

    async def look(self) -> int:
        """Settle every reply that is due. Gives how many this process has ended.

        One that cannot be settled now is left for the next look. Raises what reading raises.
        """
        async with self._db.read() as session:
            conversations = list(await session.scalars(_DUE, {"moment": now()}))
        ended = 0
        for conversation_id in conversations:
            with surviving("a held reply could not be sent yet"):
                ended += await self._settle(conversation_id)
        return ended

    async def _settle(self, conversation_id: str) -> bool:
        async with self._db.write() as session:
            await log.hold(session, conversation_id)
            settled = await settle(session, conversation_id)
        count(self._metrics, settled)
        if settled is not None:
            self._wakeups.notify(conversation_id)
        return settled is not None
