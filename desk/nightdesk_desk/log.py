"""The log: a conversation's events in the order of their sequence numbers.

`append` and `read_events` work inside a session that the caller opened (`db.write()`, `db.read()`),
so that everything that belongs together is stored together.

What each message needs is said once, as a statement on the tables that stands ready below, and
gives plain rows: to build such a statement anew, and an object for each row, cost a message more
than the database did.
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
from sqlalchemy import and_, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from nightdesk_desk.models import Conversation, Event, Feedback, Staff, now, table

_CONVERSATIONS, _EVENTS = table(Conversation), table(Event)
_STAFF, _FEEDBACK = table(Staff), table(Feedback)

Reading = AsyncSession | AsyncConnection
"""Where one statement can be asked: in a session's transaction, or alone (`db.read_once()`)."""
Sender = Literal["visitor", "bot", "staff", "system"]
FIRST = 1
"""The number of a conversation's first event: there is nothing to look for before it."""
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
    """Where a visitor's message lies; `new` is false when its key had been seen before.

    `language` is the one that stands in the conversation's row.
    """

    seq: int
    new: bool
    language: str


class Keyed(NamedTuple):
    """What is stored under an idempotency key."""

    seq: int
    text: str
    sender: str

    def is_same(self, event: NewEvent) -> int:
        """Give the number if this is `event`. Raises KeyReused when it is another."""
        if (self.text, self.sender) != (event.text, event.sender):
            raise KeyReused
        return self.seq


class Cursor(NamedTuple):
    """A conversation's row while it is held: its last number, who answers, and its language."""

    last: int
    state: str
    language: str


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
            begun = {"id": conversation_id, "token_hash": token_hash(token)}
            await session.execute(_BEGIN, begun)
    except IntegrityError:
        # It opens one already: another request may just have begun that.
        found = await conversation_of_token(session, token)
        if found is None:
            raise
        return found, token
    return conversation_id, token


_BEGIN = insert(_CONVERSATIONS)


async def conversation_of_token(session: Reading, token: str) -> str | None:
    """Give the id of the conversation that `token` opens, or None."""
    digest = token_hash(token)
    row = (await session.execute(_OF_TOKEN, {"digest": digest})).one_or_none()
    return row.id if row and hmac.compare_digest(row.token_hash, digest) else None


async def conversation_and_key(
    session: Reading, token: str, key: str
) -> tuple[str, Keyed | None] | None:
    """Give the conversation that `token` opens, and what is stored in it under `key`, or None."""
    digest = token_hash(token)
    asked = {"digest": digest, "key": key}
    row = (await session.execute(_OF_TOKEN_AND_KEY, asked)).one_or_none()
    if row is None or not hmac.compare_digest(row.token_hash, digest):
        return None
    return row.id, None if row.seq is None else Keyed(row.seq, row.text, row.sender)


_OF_TOKEN = select(_CONVERSATIONS.c.id, _CONVERSATIONS.c.token_hash).where(
    _CONVERSATIONS.c.token_hash == bindparam("digest")
)
_OF_TOKEN_AND_KEY = _OF_TOKEN.add_columns(
    _EVENTS.c.seq, _EVENTS.c.text, _EVENTS.c.sender
).outerjoin(
    _EVENTS,
    and_(
        _EVENTS.c.conversation_id == _CONVERSATIONS.c.id,
        _EVENTS.c.idempotency_key == bindparam("key"),
    ),
)


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
    last = (await _take_numbers(session, conversation_id, len(events))).last
    first, at = last - len(events) + 1, now()
    await _insert(session, conversation_id, first, at, events)
    return list(range(first, last + 1))


async def _insert(
    session: AsyncSession,
    conversation_id: str,
    first: int,
    at: datetime,
    events: Sequence[NewEvent],
) -> None:
    """Store `events` from number `first` on."""
    rows = [
        {
            "conversation_id": conversation_id,
            "seq": seq,
            "at": at,
            "sender": event.sender,
            "text": event.text,
            "outcome": event.outcome,
            "passages": event.passages,
            "level": event.level,
            "quick_replies": event.quick_replies,
            "staff_id": event.staff_id,
            "idempotency_key": event.idempotency_key,
            "answered": event.answered,
            "basis": event.basis,
            "answers": list(event.answers),
        }
        for seq, event in enumerate(events, first)
    ]
    await session.execute(_INSERT, rows)


_INSERT = insert(_EVENTS)


async def append_once(session: AsyncSession, conversation_id: str, event: NewEvent) -> Stored:
    """Append one event unless its idempotency key is in the conversation already.

    Gives the number it has, now or from before. Raises UnknownConversation, KeyReused.
    """
    # Two equal requests queue here.
    row = await _take_numbers(session, conversation_id, 1)
    earlier = await _under_key(session, conversation_id, event)
    if earlier is None:
        await _insert(session, conversation_id, row.last, now(), [event])
        return Stored(row.last, True, row.language)
    # The number goes back: the row is held, so nobody has seen it taken.
    await _take_numbers(session, conversation_id, -1)
    return Stored(earlier.is_same(event), False, row.language)


