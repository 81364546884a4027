"""A call-back is offered to whoever has waited two minutes for a person, once a hand-over.

It is read from the rows who is due, so a restart forgets nobody. The text is written under a key
that belongs to the hand-over, in a transaction that holds the conversation: of any number of desks
one writes it. After hours the text says that nobody reads now, unless that has been said.
"""

from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from sqlalchemy import ColumnElement, String, exists, literal, select
from sqlalchemy import cast as sql_cast
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk import handovers, log, no_answer
from nightdesk_desk.audit.record import note as audit
from nightdesk_desk.cases.models import HandoverAct
from nightdesk_desk.chat_language import language_of_case
from nightdesk_desk.db import Database
from nightdesk_desk.decide import offered
from nightdesk_desk.desk_line import Line, line
from nightdesk_desk.looking import Looking, Worker, surviving
from nightdesk_desk.metrics import Metrics
from nightdesk_desk.models import Contact, Conversation, Event, Handover, now
from nightdesk_desk.wakeups import Wakeups
from nightdesk_desk.words import Words

AFTER = timedelta(minutes=2)
"""How long somebody waits for a person before a call-back is offered."""
TOO_LATE = timedelta(hours=1)
"""Whoever has waited longer when a desk first looks is not told of it any more."""
LOOK_EVERY = 5.0
"""Seconds between looks."""
_KEY = "desk: call-back "
"""What the keys of these texts begin with."""


class Due(NamedTuple):
    """Somebody who has waited long enough."""

    handover_id: int
    conversation_id: str


def key_of(handover_id: int) -> str:
    """Give the key under which a hand-over's offer is stored, if it is."""
    return f"{_KEY}{handover_id}"


async def read_due(session: AsyncSession, at: datetime) -> list[Due]:
    """Give who is due at the moment `at`, the longest waiting first."""
    rows = await session.execute(
        select(Handover.id, Handover.conversation_id)
        .where(*_waits_for_a_person(at))
        .order_by(Handover.opened_at)
    )
    return [Due(*row) for row in rows]


def _waits_for_a_person(at: datetime) -> tuple[ColumnElement[bool], ...]:
    key = literal(_KEY) + sql_cast(Handover.id, String)
    here = Event.conversation_id == Handover.conversation_id
    return (
        # Who has seen it has not answered yet.
        Handover.state.in_(("open", "acknowledged")),
        Handover.level != "P0",
        Handover.opened_at <= at - AFTER,
        Handover.opened_at > at - TOO_LATE,
        ~exists().where(here, Event.sender == "staff", Event.seq > Handover.trigger_seq),
        ~exists().where(here, Event.idempotency_key == key),
        # Staff who opened it again know of it, and the visitor may have left long ago.
        ~exists().where(HandoverAct.handover_id == Handover.id, HandoverAct.kind == "reopened"),
        ~exists().where(Contact.conversation_id == Handover.conversation_id),
        exists().where(Conversation.id == Handover.conversation_id, Conversation.state == "bot"),
    )


async def offer(session: AsyncSession, words: Words, due: Due, at: datetime) -> Line | None:
    """Give what to say to somebody who is due; None when it has been said in this hand-over."""
    handover = await handovers.get(session, due.handover_id)
    if handover is None:
        return None
    language = await language_of_case(session, handover, words.buttons())
    told = no_answer.told_already(words, handover, at)
    said = await log.system_texts(session, due.conversation_id, handover.trigger_seq)
    if any(one.startswith(told) for one in said):
        return None
    return line(partial(words.still_waiting, handover.level, handover.reason, at), language)


async def tell(session: AsyncSession, words: Words, due: Due, at: datetime) -> int | None:
    """Offer a call-back in the conversation, unless another desk has or a person has come.

    Gives the number of the text, or None.
    """
    await log.hold(session, due.conversation_id)
    still = await session.scalar(
        select(Handover.level).where(Handover.id == due.handover_id, *_waits_for_a_person(at))
    )
    found = await offer(session, words, due, at) if still else None
    if still is None or found is None:
        return None
    event = log.NewEvent(
        "system",
        found.text,
        idempotency_key=key_of(due.handover_id),
        basis=found.basis(offered(still)),
    )
    [seq] = await log.append(session, due.conversation_id, [event])
    details = {"handover": due.handover_id, "level": still, "seq": seq}
    await audit(session, "call_back_offered", about=due.conversation_id, details=details)
    return seq


class CallBacks(Worker):
    """The look for who has waited long enough, as long as this process runs."""

    def __init__(
        self,
        db: Database,
        wakeups: Wakeups,
        words: Words,
        metrics: Metrics,
        look_every: float = LOOK_EVERY,
    ) -> None:
        self._db = db
        self._wakeups = wakeups
        self._words = words
        self._metrics = metrics
        self.lookings = (
            Looking("call-backs", self.look, look_every),
            Looking("chats without an answer", self.look_for_unanswered, look_every),
        )

    async def look(self, at: datetime | None = None) -> int:
        """Tell everybody who is due at `at` (default: now). Gives how many this process told.

        One who cannot be told now is left for the next look. Raises what reading raises.
        """
        moment = at or now()
        async with self._db.read() as session:
            due = await read_due(session, moment)
        told = 0
        for one in due:
            with surviving("a call-back could not be offered yet"):
                # Read before written: through a closed night nothing has to be said anew.
                if await self._has_words_for(one, moment):
                    told += await self._tell(one, moment)
        return told

    async def _has_words_for(self, due: Due, at: datetime) -> bool:
        # A transaction for each: after one that has failed, PostgreSQL reads no more in it.
        async with self._db.read() as session:
            return await offer(session, self._words, due, at) is not None

    async def _tell(self, due: Due, at: datetime) -> bool:
        async with self._db.write() as session:
            seq = await tell(session, self._words, due, at)
        return self._told(due.conversation_id, seq)

    async def look_for_unanswered(self, at: datetime | None = None) -> int:
        """Tell everybody who waits for a word of a person and got none by `at` (default: now).

        Gives how many this process told. Raises what reading raises.
        """
        moment = at or now()
        async with self._db.read() as session:
            due = await no_answer.read_due(session, self._words, moment)
        told = 0
        for one in due:
            with surviving("somebody could not be told yet that nobody has answered"):
                async with self._db.read() as session:
                    text = await no_answer.words_for(session, self._words, one, moment)
                if text is not None:
                    async with self._db.write() as session:
                        seq = await no_answer.tell(session, self._words, one, moment)
                    told += self._told(one.conversation_id, seq)
        return told

    def _told(self, conversation_id: str, seq: int | None) -> bool:
        if seq is not None:
            self._metrics.messages.labels("system").inc()
            self._wakeups.notify(conversation_id)
        return seq is not None
