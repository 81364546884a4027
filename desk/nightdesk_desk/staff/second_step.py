"""The second step of signing in: a one-time password, or a recovery code."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from nightdesk_desk.audit.record import note as audit
from nightdesk_desk.models import now
from nightdesk_desk.staff.accounts import hold_account
from nightdesk_desk.staff.cookies import cookie, set_cookie
from nightdesk_desk.staff.half_sign_ins import close_half, read_half
from nightdesk_desk.staff.login import (
    CODE_PAGE,
    OUT_OF_DATE,
    TOO_MANY,
    allowed_try,
    field,
    form_is_ours,
    login_token,
    open_inbox,
)
from nightdesk_desk.staff.pages import InboxRoute, desk_of, local_path, page
from nightdesk_desk.staff.second_factor import accept
from nightdesk_desk.staff.sign_in_tries import give_back

router = APIRouter(prefix=CODE_PAGE, route_class=InboxRoute, include_in_schema=False)

WRONG_CODE = "That code is not right, or it was used before. Wait for the next one and try again."
WRONG_RECOVERY_CODE = "That recovery code is not right, or it was used before."
BACK_TO_LOGIN = "/inbox/login?ended=code"


@router.get("")
async def code_page(request: Request) -> Response:
    """Give the page that asks for a code; whoever gave no password comes to the login."""
    async with desk_of(request).db.read() as session:
        account = await read_half(session, cookie(request, "half"), now())
    if account is None:
        return RedirectResponse("/inbox/login", 303)
    return _code_page(request, local_path(request.query_params.get("next", "/inbox")))


@router.post("")
async def give_code(request: Request) -> Response:
    """Finish signing in (form: code or recovery_code, next, csrf_token).

    Gives 303 to the inbox with the session's cookie; 401, 403 or 429 with the page again.
    """
    where = local_path(await field(request, "next"))
    code, recovery_code = await field(request, "code"), await field(request, "recovery_code")
    if not await form_is_ours(request):
        return _code_page(request, where, OUT_OF_DATE, status=403)
    half, db = cookie(request, "half"), desk_of(request).db
    async with db.read() as session:
        account = await read_half(session, half, now())
    if account is None:
        return RedirectResponse(BACK_TO_LOGIN, 303)
    tried = await allowed_try(request, "code", account.username)
    if tried is None:
        return _code_page(request, where, TOO_MANY, status=429)
    async with db.write() as session:
        held = await hold_account(session, account.id)
        if held is None:
            return RedirectResponse(BACK_TO_LOGIN, 303)
        factor = await accept(session, held, code, recovery_code, now())
        if factor is None:
            details = {"step": "recovery_code" if recovery_code else "code"}
            await audit(session, "sign_in_failed", about=held.username, details=details)
        elif await close_half(session, half):
            await give_back(session, tried)
            return await open_inbox(request, session, held, where, factor)
        else:
            # It was ended meanwhile: signed out everywhere, or another tab was quicker.
            return RedirectResponse(BACK_TO_LOGIN, 303)
    problem = WRONG_RECOVERY_CODE if recovery_code else WRONG_CODE
    return _code_page(request, where, problem, status=401)


def _code_page(request: Request, where: str, problem: str = "", *, status: int = 200) -> Response:
    token = login_token(request)
    response = page(
        request, "login_code.html", status, login_token=token, next=where, problem=problem
    )
    set_cookie(request, response, "login", token)
    return response
