"""The visitor's API for beginning a conversation, with what the visitor wrote first."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Depends, Request
from nightdesk_contract.door import MessageRefused, clean

from nightdesk_desk import log
from nightdesk_desk.desk import Desk
from nightdesk_desk.visitor_api import TheDesk, client_of, take_up, within_limits
from nightdesk_desk.visitor_bodies import Started, StartIn, error_answers
from nightdesk_desk.visitor_language import asked_language

router = APIRouter(prefix="/api", tags=["visitor"], dependencies=[Depends(asked_language)])


@router.post("/conversations", status_code=201, responses=error_answers(413))
async def start_conversation(
    request: Request, desk: TheDesk, body: StartIn | None = None
) -> Started:
    """Begin a conversation, or find the one that the client's own `token` opens.

    Gives its id and its token; neither can be guessed. `messages` are stored with it, in their
    order and each once a key: one request that a browser ends also when its page is gone. What
    `POST …/messages` would refuse of them is left out: nobody may be there to be told.
    """
    body = body or StartIn()
    client = client_of(request)
    async with desk.db.write() as session:
        found = body.token and await log.conversation_of_token(session, body.token)
        if found:
            conversation_id, token = found, str(body.token)
        else:
            within_limits(desk.opening_limit.wait(client))
            conversation_id, token = await log.start_conversation(session, body.token)
        stored = []
        for event in _taken(desk, client, conversation_id, body.messages):
            try:
                stored.append(await log.append_once(session, conversation_id, event))
            except log.KeyReused:
                continue
    take_up(desk, conversation_id, [one.seq for one in stored if one.new])
    return Started(conversation_id=conversation_id, token=token)


def _taken(
    desk: Desk, client: str, conversation_id: str, messages: Mapping[str, Any]
) -> list[log.NewEvent]:
    """Give what may be stored: all that the door lets in, up to where a rate limit ends it."""
    taken = []
    for key, value in messages.items():
        try:
            text = clean(value)
        except MessageRefused:
            continue
        if desk.conversation_limit.wait(conversation_id) or desk.address_limit.wait(client):
            break
        taken.append(log.NewEvent("visitor", text, idempotency_key=key, answered=False))
    return taken
