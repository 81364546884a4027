"""The visitor's API for "I am writing": passed on to staff who read along; no words, no event."""

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict

from nightdesk_desk.opened import TheConversation, TheDesk
from nightdesk_desk.visitor_api import client_of, within_limits
from nightdesk_desk.visitor_bodies import error_answers
from nightdesk_desk.visitor_language import asked_language

router = APIRouter(prefix="/api", tags=["visitor"], dependencies=[Depends(asked_language)])


class TypingIn(BaseModel):
    """Whether the visitor is writing now."""

    model_config = ConfigDict(strict=True)

    typing: bool


@router.post(
    "/conversations/{conversation_id}/typing",
    status_code=204,
    responses=error_answers(401, 404, 413),
)
async def tell_typing(
    body: TypingIn, request: Request, desk: TheDesk, conversation_id: TheConversation
) -> Response:
    """Tell who reads along that the visitor began or stopped writing. What they write is not sent.

    Send it at most every few seconds, and only while a person has the chat.
    """
    # Counted apart from messages: who types for long must still be able to send.
    within_limits(await desk.wait_of(conversation_id, client_of(request), "typing"))
    await desk.typing.tell(conversation_id, "visitor", body.typing)
    return Response(status_code=204)
