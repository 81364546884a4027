"""The visitor's API: write, read, follow, leave contact details."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request
from nightdesk_contract.door import MessageRefused, clean
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.requests import HTTPConnection

from nightdesk_desk import log
from nightdesk_desk.chat_language import keep_language
from nightdesk_desk.contact import ContactDetails, ContactRefused, leave_contact, read_contact
from nightdesk_desk.contact_words import MOST_PARTS, Judged, judge_form, store
from nightdesk_desk.desk import Desk
from nightdesk_desk.desk_line import line
from nightdesk_desk.errors import Refused
from nightdesk_desk.form_words import parts_of
from nightdesk_desk.limits import network_of
from nightdesk_desk.opened import TheConversation, TheDesk, TheKeyedConversation
from nightdesk_desk.presented import event_json
from nightdesk_desk.privacy.transcript import readable
from nightdesk_desk.visitor_bodies import (
    Accepted,
    ContactIn,
    ContactSent,
    EventOut,
    MessageIn,
    MessageStored,
    error_answers,
)
from nightdesk_desk.visitor_language import TheLanguage, asked_language

LONGEST_WAIT = 25
"""Seconds a long poll may wait: below the 30 s at which many proxies cut a silent request."""
PING_EVERY = 15
MOST_READERS = 20
"""Open streams and long polls of one conversation: a few tabs and devices, and reconnects."""
MOST_AT_ONCE = 64 * 1024
"""Bytes of events that are sent together; a long conversation goes out in parts."""
READ_WITHIN = 10.0
"""Seconds that reading may take: a stream that hangs would look live to the widget; cut off, it
connects again."""
SEEN_EVERY = 20.0
"""Seconds between notes that the visitor is here: one write a reader, not one a poll."""
SEEN_WITHIN = 0.1
"""Seconds that such a note may wait to be written: nothing that is said must wait for it."""
STORE_WITHIN = 3.0
"""Seconds that a message may wait to be stored. Who is told then that it is not, sees the widget's
own crisis lines soon enough (the widget itself would wait 10 s), and what is stored can still be
answered in time."""

router = APIRouter(prefix="/api", tags=["visitor"], dependencies=[Depends(asked_language)])


def storing(desk: Desk) -> AbstractAsyncContextManager[AsyncSession]:
    """Give a session in which what a visitor sent is stored; see STORE_WITHIN."""
    return desk.db.write(within=STORE_WITHIN)


def address_of(request: HTTPConnection) -> str:
    """Give the client's address (behind a proxy, the one that a trusted proxy reports)."""
    return request.client.host if request.client else "unknown"


def client_of(request: HTTPConnection) -> str:
    """Give what rate limits count a client by."""
    return network_of(address_of(request))


def within_limits(seconds: float) -> None:
    """Refuse with 429 when a rate limit gave seconds to wait."""
    if seconds > 0:
        raise Refused(429, "rate_limited", {"Retry-After": str(int(seconds) + 1)})


async def within_limits_or_grave(
    desk: Desk, conversation_id: str, client: str, texts: Sequence[str]
) -> None:
    """Refuse with 429 when a limit is reached, unless the texts are let in as a crisis is."""
    seconds = await desk.wait_of(conversation_id, client)
    if seconds > 0 and not await desk.over_limit.lets_in(conversation_id, client, texts):
        within_limits(seconds)


@router.post(
    "/conversations/{conversation_id}/messages",
    status_code=202,
    responses=error_answers(401, 404, 413),
)
async def send_message(
    body: MessageIn,
    request: Request,
    desk: TheDesk,
    opened: TheKeyedConversation,
    language: TheLanguage,
) -> MessageStored:
    """Store a message; from the answer on it cannot be lost. Replies follow as events.

    The same `Idempotency-Key` with the same text gives the same `seq`: stored once.
    """
    conversation_id = opened.id
    try:
        text = clean(body.text)
    except MessageRefused as error:
        if error.code == "too_long":
            parts = parts_of([body.text], desk.not_names)
            pieces = [part.text for part in parts] if len(parts) <= MOST_PARTS else None
            await desk.over_limit.too_long(conversation_id, pieces)
        raise Refused(422, error.code) from None
    event = log.NewEvent("visitor", text, idempotency_key=opened.key, answered=False)
    try:
        if opened.earlier is not None:
            # What is stored is never refused: a limit counts what is new.
            return MessageStored(seq=opened.earlier.is_same(event))
        await within_limits_or_grave(desk, conversation_id, client_of(request), [text])
        async with storing(desk) as session:
            stored = await log.append_once(session, conversation_id, event)
            if stored.new and stored.language != language:
                await keep_language(session, conversation_id, language)
    except log.KeyReused:
        raise Refused(422, "key_reused") from None
    if stored.new:
        take_up(desk, conversation_id, [stored.seq])
    return MessageStored(seq=stored.seq)


