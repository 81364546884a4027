"""The visitor's API for beginning a conversation, with what the visitor wrote first."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from fastapi import APIRouter, Depends, Request
from nightdesk_contract.door import MessageRefused, clean
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk import log
from nightdesk_desk.chat_language import keep_language
from nightdesk_desk.desk import Desk
from nightdesk_desk.errors import Refused
from nightdesk_desk.opened import TheDesk
from nightdesk_desk.visitor_api import client_of, storing, take_up, within_limits
from nightdesk_desk.visitor_bodies import Started, StartIn, error_answers
from nightdesk_desk.visitor_language import TheLanguage, asked_language

router = APIRouter(prefix="/api", tags=["visitor"], dependencies=[Depends(asked_language)])


@router.post("/conversations", status_code=201, responses=error_answers(404, 413))
async def start_conversation(
    request: Request, desk: TheDesk, language: TheLanguage, body: StartIn | None = None
) -> Started:
    """Begin a conversation, or find the one that the client's own `token` opens.

    Gives its id and its token; neither can be guessed. With a `conversation_id` it is that one or
    none (404): what was deleted is not begun again by what comes late. `messages` are
    stored with it, in their order and each once a key: one request that a browser ends also when
    its page is gone. What `POST …/messages` would refuse is left out (nobody may be there to be
    told), and as there a crisis is let in over a limit.
    """
    body = body or StartIn()
    client = client_of(request)
    sent = list(_sent(body.messages))
    found = None
    if body.token:
        async with desk.db.read_once() as reading:
            found = await log.conversation_of_token(reading, body.token)
    if body.conversation_id not in (None, found):
        raise Refused(404, "not_found")
    # Before anything is written: to judge may take the bot some time.
    seconds = await desk.wait_to_open(client) if found is None else 0.0
    if seconds and not await desk.over_limit.lets_begin(client, [event.text for event in sent]):
        within_limits(seconds)
    async with storing(desk) as session:
        if found is None:
            conversation_id, token = await log.start_conversation(session, body.token)
        else:
            conversation_id, token = found, str(body.token)
        stored, over = await _store(session, desk, conversation_id, client, sent)
        if found is None or stored:
            await keep_language(session, conversation_id, language)
    for event in over:
        if await desk.over_limit.lets_in(conversation_id, client, [event.text]):
            async with storing(desk) as session:
                with suppress(log.KeyReused):
                    late = await log.append_once(session, conversation_id, event)
                    stored += [late.seq] if late.new else []
    take_up(desk, conversation_id, stored)
    return Started(conversation_id=conversation_id, token=token)


async def _store(
    session: AsyncSession,
    desk: Desk,
    conversation_id: str,
    client: str,
    sent: Sequence[log.NewEvent],
) -> tuple[list[int], list[log.NewEvent]]:
    """Store what is new and within the limits. Gives its numbers, and what is over a limit."""
    await log.hold(session, conversation_id)
    stored: list[int] = []
    over: list[log.NewEvent] = []
    for event in sent:
        with suppress(log.KeyReused):
            if await log.stored_under_key(session, conversation_id, event) is not None:
                continue
            if over or await desk.wait_of(conversation_id, client):
                over.append(event)
            else:
                stored += await log.append(session, conversation_id, [event])
    return stored, over


def _sent(messages: Mapping[str, Any]) -> Iterator[log.NewEvent]:
    """Give what the door lets in."""
    for key, value in messages.items():
        with suppress(MessageRefused):
            yield log.NewEvent("visitor", clean(value), idempotency_key=key, answered=False)
