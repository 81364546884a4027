"""Drafts of answers: stored, downloaded and thrown away from a topic's page."""

from fastapi import APIRouter
from nightdesk_contract.answers import AnswerError
from nightdesk_contract.outcome import is_name
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from nightdesk_desk.drafts import (
    checked,
    delete_draft,
    fields_of,
    fields_of_draft,
    read_draft,
    save_draft,
    yaml_text,
)
from nightdesk_desk.staff.asked_pages import show_topic
from nightdesk_desk.staff.login import Leading, Present
from nightdesk_desk.staff.pages import InboxRoute, desk_of

router = APIRouter(prefix="/inbox/asked", route_class=InboxRoute, include_in_schema=False)


@router.post("/{topic}/draft")
async def save(request: Request, topic: str, me: Leading, days: str = "") -> Response:
    """Store a draft (form: title, question, answer, document, passage, examples).

    422, and the page with what was typed and what is wrong with it, when it cannot be used.
    """
    if not is_name(topic):
        raise HTTPException(404)
    typed = fields_of(await request.form())
    try:
        answer = checked(topic, typed)
    except AnswerError as error:
        return await show_topic(
            request, me, topic, days, status=422, typed=typed, problems=error.problems
        )
    async with desk_of(request).db.write() as session:
        await save_draft(session, topic, answer, me.staff_id)
    return RedirectResponse(f"/inbox/asked/{topic}#draft", 303)


@router.post("/{topic}/draft/delete")
async def delete(request: Request, topic: str, me: Leading) -> Response:
    """Throw a draft away; whoever does it twice has done it once."""
    if not is_name(topic):
        raise HTTPException(404)
    async with desk_of(request).db.write() as session:
        await delete_draft(session, topic, me.staff_id)
    return RedirectResponse("/inbox/asked#drafts", 303)


@router.get("/{topic}/draft.yml")
async def download(request: Request, topic: str, me: Present) -> Response:
    """Give a draft as the file that it becomes, under its name; 404 without one."""
    async with desk_of(request).db.read() as session:
        kept = await read_draft(session, topic) if is_name(topic) else None
    if kept is None:
        raise HTTPException(404)
    try:
        text = yaml_text(topic, fields_of_draft(kept.draft))
    except AnswerError:
        # Stored under older rules: the topic's page says what is wrong once it is saved again.
        raise HTTPException(404) from None
    headers = {"Content-Disposition": f'attachment; filename="{topic}.yml"'}
    return Response(text, media_type="application/yaml", headers=headers)
