"""The queue's page: all of it or a part, and the search."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from nightdesk_desk.audit.record import note as audit
from nightdesk_desk.audit.views import SHIFT, note_view
from nightdesk_desk.models import now
from nightdesk_desk.staff.calls import read_calls
from nightdesk_desk.staff.failed_sign_ins import NONE, read_failed_sign_ins
from nightdesk_desk.staff.failing_alerts import failing_addresses
from nightdesk_desk.staff.filters import REASONS, STATES, Filters, narrowed, read_filters
from nightdesk_desk.staff.login import LEADING_ROLES, Acting, Me, Present
from nightdesk_desk.staff.pages import InboxRoute, desk_of, minutes_of, page, zone_of
from nightdesk_desk.staff.queue import read_queue
from nightdesk_desk.staff.search import DAYS, Found, asked_words, search
from nightdesk_desk.staff.sessions import SignedIn
from nightdesk_desk.staff.times import Moment, moment

router = APIRouter(prefix="/inbox", route_class=InboxRoute, include_in_schema=False)


class Other(NamedTuple):
    """A conversation that was found and stands in no part of the queue."""

    conversation_id: str
    at: Moment


@router.get("")
async def queue_page(request: Request, me: Present) -> Response:
    """Give the queue's page (filters: level, state, reason, mine)."""
    return await _queue_page(request, "queue.html", me, request.query_params)


@router.get("/queue")
async def queue_fragment(request: Request, me: Me) -> Response:
    """Give the parts of the queue's page that change, for a live update."""
    return await _queue_page(request, "queue_live.html", me, request.query_params)


@router.post("/search")
async def search_page(request: Request, me: Acting) -> Response:
    """Give the queue's page with what was found (form: q, and the filters).

    A form, since addresses end up in the logs of proxies and in the browser's history.
    """
    return await _queue_page(request, "queue.html", me, await request.form(), searched=True)


@router.get("/search")
async def no_search(me: Present) -> Response:
    """Lead to the queue: a search is sent, and its address alone says nothing."""
    return RedirectResponse("/inbox", 303)


@router.post("/queue")
async def search_fragment(request: Request, me: Me) -> Response:
    """Give the parts of a search's page that change, for a live update; it changes nothing."""
    return await _queue_page(request, "queue_live.html", me, await request.form())


async def _queue_page(
    request: Request,
    template: str,
    me: SignedIn,
    fields: Mapping[str, object],
    *,
    searched: bool = False,
) -> Response:
    desk, zone, at = desk_of(request), zone_of(request), now()
    filters, asked = read_filters(fields), asked_words(str(fields.get("q", "")))
    async with desk.db.read() as session:
        whole = await read_queue(session, zone, at, minutes_of(request))
        calls = await read_calls(session, me.staff_id)
        found = await search(session, asked, at) if asked else None
        leads = me.role in LEADING_ROLES
        failed_sign_ins = await read_failed_sign_ins(session, at) if leads else NONE
    if searched and found is not None:
        async with desk.db.write() as session:
            told = {"found": len(found.conversations)}
            await audit(session, "conversations_searched", staff_id=me.staff_id, details=told)
    elif found is not None:
        # A page asks for the same again by itself; whoever asks only so is noted too.
        await note_view(desk.db, "conversations_searched", me.staff_id, None, SHIFT)
    if any(item.first_words for item in (*whole.waiting, *whole.taken, *whole.resolved)):
        # It shows what visitors wrote. Once a shift: the page asks again with every change.
        await note_view(desk.db, "queue_viewed", me.staff_id, None, SHIFT)
    queue = narrowed(whole, filters, me.staff_id, found.conversations if found else None)
    shown = {case.conversation_id for case in (*queue.waiting, *queue.taken, *queue.resolved)}
    return page(
        request,
        template,
        me=me,
        queue=queue,
        calls=calls,
        shown=shown,
        waiting=len(whole.waiting),
        filters=filters,
        states=STATES,
        reasons=REASONS,
        asked=asked,
        days=DAYS,
        cut=found is not None and found.cut,
        others=[
            Other(conversation_id, moment(when, zone, at))
            for conversation_id, when in _others(found, filters)
            if conversation_id not in shown
        ],
        failing_alerts=failing_addresses(await desk.alerts.standing(), zone, at),
        failed_sign_ins=failed_sign_ins,
    )


def _others(found: Found | None, filters: Filters) -> list[tuple[str, datetime]]:
    # What has no hand-over has no level or state either: a filter leaves it out.
    return [] if found is None or filters.values else list(found.conversations.items())
