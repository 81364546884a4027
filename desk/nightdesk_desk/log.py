"""The log: a conversation's events in the order of their sequence numbers.

`append` and `read_events` work inside a session that the caller opened (`db.write()`, `db.read()`),
so that everything that belongs together is stored together.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

from nightdesk_contract.outcome import Safety
from nightdesk_contract.pieces import Said
from sqlalchemy import and_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk.models import Conversation, Event, Feedback, Staff, now

Sender = Literal["visitor", "bot", "staff", "system"]
READ_LIMIT = 500
"""Most events in one reading: a reader asks again after the last one."""


class UnknownConversation(LookupError):
    """There is no such conversation."""


class KeyReused(ValueError):
    """An idempotency key came with another text: taking it would lose that text."""


@dataclass(frozen=True)
class NewEvent:
    """An event to be appended. `answered=False` only for a visitor's message that needs a turn.

    `answers` are the numbers of the visitor's messages that it answers, where a turn says it.
    """

    sender: Sender
    text: str
    outcome: str | None = None
    passages: list[str] = field(default_factory=list)
    level: str | None = None
    quick_replies: list[str] = field(default_factory=list)
    staff_id: int | None = None
    idempotency_key: str | None = None
    answered: bool = True
    basis: dict[str, Any] | None = None
    answers: Sequence[int] = ()


class LogEvent(NamedTuple):
    """A stored event, as readers get it.

    `name` is the first name of the staff member who wrote, `title` what they are ("nurse"), if set.
    `helpful` is what the visitor said of an answer, None before they said anything. `key` is the
    idempotency key under which it was stored, if any.
    """

    seq: int
    at: datetime
    sender: Sender
    text: str
    outcome: str | None
    passages: list[str]
    level: str | None
    quick_replies: list[str]
    staff_id: int | None
    name: str | None
    answered: bool
    safety: dict[str, Any] | None
    basis: dict[str, Any] | None = None
    helpful: bool | None = None
    title: str | None = None
    key: str | None = None
    answers: Sequence[int] = ()


class Stored(NamedTuple):
    """Where a visitor's message lies; `new` is false when its key had been seen before."""

    seq: int
    new: bool


def new_token() -> str:
    """Give an unguessable token (256 bits)."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """Give what is stored of a token: it has 256 random bits, so one round of SHA-256 is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


async def start_conversation(session: AsyncSession, token: str | None = None) -> tuple[str, str]:
    """Store a new conversation. Gives its id and the visitor's token (only its hash is stored).

    With a `token` of the client's own: the conversation that it opens, if there is one.
    """
    conversation_id, token = "c_" + secrets.token_urlsafe(18), token or new_token()
    try:
        async with session.begin_nested():
            session.add(Conversation(id=conversation_id, token_hash=token_hash(token)))
    except IntegrityError:
        # It opens one already: another request may just have begun that.
        found = await conversation_of_token(session, token)
        if found is None:
            raise
        return found, token
    return conversation_id, token


async def conversation_of_token(session: AsyncSession, token: str) -> str | None:
    """Give the id of the conversation that `token` opens, or None."""
    digest = token_hash(token)
    row = (
        await session.execute(
            select(Conversation.id, Conversation.token_hash).where(
                Conversation.token_hash == digest
            )
        )
    ).one_or_none()
    return row.id if row and hmac.compare_digest(row.token_hash, digest) else None


async def append(
    session: AsyncSession, conversation_id: str, events: Sequence[NewEvent]
) -> list[int]:
    """Append `events` in order, in the session's transaction. Gives their sequence numbers.

    The numbers are taken by moving the conversation's cursor first, which also makes writers to
    one conversation wait for each other: a reader never sees a later number before an earlier one.
    Raises UnknownConversation.
    """
    if not events:
        return []
    last = await _take_numbers(session, conversation_id, len(events))
    first, at = last - len(events) + 1, now()
    for seq, event in enumerate(events, first):
        session.add(
            Event(
                conversation_id=conversation_id,
                seq=seq,
                at=at,
                sender=event.sender,
                text=event.text,
                outcome=event.outcome,
                passages=event.passages,
                level=event.level,
                quick_replies=event.quick_replies,
                staff_id=event.staff_id,
                idempotency_key=event.idempotency_key,
                answered=event.answered,
                basis=event.basis,
                answers=list(event.answers),
            )
        )
    await session.flush()
    return list(range(first, last + 1))


async def append_once(session: AsyncSession, conversation_id: str, event: NewEvent) -> Stored:
    """Append one event unless its idempotency key is in the conversation already.

    Gives the number it has, now or from before. Raises UnknownConversation, KeyReused.
    """
    if event.idempotency_key is None:
        return Stored((await append(session, conversation_id, [event]))[0], new=True)
    # Two equal requests queue here.
    await hold(session, conversation_id)
    earlier = await stored_under_key(session, conversation_id, event)
    if earlier is None:
        return Stored((await append(session, conversation_id, [event]))[0], new=True)
    return Stored(earlier, new=False)