async def stored_under_key(
    session: AsyncSession, conversation_id: str, event: NewEvent
) -> int | None:
    """Give the number that an event with this one's idempotency key has, or None.

    Raises KeyReused when that is another event.
    """
    earlier = await _under_key(session, conversation_id, event)
    return None if earlier is None else earlier.is_same(event)


async def _under_key(session: AsyncSession, conversation_id: str, event: NewEvent) -> Keyed | None:
    if event.idempotency_key is None:
        return None
    under = {"of": conversation_id, "key": event.idempotency_key}
    row = (await session.execute(_UNDER_KEY, under)).one_or_none()
    return None if row is None else Keyed(*row)


_UNDER_KEY = select(_EVENTS.c.seq, _EVENTS.c.text, _EVENTS.c.sender).where(
    _EVENTS.c.conversation_id == bindparam("of"), _EVENTS.c.idempotency_key == bindparam("key")
)


async def hold(session: AsyncSession, conversation_id: str) -> str:
    """Take the conversation's row until the transaction ends; give its state ("bot" or "staff").

    Whoever changes a conversation holds it first, so that on PostgreSQL too its writers queue in
    one order and none deadlocks. Raises UnknownConversation.
    """
    return (await held_cursor(session, conversation_id)).state


async def held_cursor(session: AsyncSession, conversation_id: str) -> Cursor:
    """Hold the conversation's row as `hold` does; give what stands in it."""
    return await _take_numbers(session, conversation_id, 0)


async def _take_numbers(session: AsyncSession, conversation_id: str, count: int) -> Cursor:
    # What the session was given before comes first, as it was said.
    await session.flush()
    row = (await session.execute(_TAKE, {"of": conversation_id, "count": count})).one_or_none()
    if row is None:
        raise UnknownConversation(conversation_id)
    return Cursor(*row)


_TAKE = (
    update(_CONVERSATIONS)
    .where(_CONVERSATIONS.c.id == bindparam("of"))
    .values(last_seq=_CONVERSATIONS.c.last_seq + bindparam("count"))
    .returning(_CONVERSATIONS.c.last_seq, _CONVERSATIONS.c.state, _CONVERSATIONS.c.language)
)


async def read_events(
    session: Reading, conversation_id: str, after: int = 0, limit: int = READ_LIMIT
) -> list[LogEvent]:
    """Give the events with a number above `after`, in order, at most `limit`."""
    asked = {"of": conversation_id, "after": after, "most": limit}
    return [
        LogEvent(
            seq=row.seq,
            at=row.at,
            sender=row.sender,
            text=row.text,
            outcome=row.outcome,
            passages=row.passages,
            level=row.level,
            quick_replies=row.quick_replies,
            staff_id=row.staff_id,
            name=row.first_name if row.sender == "staff" else None,
            answered=row.answered,
            safety=row.safety,
            basis=row.basis,
            helpful=row.helpful,
            title=row.title if row.sender == "staff" else None,
            key=row.idempotency_key,
            answers=row.answers,
        )
        for row in await session.execute(_READ, asked)
    ]


_READ = (
    select(_EVENTS, _STAFF.c.first_name, _STAFF.c.title, _FEEDBACK.c.helpful)
    .select_from(_EVENTS)
    .outerjoin(_STAFF, _STAFF.c.id == _EVENTS.c.staff_id)
    .outerjoin(
        _FEEDBACK,
        and_(
            _FEEDBACK.c.conversation_id == _EVENTS.c.conversation_id,
            _FEEDBACK.c.seq == _EVENTS.c.seq,
        ),
    )
    .where(_EVENTS.c.conversation_id == bindparam("of"), _EVENTS.c.seq > bindparam("after"))
    .order_by(_EVENTS.c.seq)
    .limit(bindparam("most"))
)


async def visitor_said(
    session: AsyncSession, conversation_id: str, before: int, most: int
) -> list[Said]:
    """Give the visitor's last `most` messages before number `before`, oldest first."""
    asked = {"of": conversation_id, "before": before, "most": most}
    return [Said(row.text, row.at) for row in await session.execute(_SAID, asked)][::-1]


_SAID = (
    select(_EVENTS.c.text, _EVENTS.c.at)
    .where(_EVENTS.c.conversation_id == bindparam("of"), _EVENTS.c.seq < bindparam("before"))
    .where(_EVENTS.c.sender == "visitor")
    .order_by(_EVENTS.c.seq.desc())
    .limit(bindparam("most"))
)


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


async def is_there(session: Reading, conversation_id: str) -> bool:
    """Say whether there is such a conversation (still)."""
    return await session.scalar(_IS_THERE, {"of": conversation_id}) is not None


_IS_THERE = select(_CONVERSATIONS.c.id).where(_CONVERSATIONS.c.id == bindparam("of"))


async def seen_note_due(session: Reading, conversation_id: str, every: float) -> bool:
    """Say whether the last note that the visitor is reading is older than `every` seconds."""
    seen = await session.scalar(_SEEN_AT, {"of": conversation_id})
    return seen is None or now() - seen > timedelta(seconds=every)


_SEEN_AT = select(_CONVERSATIONS.c.visitor_seen_at).where(_CONVERSATIONS.c.id == bindparam("of"))


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