@router.get(
    "/conversations/{conversation_id}/events",
    response_model=list[EventOut],
    responses=error_answers(401, 404),
)
async def read_events(
    desk: TheDesk,
    conversation_id: TheConversation,
    language: TheLanguage,
    after: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
    wait: Annotated[float, Query(ge=0, le=LONGEST_WAIT)] = 0,
) -> list[dict[str, Any]]:
    """Give the events after number `after`; with `wait`, wait so many seconds for the first."""
    _one_more_reader(desk, conversation_id)
    ends = time.monotonic() + wait
    with desk.wakeups.watch(conversation_id) as watch:
        await _note_seen(desk, conversation_id)
        while True:
            events = await _events(desk, conversation_id, after, language)
            left = ends - time.monotonic()
            if events or left <= 0 or desk.wakeups.closed:
                return events
            await watch.wait(left)


@router.get(
    "/conversations/{conversation_id}/stream",
    response_class=EventSourceResponse,
    responses={
        **error_answers(401, 404),
        200: {"description": "Server-sent events: id is seq, data is an event as JSON"},
    },
)
async def stream(
    desk: TheDesk,
    conversation_id: TheConversation,
    language: TheLanguage,
    after: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
    last_event_id: Annotated[str | None, Header()] = None,
) -> EventSourceResponse:
    """Follow the conversation from number `after`, or from `Last-Event-ID` when that is higher.

    Notices that somebody is writing come as events of type `typing`, without an id.
    """
    _one_more_reader(desk, conversation_id)
    if last_event_id and last_event_id.isascii() and last_event_id.isdigit():
        after = max(after, min(int(last_event_id[:10]), 2**31 - 1))
    return EventSourceResponse(
        _followed(desk, conversation_id, after, language),
        ping=PING_EVERY,
        sep="\n",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


@router.post(
    "/conversations/{conversation_id}/contact",
    status_code=202,
    responses=error_answers(401, 404, 413),
)
async def contact(
    body: ContactSent,
    request: Request,
    desk: TheDesk,
    conversation_id: TheConversation,
    language: TheLanguage,
) -> Accepted:
    """Store how the visitor wants to be reached, and call a person if none is called yet.

    All words in the form are judged first, also in one that is refused. What staff must see of
    them becomes a message of the visitor's in the conversation, and has its answer there.
    """
    help_words = desk.words.say("contact_help", language)
    parts = parts_of(body.values(), desk.not_names)
    if len(parts) > MOST_PARTS:
        await desk.over_limit.tell_unread(conversation_id)
        raise Refused(413, "too_large")
    texts = [part.text for part in parts]
    await within_limits_or_grave(desk, conversation_id, client_of(request), texts)
    found = await judge_form(desk.rasa, desk.metrics, conversation_id, parts)
    details, code = _details(body)
    note = None
    if details is not None or found.messages:
        note = await _store_form(desk, conversation_id, details, found, language)
    if note is None:
        help_is_due = found.crisis or found.not_judged
        raise Refused(422, code, below=help_words if help_is_due else None)
    return Accepted(seq=note)


async def _store_form(
    desk: Desk,
    conversation_id: str,
    details: ContactDetails | None,
    found: Judged,
    language: str,
) -> int | None:
    """Store what a form leaves, in one transaction. Gives the number of the note about details."""

    def told(spoken_in: str) -> str:
        text = desk.words.contact_saved(language=spoken_in)
        return f"{text} {desk.words.say('contact_help', spoken_in)}" if found.not_judged else text

    said = line(told, language)
    note, opened = None, None
    async with storing(desk) as session:
        if details is not None:
            agreed = desk.words.say("contact_consent", language)
            note, opened = await leave_contact(
                session, conversation_id, details, said.text, agreed, said.basis()
            )
        stored = await store(session, conversation_id, found.messages)
        await keep_language(session, conversation_id, language)
    if opened is not None and opened.new:
        desk.metrics.handovers.labels("request", opened.level).inc()
    take_up(desk, conversation_id, stored)
    return note


def take_up(desk: Desk, conversation_id: str, stored: Sequence[int]) -> None:
    """Give newly stored messages of the visitor their turns, and tell who is waiting for news."""
    desk.wakeups.notify(conversation_id)
    for seq in stored:
        desk.metrics.messages.labels("visitor").inc()
        desk.turns.enqueue(conversation_id, seq)


def _details(body: dict[str, Any]) -> tuple[ContactDetails | None, str]:
    """Give the details that were sent, or None and the code of what is wrong with them."""
    try:
        return read_contact(ContactIn.model_validate(body).model_dump()), ""
    except ContactRefused as error:
        return None, error.code
    except ValidationError:
        return None, "bad_request"


def _one_more_reader(desk: Desk, conversation_id: str) -> None:
    if desk.wakeups.watching(conversation_id) >= MOST_READERS:
        raise Refused(429, "rate_limited", {"Retry-After": "5"})


async def _events(
    desk: Desk, conversation_id: str, after: int, language: str
) -> list[dict[str, Any]]:
    async with asyncio.timeout(READ_WITHIN), desk.db.read_once() as reading:
        events = await log.read_events(reading, conversation_id, after)
    title = desk.words.say("source_clinic", language)
    return [
        event_json(
            event._replace(text=readable(event.text, desk.words, language)), desk.passages, title
        )
        for event in events
    ]


async def _note_seen(desk: Desk, conversation_id: str) -> bool:
    """Note that the visitor is here. Gives false when the conversation has been deleted."""
    async with desk.db.read_once() as reading:
        due = await log.seen_note_due(reading, conversation_id, SEEN_EVERY)
    if not due:
        return True
    try:
        async with desk.db.write(within=SEEN_WITHIN) as session:
            return await log.visitor_seen(session, conversation_id)
    except SQLAlchemyError:
        # The database is locked or full: the next reading notes it.
        return True


async def _is_there(desk: Desk, conversation_id: str) -> bool:
    async with desk.db.read_once() as reading:
        return await log.is_there(reading, conversation_id)


async def _followed(
    desk: Desk, conversation_id: str, after: int, language: str
) -> AsyncIterator[bytes]:
    """Give the conversation's events as they come. No database session stays open between them."""
    with desk.wakeups.watch(conversation_id) as watch:
        if desk.wakeups.watching(conversation_id) > MOST_READERS:
            # Many asked at once, before any of them had begun to read.
            return
        unread, woken, noted_at = True, True, -SEEN_EVERY
        while not desk.wakeups.closed:
            events = await _events(desk, conversation_id, after, language) if unread else []
            # An answer and the end of its writing come together: they are sent at once.
            said = bytearray()
            for event in events:
                after = event["seq"]
                data = json.dumps(event, ensure_ascii=False)
                said += ServerSentEvent(data, id=str(after)).encode()
                if len(said) >= MOST_AT_ONCE:
                    yield bytes(said)
                    said.clear()
            typing = watch.take_typing("bot", "staff")
            if typing is not None:
                notice = {"from": typing.sender, "typing": typing.typing}
                said += ServerSentEvent(json.dumps(notice), event="typing").encode()
            if said:
                yield bytes(said)
            if len(events) == log.READ_LIMIT:
                continue
            watch.read_to = after
            at = time.monotonic()
            # Woken for nothing, the conversation may have been deleted.
            for_nothing = woken and unread and not events
            if for_nothing and not await _is_there(desk, conversation_id):
                return
            if at - noted_at >= SEEN_EVERY:
                desk.presence.reads_on(conversation_id)
                noted_at = at
            woken = await watch.wait(SEEN_EVERY)
            # Other processes' writes are looked for, for all readers together. By itself each reads
            # only when that does not work: a thousand readings at once would hold up every message.
            unread = watch.take_stored() or desk.wakeups.lookings[0].late()
