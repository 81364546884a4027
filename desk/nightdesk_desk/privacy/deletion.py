"""Deleting a conversation because its visitor asks for it: at once, or as soon as it may be.

A crisis that nobody has closed is not deleted under the hands of those who help, nor a message that
nobody has judged yet. What waits is noted in the conversation's row and deleted by `due_now`'s
readers (see `keeping.Keeping`) when nothing keeps it any more, whichever way that came about.
"""

from collections.abc import Collection
from typing import Literal

from sqlalchemy import exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk import handovers, log
from nightdesk_desk.audit.record import note
from nightdesk_desk.handover_rules import NEEDS_OUTCOME
from nightdesk_desk.models import Conversation, Event, now
from nightdesk_desk.privacy.removal import remove_conversation

Kept = Literal["staff", "answer"]
"""What a deletion waits for: that staff close a crisis, or that a message is answered."""


def kept_for(levels: Collection[str], *, unanswered: bool) -> Kept | None:
    """Say what keeps a conversation, or None when it can go.

    `levels` are those of its unresolved hand-over and of all that called for it: staff may have
    lowered it since. An unanswered message may be a crisis that nobody has seen.
    """
    if any(level in NEEDS_OUTCOME for level in levels):
        return "staff"
    return "answer" if unanswered else None


async def request_deletion(session: AsyncSession, conversation_id: str) -> Kept | None:
    """Delete the conversation, or note that it is to be deleted and say what it waits for.

    Raises UnknownConversation.
    """
    await log.hold(session, conversation_id)
    keeps = await _kept_for(session, conversation_id)
    if keeps is None:
        await _remove(session, conversation_id)
        return None
    asked = await session.scalar(
        update(Conversation)
        .where(Conversation.id == conversation_id, Conversation.deletion_requested_at.is_(None))
        .values(deletion_requested_at=now())
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


async def delete_if_free(session: AsyncSession, conversation_id: str) -> bool:
    """Delete a conversation that is to be deleted, unless something keeps it still."""
    try:
        await log.hold(session, conversation_id)
    except log.UnknownConversation:
        # Another process was quicker.
        return False
    if await _kept_for(session, conversation_id) is not None:
        return False
    await _remove(session, conversation_id)
    return True


async def _kept_for(session: AsyncSession, conversation_id: str) -> Kept | None:
    levels: set[str] = set()
    handover = await handovers.unresolved(session, conversation_id)
    if handover is not None:
        called = await handovers.triggers(session, handover.id)
        levels = {handover.level, *(trigger.level for trigger in called)}
    unanswered = await session.scalar(
        select(exists().where(Event.conversation_id == conversation_id, Event.answered.is_(False)))
    )
    return kept_for(levels, unanswered=bool(unanswered))


async def _remove(session: AsyncSession, conversation_id: str) -> None:
    await remove_conversation(session, conversation_id, {"why": "visitor"})
