"""The visitor's API for their own conversation: take it along, or have it deleted."""

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, PlainTextResponse
from pydantic import BaseModel

from nightdesk_desk import log
from nightdesk_desk.desk import Desk
from nightdesk_desk.errors import Refused
from nightdesk_desk.models import now
from nightdesk_desk.opened import TheConversation, TheDesk
from nightdesk_desk.privacy.deletion import Kept, request_deletion
from nightdesk_desk.privacy.transcript import visitors_transcript, whole_conversation
from nightdesk_desk.visitor_api import client_of, within_limits
from nightdesk_desk.visitor_bodies import error_answers
from nightdesk_desk.visitor_language import TheLanguage, asked_language

router = APIRouter(prefix="/api", tags=["visitor"], dependencies=[Depends(asked_language)])

FILE_NAME = "chat.txt"

_WORDS: dict[Kept, str] = {"staff": "deletion_waits_staff", "answer": "deletion_waits_answer"}


class Deletion(BaseModel):
    """Whether the conversation is gone; if not, `message` says when it will be."""

    deleted: bool
    message: str | None = None


@router.delete(
    "/conversations/{conversation_id}",
    responses={
        **error_answers(401, 404),
        200: {"model": Deletion, "description": "All of it is deleted; the token opens nothing"},
        202: {"model": Deletion, "description": "It will be deleted; `message` says when"},
    },
    response_model_exclude_none=True,
)
async def delete_conversation(
    request: Request, desk: TheDesk, conversation_id: TheConversation, language: TheLanguage
) -> JSONResponse:
    """Delete the conversation: every message and all contact details.

    A crisis is kept until a day after staff have closed it, a message that nobody has judged yet
    until it is: the answer is 202 then, and it is deleted by itself. A deleted conversation's token
    is like an unknown one.
    """
    await _within_limits(desk, request, conversation_id)
    try:
        async with desk.db.write() as session:
            keeps = await request_deletion(session, conversation_id)
    except log.UnknownConversation:
        # Another tab was quicker.
        keeps = None
    desk.wakeups.notify(conversation_id)
    if keeps is None:
        return _answer({"deleted": True}, 200)
    return _answer({"deleted": False, "message": desk.words.say(_WORDS[keeps], language)}, 202)


@router.get(
    "/conversations/{conversation_id}/export",
    response_class=PlainTextResponse,
    responses=error_answers(401, 404),
)
async def export_conversation(
    request: Request, desk: TheDesk, conversation_id: TheConversation, language: TheLanguage
) -> PlainTextResponse:
    """Give the conversation as the visitor saw it, as a text file."""
    await _within_limits(desk, request, conversation_id)
    async with desk.db.read() as session:
        events = await whole_conversation(session, conversation_id)
    if not events:
        raise Refused(404, "not_found")
    text = visitors_transcript(events, desk.words, now(), language)
    headers = {
        "Content-Disposition": f'attachment; filename="{FILE_NAME}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return PlainTextResponse(text, headers=headers)


async def _within_limits(desk: Desk, request: Request, conversation_id: str) -> None:
    # Counted apart from messages: who presses often must still be able to write.
    within_limits(await desk.wait_of(conversation_id, client_of(request), "privacy"))


def _answer(body: dict[str, object], status: int) -> JSONResponse:
    return JSONResponse(body, status, {"Cache-Control": "no-store"})
