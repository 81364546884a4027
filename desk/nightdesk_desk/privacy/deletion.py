"""Deleting a conversation because its visitor asks for it: at once, or as soon as it may be.

A crisis that nobody has closed is not deleted under the hands of those who help, nor within a day
of its end, since that may have been a mistake; nor a message that nobody has judged yet. What waits
is noted in the conversation's row and deleted by `keeping.Keeping` when nothing keeps it any more,
whichever way that came about.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from nightdesk_desk import log
from nightdesk_desk.audit.record import note
from nightdesk_desk.cases.models import HandoverAct
from nightdesk_desk.handover_rules import NEEDS_OUTCOME
from nightdesk_desk.models import Conversation, Event, Handover, HandoverTrigger, now
from nightdesk_desk.privacy.removal import remove_conversation

Kept = Literal["staff", "answer"]
"""What a deletion waits for: that staff are done with a crisis, or that a message is answered."""

GRACE = timedelta(hours=24)
"""How long a crisis that was resolved is kept still: to have closed it may have been a mistake."""

Ends = Collection[datetime | None]
"""When each hand-over that was ever a crisis was resolved, None for one that is not."""


def kept_for(ends: Ends, at: datetime, *, unanswered: bool) -> Kept | None:
    """Say what keeps a conversation at the moment `at`, or None when it can go.

    An unanswered message may be a crisis that nobody has seen.
    """
    if any(end is None or end + GRACE > at for end in ends):
        return "staff"
    return "answer" if unanswered else None


def goes_at(ends: Ends) -> datetime | None:
    """Give the moment from which no crisis keeps the conversation.

    None while one is open, and where there was none.
    """
    closed = [end for end in ends if end is not None]
    return max(closed) + GRACE if closed and len(closed) == len(ends) else None


async def crisis_ends(session: AsyncSession, conversation_id: str) -> Ends:
    """Give when each of its hand-overs that was ever a crisis was resolved.

    Whatever staff have made of its level since counts as little as that it was opened again.
    """
    called = exists().where(
        HandoverTrigger.handover_id == Handover.id, HandoverTrigger.level.in_(NEEDS_OUTCOME)
    )
    moved = exists().where(
        HandoverAct.handover_id == Handover.id,
        or_(HandoverAct.from_level.in_(NEEDS_OUTCOME), HandoverAct.to_level.in_(NEEDS_OUTCOME)),
    )
    opened_again = aliased(HandoverAct)
    rows = await session.execute(
        select(
            Handover.id,
            Handover.resolved_at,
            or_(Handover.level.in_(NEEDS_OUTCOME), called, moved).label("crisis"),
            opened_again.of_handover_id,
        )
        .outerjoin(
            opened_again,
            (opened_again.handover_id == Handover.id) & (opened_again.kind == "reopened"),
        )
        .where(Handover.conversation_id == conversation_id)
        .order_by(Handover.id)
    )
    ends: dict[int, datetime | None] = {}
    for row in rows:
        if row.crisis or row.of_handover_id in ends:
            ends[row.id] = row.resolved_at
    return list(ends.values())


async def request_deletion(
    session: AsyncSession, conversation_id: str, at: datetime | None = None
) -> Kept | None:
    """Delete the conversation, or note that it is to be deleted and say what it waits for.

    `at` is the present moment. Raises UnknownConversation.
    """
    await log.hold(session, conversation_id)
    keeps = await _kept_for(session, conversation_id, at or now())
    if keeps is None:
        await _remove(session, conversation_id)
        return None
    asked = await session.scalar(
        update(Conversation)
        .where(Conversation.id == conversation_id, Conversation.deletion_requested_at.is_(None))
        .values(deletion_requested_at=at or now())
        .returning(Conversation.id)
        .execution_options(synchronize_session=False)
    )
    if asked is not None:
        await note(session, "deletion_requested", about=conversation_id, details={"waits": keeps})
    return keeps


async def waiting_deletions(session: AsyncSession) -> list[str]:
    """Give the conversations that are to be deleted and are still there."""
    rows = await session.scalars(
        select(Conversation.id)
        .where(Conversation.deletion_requested_at.is_not(None))
        .order_by(Conversation.deletion_requested_at, Conversation.id)
    )
    return list(rows)


async def delete_if_free(
    session: AsyncSession, conversation_id: str, at: datetime | None = None
) -> bool:
    """Delete a conversation that is to be deleted, unless something keeps it still."""
    try:
        await log.hold(session, conversation_id)
    except log.UnknownConversation:
        # Another process was quicker.
        return False
    if await _kept_for(session, conversation_id, at or now()) is not None:
        return False
    await _remove(session, conversation_id)
    return True


async def _kept_for(session: AsyncSession, conversation_id: str, at: datetime) -> Kept | None:
    unanswered = await session.scalar(
        select(exists().where(Event.conversation_id == conversation_id, Event.answered.is_(False)))
    )
    ends = await crisis_ends(session, conversation_id)
    return kept_for(ends, at, unanswered=bool(unanswered))


async def _remove(session: AsyncSession, conversation_id: str) -> None:
    await remove_conversation(session, conversation_id, {"why": "visitor"})
