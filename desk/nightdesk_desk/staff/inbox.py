"""A conversation's page, and what staff do in it."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from nightdesk_desk import handovers
from nightdesk_desk.handover_rules import MAX_NOTE
from nightdesk_desk.staff.case_page import Refused, act, case_page, read_case
from nightdesk_desk.staff.login import Acting, Me, Present
from nightdesk_desk.staff.pages import InboxRoute, desk_of, page

router = APIRouter(prefix="/inbox", route_class=InboxRoute, include_in_schema=False)


@router.get("/conversations/{conversation_id}")
async def conversation_page(request: Request, conversation_id: str, me: Present) -> Response:
    """Give a conversation's page; 404 when there is none."""
    return await case_page(request, me, await read_case(request, conversation_id, me))


@router.get("/conversations/{conversation_id}/live")
async def conversation_fragment(request: Request, conversation_id: str, me: Me) -> Response:
    """Give the parts of a conversation's page that change, for a live update."""
    return page(request, "live.html", me=me, view=await read_case(request, conversation_id, me))


@router.post("/conversations/{conversation_id}/acknowledge")
async def acknowledge(request: Request, conversation_id: str, me: Acting) -> Response:
    """Note that this person has seen the hand-over; this stops its clock."""
    desk = desk_of(request)
    return await act(
        request,
        conversation_id,
        me,
        lambda case: desk.handovers.acknowledge(case, me.staff_id),
        event="nightdesk:acknowledged",
    )


@router.post("/conversations/{conversation_id}/take")
async def take(request: Request, conversation_id: str, me: Acting) -> Response:
    """Make the conversation this person's. Exactly one wins; others get 409 and who has it."""
    desk = desk_of(request)
    return await act(
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
    return await act(
        request,
        conversation_id,
        me,
        lambda case: desk.handovers.release(case, me.staff_id),
        event="nightdesk:released",
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
        await desk.typing.tell(conversation_id, "staff", False)

    return await act(
        request, conversation_id, me, send, event="nightdesk:replied", draft={"reply": text}
    )


@router.post("/conversations/{conversation_id}/resolve")
async def resolve(request: Request, conversation_id: str, me: Acting) -> Response:
    """Close the hand-over (form: note, outcome_code, false_alarm, seen).

    A note is always needed; P0 and P1 also need how it ended. `seen` is the number of the last
    message on the page.
    """
    desk = desk_of(request)
    form = await request.form()
    note, code = str(form.get("note", "")).strip(), str(form.get("outcome_code", ""))
    false_alarm = form.get("false_alarm") == "yes"
    seen = str(form.get("seen", ""))
    last_seen = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else None

    async def close(case: int) -> None:
        if not note:
            raise Refused("needs_note")
        if len(note) > MAX_NOTE:
            raise Refused("note_too_long")
        await desk.handovers.resolve(
            case,
            me.staff_id,
            note=note,
            outcome_code=code or None,
            false_alarm=false_alarm,
            seen=last_seen,
        )

    return await act(
        request,
        conversation_id,
        me,
        close,
        event="nightdesk:resolved",
        draft={"note": note, "outcome_code": code, "false_alarm": false_alarm},
        opened="resolve",
    )


@router.post("/conversations/{conversation_id}/typing")
async def typing(request: Request, conversation_id: str, me: Acting) -> Response:
    """Tell the visitor that staff are writing (form: `typing` yes or no): 204."""
    desk = desk_of(request)
    form = await request.form()
    async with desk.db.read() as session:
        case = await handovers.unresolved(session, conversation_id)
    if case is not None and case.state == "taken" and case.taken_by == me.staff_id:
        await desk.typing.tell(conversation_id, "staff", form.get("typing") == "yes")
    return Response(status_code=204)
