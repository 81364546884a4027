"""What visitors wrote that waits for its turn, and the note that it has had one.

A message waits while its event's `answered` is false. These work inside a session that the caller
opened, as those of `log` do.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import takewhile
from typing import Any, NamedTuple

from nightdesk_contract.outcome import Safety
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk.log import safety_row
from nightdesk_desk.models import Conversation, Event

_SAID_IN_A_TURN = 10
"""More events than anybody says between two messages of a visitor and still offers to press."""


class WaitingMessage(NamedTuple):
    """A visitor's message that waits for its turn."""

    seq: int
    at: datetime
    text: str


class Waiting(NamedTuple):
    """An unbroken run of messages that wait for a turn, and what stands around them.

    `state` is who answers in the conversation ("bot" or "staff"); `quick_replies` are those of what
    was said between the run and the visitor's message before it; `followed` is whether anything
    comes after the run. `earlier` are all that wait from before the message that was asked for.
    """

    run: list[WaitingMessage]
    state: str = "bot"
    quick_replies: Sequence[str] = ()
    followed: bool = False
    earlier: Sequence[WaitingMessage] = ()


async def unanswered(
    session: AsyncSession, before: datetime | None = None
) -> list[tuple[str, int]]:
    """Give (conversation, seq) of the visitors' messages that wait for a turn, oldest first.

    With `before`, only those stored earlier than that.
    """
    query = select(Event.conversation_id, Event.seq).where(Event.answered.is_(False))
    if before is not None:
        query = query.where(Event.at < before)
    rows = await session.execute(query.order_by(Event.at, Event.conversation_id, Event.seq))
    return [(row.conversation_id, row.seq) for row in rows]


async def waiting_around(
    session: AsyncSession, conversation_id: str, seq: int, reach: int
) -> Waiting | None:
    """Give the run of waiting messages that holds number `seq`, or None when it needs no turn.

    Nothing lies between the messages of a run; it reaches at most `reach` messages to either side.
    """
    rows = await session.execute(
        select(Event.seq, Event.at, Event.text)
        .where(Event.conversation_id == conversation_id, Event.answered.is_(False))
        .where(Event.seq <= seq + reach)
        .order_by(Event.seq)
    )
    waiting = {row.seq: WaitingMessage(row.seq, row.at, row.text) for row in rows}
    if seq not in waiting:
        return None
    first = last = seq
    while first - 1 in waiting and first > seq - reach:
        first -= 1
    while last + 1 in waiting:
        last += 1
    conversation = (
        await session.execute(
            select(Conversation.state, Conversation.last_seq).where(
                Conversation.id == conversation_id
            )
        )
    ).one()
    return Waiting(
        [waiting[number] for number in range(first, last + 1)],
        conversation.state,
        await _quick_replies(session, conversation_id, first),
        followed=conversation.last_seq > last,
        earlier=[waiting[number] for number in waiting if number < seq],
    )


async def mark_answered(
    session: AsyncSession, conversation_id: str, seq: int, safety: Safety | None = None
) -> bool:
    """Mark a visitor's message as answered and note what the safety detector saw in it.

    Gives false when it was answered before: then another turn was quicker, and the caller must
    record nothing.
    """
    values: dict[str, Any] = {"answered": True}
    if safety is not None:
        values["safety"] = safety_row(safety)
    answered = await session.scalar(
        update(Event)
        .where(Event.conversation_id == conversation_id, Event.seq == seq)
        .where(Event.answered.is_(False))
        .values(**values)
        .returning(Event.seq)
        .execution_options(synchronize_session=False)
    )
    return answered is not None


async def _quick_replies(session: AsyncSession, conversation_id: str, before: int) -> list[str]:
    rows = await session.execute(
        select(Event.sender, Event.quick_replies)
        .where(Event.conversation_id == conversation_id, Event.seq < before)
        .order_by(Event.seq.desc())
        .limit(_SAID_IN_A_TURN)
    )
    since = takewhile(lambda row: row.sender != "visitor", rows)
    return [title for row in since for title in row.quick_replies]
