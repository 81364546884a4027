"""The visitor's API for "Did this answer your question?"."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from pydantic import BaseModel, ConfigDict
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk import log
from nightdesk_desk.basis import is_answer
from nightdesk_desk.errors import Refused
from nightdesk_desk.models import Event, Feedback, now
from nightdesk_desk.opened import TheConversation, TheDesk
from nightdesk_desk.visitor_api import client_of, within_limits
from nightdesk_desk.visitor_bodies import error_answers
from nightdesk_desk.visitor_language import asked_language

router = APIRouter(prefix="/api", tags=["visitor"], dependencies=[Depends(asked_language)])


class FeedbackIn(BaseModel):
    """Whether an answer answered the visitor's question."""

    model_config = ConfigDict(strict=True)

    helpful: bool


class FeedbackStored(BaseModel):
    """What is stored now about the message `seq`."""

    seq: int
    helpful: bool


@router.post(
    "/conversations/{conversation_id}/events/{seq}/feedback",
    responses=error_answers(401, 404, 413),
)
async def give_feedback(
    body: FeedbackIn,
    request: Request,
    desk: TheDesk,
    conversation_id: TheConversation,
    seq: Annotated[int, Path(ge=1, le=2**31 - 1)],
) -> FeedbackStored:
    """Store whether an answer helped; sent again, the last word counts.

    404 for a message that is no answer of the bot's in this conversation.
    """
    # Counted apart from messages: who presses often must still be able to write.
    within_limits(await desk.wait_of(conversation_id, client_of(request), "feedback"))
    async with desk.db.write() as session:
        stored = await store_feedback(session, conversation_id, seq, helpful=body.helpful)
    if not stored:
        raise Refused(404, "not_found")
    return FeedbackStored(seq=seq, helpful=body.helpful)


async def store_feedback(
    session: AsyncSession, conversation_id: str, seq: int, *, helpful: bool
) -> bool:
    """Store what the visitor says about message `seq`, in place of what they said before.

    Gives false, and stores nothing, when that is no answer of the bot's.
    """
    # Two presses at once queue here, so that the second finds the first's row.
    await log.hold(session, conversation_id)
    event = (
        await session.execute(
            select(Event.sender, Event.outcome).where(
                Event.conversation_id == conversation_id, Event.seq == seq
            )
        )
    ).one_or_none()
    if event is None or event.sender != "bot" or not is_answer(event.outcome):
        return False
    row = Feedback(conversation_id=conversation_id, seq=seq, helpful=helpful, at=now())
    await session.merge(row)
    return True
