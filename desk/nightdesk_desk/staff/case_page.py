"""A conversation's page, and how an act in it is done and answered."""

import secrets
from collections.abc import Awaitable, Callable

from nightdesk_contract.door import MessageRefused
from nightdesk_contract.outcome import LEVELS
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from nightdesk_desk import handovers
from nightdesk_desk.audit.views import AGAIN_AFTER, SHIFT, note_view
from nightdesk_desk.handover_rules import OUTCOME_CODES, HandoverRefused
from nightdesk_desk.log import KeyReused
from nightdesk_desk.models import now
from nightdesk_desk.staff.canned import choices_for
from nightdesk_desk.staff.colleagues import working_colleagues
from nightdesk_desk.staff.conversation import View, read_view
from nightdesk_desk.staff.pages import desk_of, is_fragment, minutes_of, page, zone_of
from nightdesk_desk.staff.sessions import SignedIn


class Refused(Exception):
    """An act that cannot be; `code` names the words for it in the templates."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


async def view_now(request: Request, conversation_id: str, me: SignedIn) -> View | None:
    """Give the conversation as it stands for this person, or None when there is none."""
    desk = desk_of(request)
    async with desk.db.read() as session:
        return await read_view(
            session,
            conversation_id,
            me.staff_id,
            desk.passages,
            zone_of(request),
            now(),
            minutes_of(request),
        )


async def read_case(request: Request, conversation_id: str, me: SignedIn) -> View:
    """Give the conversation as this person sees it; 404 when there is none."""
    view = await view_now(request, conversation_id, me)
    if view is None:
        raise HTTPException(404)
    # No page without its entry. What a page asks for again by itself adds none.
    again = SHIFT if request.url.path.endswith("/live") else AGAIN_AFTER
    await note_view(desk_of(request).db, "conversation_viewed", me.staff_id, conversation_id, again)
    return view


async def act(
    request: Request,
    conversation_id: str,
    me: SignedIn,
    do: Callable[[int], Awaitable[object]],
    *,
    event: str = "",
    draft: dict[str, object] | None = None,
    opened: str = "",
) -> Response:
    """Do something to the conversation's unresolved hand-over and show what came of it."""
    async with desk_of(request).db.read() as session:
        case = await handovers.unresolved(session, conversation_id)

    async def attempt() -> None:
        if case is None:
            raise Refused("over")
        await do(case.id)

    return await answer(
        request, conversation_id, me, attempt, event=event, draft=draft, opened=opened
    )


async def answer(
    request: Request,
    conversation_id: str,
    me: SignedIn,
    attempt: Callable[[], Awaitable[object]],
    *,
    event: str = "",
    draft: dict[str, object] | None = None,
    opened: str = "",
) -> Response:
    """Do something and show what came of it.

    `event` tells the page's script that it worked; `draft` keeps what was typed if it did not, in
    the part of the page named `opened`.
    """
    notice = ""
    try:
        await attempt()
    except (Refused, HandoverRefused, MessageRefused) as error:
        notice = error.code
    except KeyReused:
        notice = "key_reused"
    status = 200 if not notice else 409 if notice in _RACES else 422
    view = await read_case(request, conversation_id, me)
    if is_fragment(request):
        response = page(request, "live.html", status, me=me, view=view, notice=notice)
        if event and not notice:
            response.headers["HX-Trigger"] = event
        elif notice == "key_reused":
            response.headers["HX-Trigger"] = "nightdesk:new-key"
        return response
    if not notice:
        return RedirectResponse(f"/inbox/conversations/{conversation_id}", 303)
    return await case_page(request, me, view, status, notice=notice, draft=draft, opened=opened)


_RACES = frozenset(
    ["over", "is_open", "not_found", "not_possible", "not_yours", "key_reused", "written_since"]
)
"""Refusals because of what somebody else did first."""

_NO_DRAFT: dict[str, object] = {
    "reply": "",
    "note": "",
    "outcome_code": "",
    "false_alarm": False,
    "private": "",
    "level": "",
    "why": "",
    "to": "",
}


async def case_page(
    request: Request,
    me: SignedIn,
    view: View,
    status: int = 200,
    *,
    notice: str = "",
    draft: dict[str, object] | None = None,
    opened: str = "",
) -> Response:
    """Give a conversation's whole page."""
    async with desk_of(request).db.read() as session:
        colleagues = await working_colleagues(session, me.staff_id)
    return page(
        request,
        "conversation.html",
        status,
        me=me,
        view=view,
        notice=notice,
        draft={**_NO_DRAFT, **(draft or {})},
        opened=opened,
        colleagues=colleagues,
        canned=choices_for(request, view.handover.level if view.handover else None, me.first_name),
        outcome_codes=OUTCOME_CODES,
        levels=LEVELS,
        reply_key=secrets.token_urlsafe(12),
    )
