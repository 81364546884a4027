"""Live updates: a stream tells an open inbox page when what it shows has changed.

A stream carries no words, only that there is news; the page then asks for its parts again. Its
event id is the digest of what was shown, so a page that reconnects hears at once if it is behind.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractContextManager
from time import monotonic

from fastapi import APIRouter, FastAPI
from sqlalchemy.exc import SQLAlchemyError
from sse_starlette import EventSourceResponse
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from nightdesk_desk.desk import Desk
from nightdesk_desk.models import now
from nightdesk_desk.shared_look import SharedLook
from nightdesk_desk.staff.case_page import view_now
from nightdesk_desk.staff.login import Me, signed_in
from nightdesk_desk.staff.pages import InboxRoute, SignInNeeded, desk_of
from nightdesk_desk.staff.queue import read_queue
from nightdesk_desk.typing_notices import LASTS
from nightdesk_desk.wakeups import Watch

LOOK_AGAIN = 2.0
"""Seconds after which a stream looks even without news: another process may have written."""

SETTLE = 0.05
"""Seconds that a burst of writes is given to end, so that it is one update."""

CHECK_SESSION = 15.0
"""Seconds between two looks at whether the reader is still signed in."""

LOOK_WITHIN = 10.0
"""Seconds that one look may take. After them the stream ends, and the page connects again: one that
hangs would look live to the page."""

BEAT = 5.0
"""Seconds after which a stream says that it is there (`beat`): line.js opens a silent one again."""

PING = 15
"""Seconds between comments, for proxies, also while a look takes long."""

TYPING_LASTS = LASTS["visitor"].total_seconds()
"""Seconds after which a visitor who said no more of it is not shown as writing."""

TYPING = "The visitor is writing…"

_DELETED = "deleted"
"""The digest of a conversation that is gone: the open page is told, and leaves its words."""

router = APIRouter(prefix="/inbox", route_class=InboxRoute, include_in_schema=False)
logger = logging.getLogger(__name__)


@router.get("/stream")
async def queue_stream(request: Request, me: Me, seen: str = "") -> Response:
    """Stream `changed` whenever the queue does (server-sent events).

    `seen` is the digest of the queue that the page shows. `beat` says only that the stream is
    there; `signed-out` is the last event.
    """
    desk = desk_of(request)
    look: SharedLook[str] = request.app.state.queue_look

    async def digest(max_age: float) -> str:
        return await look.get(max_age) + desk.bot.standing.mark

    return _stream(request, desk.wakeups.watch_any, digest, seen)


def queue_look(app: FastAPI) -> SharedLook[str]:
    """Give the reading of the queue's digest that all its streams of this process share."""
    desk: Desk = app.state.desk

    async def digest() -> str:
        async with desk.db.read() as session:
            zone, minutes = desk.words.clinic.zone, desk.words.clinic.staff_times
            return (await read_queue(session, zone, now(), minutes)).digest

    return SharedLook(digest)


@router.get("/conversations/{conversation_id}/stream")
async def conversation_stream(
    request: Request, conversation_id: str, me: Me, seen: str = ""
) -> Response:
    """Stream `changed` whenever the conversation's page would (server-sent events)."""
    desk = desk_of(request)

    async def digest(max_age: float = 0.0) -> str:
        view = await view_now(request, conversation_id, me)
        return view.digest + desk.bot.standing.mark if view else _DELETED

    if await digest() == _DELETED:
        raise HTTPException(404)
    return _stream(request, lambda: desk.wakeups.watch(conversation_id), digest, seen)


def _stream(
    request: Request,
    watch: Callable[[], AbstractContextManager[Watch]],
    digest: Callable[[float], Awaitable[str]],
    seen: str,
) -> Response:
    shown = request.headers.get("last-event-id") or seen
    return EventSourceResponse(
        _changes(request, watch, digest, shown),
        ping=PING,
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _changes(
    request: Request,
    watch: Callable[[], AbstractContextManager[Watch]],
    digest: Callable[[float], Awaitable[str]],
    shown: str,
) -> AsyncIterator[dict[str, str]]:
    wakeups = desk_of(request).wakeups
    checked = said = monotonic()
    writing_until = 0.0
    # Without news, what another stream has just read will do.
    max_age = 0.0
    with watch() as news:
        try:
            while not wakeups.closed:
                async with asyncio.timeout(LOOK_WITHIN):
                    if monotonic() - checked >= CHECK_SESSION:
                        checked = monotonic()
                        await signed_in(request)
                    current = await digest(max_age)
                if current != shown:
                    shown, said = current, monotonic()
                    yield {"event": "changed", "id": shown, "data": "changed"}
                typing = news.take_typing("visitor")
                if typing is not None:
                    writing_until = monotonic() + TYPING_LASTS if typing.typing else 0.0
                    yield _typing(typing.typing)
                elif writing_until and monotonic() >= writing_until:
                    # Nobody says that a browser was closed in the middle of a word.
                    writing_until = 0.0
                    yield _typing(False)
                if monotonic() - said >= BEAT:
                    said = monotonic()
                    yield {"event": "beat", "data": "beat"}
                max_age = LOOK_AGAIN / 2
                if await news.wait(LOOK_AGAIN):
                    max_age = 0.0
                    await asyncio.sleep(SETTLE)
        except SignInNeeded:
            yield {"event": "signed-out", "data": "signed-out"}
        except (SQLAlchemyError, TimeoutError) as error:
            # The page connects again by itself.
            logger.warning("a live update failed: %s", type(error).__name__)


def _typing(now: bool) -> dict[str, str]:
    # The words themselves: the page puts them in their place. An empty event would be no event.
    return {"event": "typing", "data": TYPING if now else "&nbsp;"}