async def stored_under_key(
    session: AsyncSession, conversation_id: str, event: NewEvent
) -> int | None:
    """Give the number that an event with this one's idempotency key has, or None.

    Raises KeyReused when that is another event.
    """
    if event.idempotency_key is None:
        return None
    earlier = (
        await session.execute(
            select(Event.seq, Event.text, Event.sender).where(
                Event.conversation_id == conversation_id,
                Event.idempotency_key == event.idempotency_key,
            )
        )
    ).one_or_none()
    if earlier is None:
        return None
    if (earlier.text, earlier.sender) != (event.text, event.sender):
        raise KeyReused
    return int(earlier.seq)


async def hold(session: AsyncSession, conversation_id: str) -> str:
    """Take the conversation's row until the transaction ends; give its state ("bot" or "staff").

    Whoever changes a conversation holds it first, so that on PostgreSQL too its writers queue in
    one order and none deadlocks. Raises UnknownConversation.
    """
    await _take_numbers(session, conversation_id, 0)
    state = await session.scalar(
        select(Conversation.state).where(Conversation.id == conversation_id)
    )
    return str(state)


async def _take_numbers(session: AsyncSession, conversation_id: str, count: int) -> int:
    last = await session.scalar(
        update(Conversation)
        .where(Conversation.id == conversation_id)
        .values(last_seq=Conversation.last_seq + count)
        .returning(Conversation.last_seq)
        .execution_options(synchronize_session=False)
    )
    if last is None:
        raise UnknownConversation(conversation_id)
    return int(last)


async def read_events(
    session: AsyncSession, conversation_id: str, after: int = 0, limit: int = READ_LIMIT
) -> list[LogEvent]:
    """Give the events with a number above `after`, in order, at most `limit`."""
    rows = await session.execute(
        select(Event, Staff.first_name, Staff.title, Feedback.helpful)
        .outerjoin(Staff, Staff.id == Event.staff_id)
        .outerjoin(
            Feedback,
            and_(Feedback.conversation_id == Event.conversation_id, Feedback.seq == Event.seq),
        )
        .where(Event.conversation_id == conversation_id, Event.seq > after)
        .order_by(Event.seq)
        .limit(limit)
    )
    return [
        LogEvent(
            seq=event.seq,
            at=event.at,
            sender=event.sender,  # type: ignore[arg-type]  # one of them by the table's check
            text=event.text,
            outcome=event.outcome,
            passages=event.passages,
            level=event.level,
            quick_replies=event.quick_replies,
            staff_id=event.staff_id,
            name=name if event.sender == "staff" else None,
            answered=event.answered,
            safety=event.safety,
            basis=event.basis,
            helpful=helpful,
            title=title if event.sender == "staff" else None,
            key=event.idempotency_key,
            answers=event.answers,
        )
        for event, name, title, helpful in rows
    ]


async def visitor_said(
    session: AsyncSession, conversation_id: str, before: int, most: int
) -> list[Said]:
    """Give the visitor's last `most` messages before number `before`, oldest first."""
    rows = await session.execute(
        select(Event.text, Event.at)
        .where(Event.conversation_id == conversation_id, Event.seq < before)
        .where(Event.sender == "visitor")
        .order_by(Event.seq.desc())
        .limit(most)
    )
    return [Said(row.text, row.at) for row in rows][::-1]


async def system_texts(session: AsyncSession, conversation_id: str, since: int) -> set[str]:
    """Give the system's texts with a number of `since` or above."""
    rows = await session.scalars(
        select(Event.text).where(
            Event.conversation_id == conversation_id,
            Event.sender == "system",
            Event.seq >= since,
        )
    )
    return set(rows)


async def is_there(session: AsyncSession, conversation_id: str) -> bool:
    """Say whether there is such a conversation (still)."""
    found = await session.scalar(select(Conversation.id).where(Conversation.id == conversation_id))
    return found is not None


async def seen_note_due(session: AsyncSession, conversation_id: str, every: float) -> bool:
    """Say whether the last note that the visitor is reading is older than `every` seconds."""
    seen = await session.scalar(
        select(Conversation.visitor_seen_at).where(Conversation.id == conversation_id)
    )
    return seen is None or now() - seen > timedelta(seconds=every)


async def visitor_seen(session: AsyncSession, conversation_id: str) -> bool:
    """Note that the visitor is reading now. Gives false when there is no such conversation."""
    seen = await session.scalar(
        update(Conversation)
        .where(Conversation.id == conversation_id)
        .values(visitor_seen_at=now())
        .returning(Conversation.id)
        .execution_options(synchronize_session=False)
    )
    return seen is not None


def safety_row(safety: Safety) -> dict[str, Any]:
    """Give a safety verdict in the form in which it is stored."""
    return {
        "category": safety.category,
        "detector": safety.detector,
        "rule": safety.rule,
        "score": safety.score,
        "spans": [list(span) for span in safety.spans],
    }
