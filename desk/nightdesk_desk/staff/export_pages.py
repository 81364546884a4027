"""One conversation as a file, for leads and admins."""

from urllib.parse import quote

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from nightdesk_desk.audit.record import note
from nightdesk_desk.models import now
from nightdesk_desk.privacy.export import EXPORTED, as_json, as_text, read_export
from nightdesk_desk.staff.login import Leading
from nightdesk_desk.staff.pages import InboxRoute, desk_of, zone_of
from nightdesk_desk.staff.recent import prove

router = APIRouter(prefix="/inbox", route_class=InboxRoute, include_in_schema=False)


@router.post("/conversations/{conversation_id}/export")
async def export(request: Request, conversation_id: str, me: Leading) -> Response:
    """Give the conversation with all that belongs to it, as a file (form: `form` text or json).

    A file leaves the desk for good: it asks for the password again after ten minutes.
    """
    await prove(request, me, file_of=f"/inbox/conversations/{quote(conversation_id)}")
    desk = desk_of(request)
    as_data = (await request.form()).get("form") == "json"
    # In one transaction: what is given out is noted.
    async with desk.db.write() as session:
        found = await read_export(
            session,
            conversation_id,
            desk.passages,
            desk.words.say("source_clinic"),
            zone_of(request),
            now(),
        )
        if found is None:
            raise HTTPException(404)
        await note(session, EXPORTED, staff_id=me.staff_id, about=conversation_id)
    name = f"conversation-{found['conversation']}.{'json' if as_data else 'txt'}"
    return Response(
        as_json(found) if as_data else as_text(found),
        media_type="application/json" if as_data else "text/plain; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
