"""The inbox: the queue, a conversation, and what staff do in it."""

import secrets
from collections.abc import Awaitable, Callable

from fastapi import APIRouter
from nightdesk_contract.door import MessageRefused
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from nightdesk_desk import handovers
from nightdesk_desk.log import KeyReused
from nightdesk_desk.models import now
from nightdesk_desk.staff.canned import choices_for
from nightdesk_desk.staff.conversation import View, read_view
from nightdesk_desk.staff.failing_alerts import failing_addresses
from nightdesk_desk.staff.login import Acting, Me, Present
from nightdesk_desk.staff.pages import (
    InboxRoute,
    desk_of,
    is_fragment,
    minutes_of,
    page,
    zone_of,
)
from nightdesk_desk.staff.queue import read_queue
from nightdesk_desk.staff.sessions import SignedIn
from nightdesk_desk.wakeups import Typing

router = APIRouter(prefix="/inbox", route_class=InboxRoute, include_in_schema=False)


@router.get("")
async def queue_page(request: Request, me: Present) -> Response:
    """Give the queue's page."""
    return await _queue_page(request, "queue.html", me)


@router.get("/queue")
async def queue_fragment(request: Request, me: Me) -> Response:
    """Give the parts of the queue's page that change, for a live update."""
    return await _queue_page(request, "queue_live.html", me)


@router.get("/conversations/{conversation_id}")
async def conversation_page(request: Request, conversation_id: str, me: Present) -> Response:
    """Give a conversation's page; 404 when there is none."""
    return _conversation(request, me, await _view(request, conversation_id, me))


@router.get("/conversations/{conversation_id}/live")
async def conversation_fragment(request: Request, conversation_id: str, me: Me) -> Response:
    """Give the parts of a conversation's page that change, for a live update."""
    return page(request, "live.html", me=me, view=await _view(request, conversation_id, me))


@router.post("/conversations/{conversation_id}/acknowledge")
async def acknowledge(request: Request, conversation_id: str, me: Acting) -> Response:
    """Note that this person has seen the hand-over; this stops its clock."""
    desk = desk_of(request)
    return await _act(
        request, conversation_id, me, lambda case: desk.handovers.acknowledge(case, me.staff_id)
    )


@router.post("/conversations/{conversation_id}/take")
async def take(request: Request, conversation_id: str, me: Acting) -> Response:
    """Make the conversation this person's. Exactly one wins; others get 409 and who has it."""
    desk = desk_of(request)
    return await _act(
        request,
        conversation_id,
        me,
        lambda case: desk.handovers.take(case, me.staff_id),
        event="nightdesk:taken",
    )


@router.post("/conversations/{conversation_id}/release")
async def release(request: Request, conversation_id: str, me: Acting) -> Response:
    """Give the conversation back to the assistant; the hand-over waits for a person again."""
    desk = desk_of(request)
    return await _act(
        request, conversation_id, me, lambda case: desk.handovers.release(case, me.staff_id)
    )


@router.post("/conversations/{conversation_id}/reply")
async def reply(request: Request, conversation_id: str, me: Acting) -> Response:
    """Send the visitor a message (form: text, key). Only whoever has taken the conversation may.

    `key` makes a repeated sending of the same message harmless.
    """
    desk = desk_of(request)
    form = await request.form()
    text, key = str(form.get("text", "")), str(form.get("key", ""))[:100]

    async def send(case: int) -> None:
        # Another's key must not be answered with this one's message.
        await desk.handovers.reply(
            case, me.staff_id, text, f"s{me.staff_id}:{key}" if key else None
        )
        desk.wakeups.typing(conversation_id, Typing("staff", False))

    return await _act(
        request, conversation_id, me, send, event="nightdesk:replied", draft={"reply": text}
    )


