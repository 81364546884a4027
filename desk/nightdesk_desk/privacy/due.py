"""What has been kept for as long as the clinic wants it kept.

Never a conversation with an open hand-over, nor one with a message that waits for its answer.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from nightdesk_desk.audit.models import AuditEntry
from nightdesk_desk.audit.record import as_text
from nightdesk_desk.models import Contact, Conversation, Event, Handover


class Old(NamedTuple):
    """How much is older than it may be, and from when it is."""

    number: int
    oldest: datetime | None
    newest: datetime | None


# The last event has the number that the conversation's cursor stands at.
_LAST_EVENT = and_(Event.conversation_id == Conversation.id, Event.seq == Conversation.last_seq)
_LAST = func.coalesce(Event.at, Conversation.created_at)

_WAITING = aliased(Event)


def _not_in_use(conversation_id: Any) -> ColumnElement[bool]:
    return ~or_(
        exists().where(Handover.conversation_id == conversation_id, Handover.state != "resolved"),
        exists().where(_WAITING.conversation_id == conversation_id, _WAITING.answered.is_(False)),
    )


def _old_conversation(before: datetime) -> ColumnElement[bool]:
    # To close a hand-over is the last that happens in a conversation, though it leaves no event.
    closed_later = exists().where(
        Handover.conversation_id == Conversation.id, Handover.resolved_at >= before
    )
    return and_(before > _LAST, ~closed_later, _not_in_use(Conversation.id))


async def old_conversations(session: AsyncSession, before: datetime) -> Old:
    """Give how many conversations ended before that moment."""
    last = _last_events().where(_old_conversation(before)).subquery()
    row = await session.execute(
        select(func.count(), func.min(last.c.last), func.max(last.c.last)).select_from(last)
    )
    return Old(*row.one())


async def some_old_conversations(
    session: AsyncSession, before: datetime, most: int, after: str
) -> list[str]:
    """Give the ids of at most `most` of them, in order, after the id `after`."""
    last = _last_events().where(_old_conversation(before), Conversation.id > after).subquery()
    return list(await session.scalars(select(last.c.id).order_by(last.c.id).limit(most)))


async def is_old(session: AsyncSession, conversation_id: str, before: datetime) -> bool:
    """Say whether the conversation is still old enough to go."""
    query = _last_events().where(_old_conversation(before), Conversation.id == conversation_id)
    return (await session.execute(query)).first() is not None


async def old_contacts(session: AsyncSession, before: datetime) -> Old:
    """Give how many contact details were left before that moment and are not in use."""
    row = await session.execute(
        select(func.count(), func.min(Contact.consent_at), func.max(Contact.consent_at)).where(
            *_old_contact(before)
        )
    )
    return Old(*row.one())


async def some_old_contacts(
    session: AsyncSession, before: datetime, most: int, after: int
) -> list[tuple[int, str]]:
    """Give the ids of at most `most` of them with their conversations, in order, after `after`."""
    rows = await session.execute(
        select(Contact.id, Contact.conversation_id)
        .where(*_old_contact(before), Contact.id > after)
        .order_by(Contact.id)
        .limit(most)
    )
    return [(row.id, row.conversation_id) for row in rows]


async def still_old_contacts(
    session: AsyncSession, ids: Sequence[int], before: datetime
) -> list[int]:
    """Give those of the contact details `ids` that are still there and may go."""
    query = select(Contact.id).where(Contact.id.in_(ids), *_old_contact(before))
    return list(await session.scalars(query))


async def old_audit(session: AsyncSession, before: datetime) -> Old:
    """Give how many entries of the audit record were written before that moment."""
    row = await session.execute(
        select(func.count(), func.min(AuditEntry.at), func.max(AuditEntry.at)).where(
            AuditEntry.at < as_text(before)
        )
    )
    number, oldest, newest = row.one()
    return Old(
        number,
        datetime.fromisoformat(oldest) if oldest else None,
        datetime.fromisoformat(newest) if newest else None,
    )


def _old_contact(before: datetime) -> list[ColumnElement[bool]]:
    return [Contact.consent_at < before, _not_in_use(Contact.conversation_id)]


def _last_events() -> Any:
    return select(Conversation.id, _LAST.label("last")).outerjoin(Event, _LAST_EVENT)
