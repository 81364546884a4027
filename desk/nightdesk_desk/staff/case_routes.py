"""What else staff do with a case: pass it on, change its level, note something, open it again."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from nightdesk_desk import handovers
from nightdesk_desk.handover_rules import HandoverRefused
from nightdesk_desk.staff.case_page import Refused, act, answer
from nightdesk_desk.staff.login import Acting
from nightdesk_desk.staff.pages import InboxRoute, desk_of

router = APIRouter(prefix="/inbox", route_class=InboxRoute, include_in_schema=False)


@router.post("/conversations/{conversation_id}/pass")
async def pass_on(request: Request, conversation_id: str, me: Acting) -> Response:
    """Pass the conversation on to a colleague (form: to). Only whoever has taken it may."""
    desk = desk_of(request)
    to = await _field(request, "to")
    number = int(to) if to.isascii() and to.isdigit() and len(to) < 10 else 0
    return await act(
        request,
        conversation_id,
        me,
        lambda case: desk.cases.pass_on(case, me.staff_id, number),
        event="nightdesk:passed",
        draft={"to": to},
        opened="pass",
    )


@router.post("/conversations/{conversation_id}/notice")
async def notice(request: Request, conversation_id: str, me: Acting) -> Response:
    """Say that one has seen what was passed on to one; this stops the clock."""
    desk = desk_of(request)
    return await act(
        request,
        conversation_id,
        me,
        lambda case: desk.cases.notice(case, me.staff_id),
        event="nightdesk:acknowledged",
    )


@router.post("/conversations/{conversation_id}/level")
async def set_level(request: Request, conversation_id: str, me: Acting) -> Response:
    """Raise or lower the level (form: level, why)."""
    desk = desk_of(request)
    level, why = await _field(request, "level"), await _field(request, "why")
    return await act(
        request,
        conversation_id,
        me,
        lambda case: desk.cases.set_level(case, me.staff_id, level, why),
        event="nightdesk:level",
        draft={"level": level, "why": why},
        opened="level",
    )


@router.post("/conversations/{conversation_id}/note")
async def add_note(request: Request, conversation_id: str, me: Acting) -> Response:
    """Keep a note that only staff read (form: text), also where there is no hand-over."""
    desk = desk_of(request)
    text = await _field(request, "text")
    return await answer(
        request,
        conversation_id,
        me,
        lambda: desk.cases.add_note(conversation_id, me.staff_id, text),
        event="nightdesk:noted",
        draft={"private": text},
        opened="private",
    )


@router.post("/conversations/{conversation_id}/reopen")
async def reopen(request: Request, conversation_id: str, me: Acting) -> Response:
    """Open the last hand-over again (form: why), until a week after it was resolved."""
    desk = desk_of(request)
    why = await _field(request, "why")

    async def attempt() -> None:
        async with desk.db.read() as session:
            cases = await handovers.of_conversation(session, conversation_id)
        if not cases or cases[0].state != "resolved":
            raise Refused("is_open")
        try:
            await desk.cases.reopen(cases[0].id, me.staff_id, why)
        except HandoverRefused as error:
            # Somebody opened it again, or the visitor wrote, in this very moment.
            raise Refused("is_open" if error.code == "not_possible" else error.code) from error

    return await answer(
        request,
        conversation_id,
        me,
        attempt,
        event="nightdesk:reopened",
        draft={"why": why},
        opened="reopen",
    )


async def _field(request: Request, name: str) -> str:
    value = (await request.form()).get(name)
    return value if isinstance(value, str) else ""