@router.post("/conversations/{conversation_id}/resolve")
async def resolve(request: Request, conversation_id: str, me: Acting) -> Response:
    """Close the hand-over (form: note, outcome_code, false_alarm).

    A note is always needed; P0 and P1 also need how it ended.
    """
    desk = desk_of(request)
    form = await request.form()
    note, code = str(form.get("note", "")).strip(), str(form.get("outcome_code", ""))
    false_alarm = form.get("false_alarm") == "yes"

    async def close(case: int) -> None:
        if not note:
            raise _Refused("needs_note")
        if len(note) > handovers.MAX_NOTE:
            raise _Refused("note_too_long")
        await desk.handovers.resolve(
            case, me.staff_id, note=note, outcome_code=code or None, false_alarm=false_alarm
        )

    return await _act(
        request,
        conversation_id,
        me,
        close,
        event="nightdesk:resolved",
        draft={"note": note, "outcome_code": code, "false_alarm": false_alarm},
        resolving=True,
    )


@router.post("/conversations/{conversation_id}/typing")
async def typing(request: Request, conversation_id: str, me: Acting) -> Response:
    """Tell the visitor that staff are writing (form: `typing` yes or no): 204."""
    desk = desk_of(request)
    form = await request.form()
    async with desk.db.read() as session:
        case = await handovers.unresolved(session, conversation_id)
    if case is not None and case.state == "taken" and case.taken_by == me.staff_id:
        desk.wakeups.typing(conversation_id, Typing("staff", form.get("typing") == "yes"))
    return Response(status_code=204)


class _Refused(Exception):
    """An act that cannot be; `code` names the words for it in the templates."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


async def _queue_page(request: Request, template: str, me: SignedIn) -> Response:
    desk, zone = desk_of(request), zone_of(request)
    async with desk.db.read() as session:
        queue = await read_queue(session, zone, now(), minutes_of(request))
    failing = failing_addresses(await desk.alerts.standing(), zone, now())
    return page(request, template, me=me, queue=queue, failing_alerts=failing)


async def _view(request: Request, conversation_id: str, me: SignedIn) -> View:
    desk = desk_of(request)
    async with desk.db.read() as session:
        view = await read_view(
            session,
            conversation_id,
            me.staff_id,
            desk.passages,
            zone_of(request),
            now(),
            minutes_of(request),
        )
    if view is None:
        raise HTTPException(404)
    return view


async def _act(
    request: Request,
    conversation_id: str,
    me: SignedIn,
    do: Callable[[int], Awaitable[object]],
    *,
    event: str = "",
    draft: dict[str, object] | None = None,
    resolving: bool = False,
) -> Response:
    """Do something to the conversation's unresolved hand-over and show what came of it.

    `event` tells the page's script that it worked; `draft` keeps what was typed if it did not.
    """
    async with desk_of(request).db.read() as session:
        case = await handovers.unresolved(session, conversation_id)
    notice = ""
    try:
        if case is None:
            raise _Refused("over")
        await do(case.id)
    except (_Refused, handovers.HandoverRefused, MessageRefused) as error:
        notice = error.code
    except KeyReused:
        notice = "key_reused"
    status = 200 if not notice else 409 if notice in _RACES else 422
    view = await _view(request, conversation_id, me)
    if is_fragment(request):
        response = page(request, "live.html", status, me=me, view=view, notice=notice)
        if event and not notice:
            response.headers["HX-Trigger"] = event
        elif notice == "key_reused":
            response.headers["HX-Trigger"] = "nightdesk:new-key"
        return response
    if not notice:
        return RedirectResponse(f"/inbox/conversations/{conversation_id}", 303)
    return _conversation(request, me, view, status, notice=notice, draft=draft, resolving=resolving)


_RACES = frozenset(["over", "not_found", "not_possible", "not_yours", "key_reused"])
"""Refusals because of what somebody else did first."""


def _conversation(
    request: Request,
    me: SignedIn,
    view: View,
    status: int = 200,
    *,
    notice: str = "",
    draft: dict[str, object] | None = None,
    resolving: bool = False,
) -> Response:
    nothing = {"reply": "", "note": "", "outcome_code": "", "false_alarm": False}
    return page(
        request,
        "conversation.html",
        status,
        me=me,
        view=view,
        notice=notice,
        draft={**nothing, **(draft or {})},
        resolving=resolving,
        canned=choices_for(request, view.handover.level if view.handover else None, me.first_name),
        outcome_codes=handovers.OUTCOME_CODES,
        reply_key=secrets.token_urlsafe(12),
    )
