"""What visitors wrote that waits for its turn, and the note that it has had one.

A message waits while its event's `answered` is false. These work inside a session that the caller
opened, as those of `log` do.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import takewhile
from typing import Any, NamedTuple

from nightdesk_contract.outcome import Safety
from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk.log import FIRST, safety_row
from nightdesk_desk.models import Conversation, Event, table

_CONVERSATIONS, _EVENTS = table(Conversation), table(Event)

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
    asked = {"of": conversation_id, "to": seq + reach}
    rows = (await session.execute(_WAITING, asked)).all()
    waiting = {row.seq: WaitingMessage(row.seq, row.at, row.text) for row in rows}
    if seq not in waiting:
        return None
    first = last = seq
    while first - 1 in waiting and first > seq - reach:
        first -= 1
    while last + 1 in waiting:
        last += 1
    return Waiting(
        [waiting[number] for number in range(first, last + 1)],
        rows[0].state,
        await _quick_replies(session, conversation_id, first),
        followed=rows[0].last_seq > last,
        earlier=[waiting[number] for number in waiting if number < seq],
    )


_WAITING = (
    select(
        _EVENTS.c.seq,
        _EVENTS.c.at,
        _EVENTS.c.text,
        # The conversation's own, the same in each row.
        _CONVERSATIONS.c.state,
        _CONVERSATIONS.c.last_seq,
    )
    .join(_CONVERSATIONS, _CONVERSATIONS.c.id == _EVENTS.c.conversation_id)
    .where(_EVENTS.c.conversation_id == bindparam("of"), _EVENTS.c.answered.is_(False))
    .where(_EVENTS.c.seq <= bindparam("to"))
    .order_by(_EVENTS.c.seq)
)


async def mark_answered(
    session: AsyncSession, conversation_id: str, seq: int, safety: Safety | None = None
) -> bool:
    """Mark a visitor's message as answered and note what the safety detector saw in it.

    Gives false when it was answered before: then another turn was quicker, and the caller must
    record nothing.
    """
    values: dict[str, Any] = {"of": conversation_id, "number": seq}
    if safety is None:
        return await session.scalar(_ANSWERED, values) is not None
    values["seen"] = safety_row(safety)
    return await session.scalar(_ANSWERED_WITH_SAFETY, values) is not None


_ANSWERED = (
    update(_EVENTS)
    .where(_EVENTS.c.conversation_id == bindparam("of"), _EVENTS.c.seq == bindparam("number"))
    .where(_EVENTS.c.answered.is_(False))
    .values(answered=True)
    .returning(_EVENTS.c.seq)
)
_ANSWERED_WITH_SAFETY = _ANSWERED.values(safety=bindparam("seen"))


async def _quick_replies(session: AsyncSession, conversation_id: str, before: int) -> list[str]:
    if before <= FIRST:
        return []
    asked = {"of": conversation_id, "before": before}
    rows = await session.execute(_BEFORE, asked)
    since = takewhile(lambda row: row.sender != "visitor", rows)
    return [title for row in since for title in row.quick_replies]


_BEFORE = (
    select(_EVENTS.c.sender, _EVENTS.c.quick_replies)
    .where(_EVENTS.c.conversation_id == bindparam("of"), _EVENTS.c.seq < bindparam("before"))
    .order_by(_EVENTS.c.seq.desc())
    .limit(_SAID_IN_A_TURN)
)
