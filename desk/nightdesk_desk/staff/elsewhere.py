"""What calls the readers of all other inbox pages: the part of them that asks by itself."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from nightdesk_desk.models import now
from nightdesk_desk.staff.alarms import read_alarms
from nightdesk_desk.staff.calls import read_calls
from nightdesk_desk.staff.login import Known, owes_enrolment
from nightdesk_desk.staff.pages import InboxRoute, desk_of, page, zone_of

router = APIRouter(prefix="/inbox", route_class=InboxRoute, include_in_schema=False)


@router.get("/calls")
async def calls_fragment(request: Request, me: Known) -> Response:
    """Give what calls this person now; 204 while they still owe one-time passwords.

    Not 401 then: that leads to the page on which they are setting them up.
    """
    if owes_enrolment(request, me):
        return Response(status_code=204)
    async with desk_of(request).db.read() as session:
        calls = await read_calls(session, me.staff_id)
        alarms = await read_alarms(session, zone_of(request), now())
    return page(request, "elsewhere.html", me=me, calls=calls, alarms=alarms)
