"""Signing in and out, and the check that stands before every other inbox page."""

import secrets
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from nightdesk_desk.audit.record import note as audit
from nightdesk_desk.limits import network_of
from nightdesk_desk.models import Staff, now
from nightdesk_desk.staff import sessions
from nightdesk_desk.staff.accounts import find_working_account, hold_account, known_username
from nightdesk_desk.staff.browsers import browser_words
from nightdesk_desk.staff.cookies import cookie, drop_cookie, set_cookie
from nightdesk_desk.staff.half_sign_ins import open_half
from nightdesk_desk.staff.pages import (
    EnrolmentNeeded,
    InboxRoute,
    NotAllowed,
    SignInNeeded,
    Stale,
    desk_of,
    local_path,
    page,
)
from nightdesk_desk.staff.passwords import hash_password_async, is_password_async, needs_new_hash
from nightdesk_desk.staff.second_factor import Factor, must_enrol
from nightdesk_desk.staff.sign_in_limits import Secret
from nightdesk_desk.staff.sign_in_tries import (
    PLACES_KEPT,
    give_back,
    is_known_place,
    note_place,
    place_of_browser,
    take_try,
)
from nightdesk_desk.visitor_api import address_of

router = APIRouter(route_class=InboxRoute, include_in_schema=False)

WRONG = "The user name or the password is not right."
TOO_MANY = "There were too many tries. Wait a few minutes, then try again."
LEADING_ROLES = ("lead", "admin")
CODE_PAGE = "/inbox/login/code"
OUT_OF_DATE = "This page was out of date. Please sign in again."


async def known(request: Request) -> sessions.SignedIn:
    """Give the person behind the request, also before they have set up what they must.

    Only for the pages that set it up, and for signing out. Raises SignInNeeded.
    """
    token = cookie(request, "staff")
    me = None
    if token:
        async with desk_of(request).db.read() as session:
            me = await sessions.read_session(session, token, now())
    if me is None:
        raise SignInNeeded
    return me


def owes_enrolment(request: Request, me: sessions.SignedIn) -> bool:
    """Say whether the person must turn one-time passwords on before anything else."""
    desk = desk_of(request)
    return me.totp_since is None and must_enrol(
        desk.settings.require_totp, desk.words.clinic.mode, leads=me.role in LEADING_ROLES
    )


async def signed_in(request: Request) -> sessions.SignedIn:
    """Give the person behind the request; for what a page does on its own.

    Raises SignInNeeded, or EnrolmentNeeded while they owe one-time passwords.
    """
    me = await known(request)
    if owes_enrolment(request, me):
        raise EnrolmentNeeded
    return me


async def present(
    request: Request, me: Annotated[sessions.SignedIn, Depends(signed_in)]
) -> sessions.SignedIn:
    """Give the person behind something that a person did: it puts off the idle log-off."""
    return await _seen(request, me)


async def acting(
    request: Request, me: Annotated[sessions.SignedIn, Depends(signed_in)]
) -> sessions.SignedIn:
    """Give the person behind a change, once its CSRF token is proved. Raises Stale."""
    await _prove_page(request, me)
    return await _seen(request, me)


async def setting_up(
    request: Request, me: Annotated[sessions.SignedIn, Depends(known)]
) -> sessions.SignedIn:
    """`acting`, also before the person has set up what they must. Raises Stale."""
    await _prove_page(request, me)
    return await _seen(request, me)


async def _seen(request: Request, me: sessions.SignedIn) -> sessions.SignedIn:
    at = now()
    if at - me.last_seen_at >= sessions.TOUCH_EVERY:
        async with desk_of(request).db.write() as session:
            await sessions.touch_session(session, me.token_hash, at)
    return me


async def _prove_page(request: Request, me: sessions.SignedIn) -> None:
    given = request.headers.get("x-csrf-token") or await field(request, "csrf_token")
    if not secrets.compare_digest(given.encode(), me.csrf_token.encode()):
        raise Stale


async def leading(me: Annotated[sessions.SignedIn, Depends(acting)]) -> sessions.SignedIn:
    """Give the person behind a change that only leads and admins make. Raises NotAllowed."""
    if me.role not in LEADING_ROLES:
        raise NotAllowed
    return me


async def leading_reader(me: Annotated[sessions.SignedIn, Depends(present)]) -> sessions.SignedIn:
    """Give the person behind a page that only leads and admins read. Raises NotAllowed."""
    if me.role not in LEADING_ROLES:
        raise NotAllowed
    return me


async def field(request: Request, name: str) -> str:
    """Give a field of the form; empty when it is missing or not text."""
    value = (await request.form(max_files=0, max_fields=20)).get(name)
    return value if isinstance(value, str) else ""


Me = Annotated[sessions.SignedIn, Depends(signed_in)]
Present = Annotated[sessions.SignedIn, Depends(present)]
Acting = Annotated[sessions.SignedIn, Depends(acting)]
Leading = Annotated[sessions.SignedIn, Depends(leading)]
LeadingReader = Annotated[sessions.SignedIn, Depends(leading_reader)]
Known = Annotated[sessions.SignedIn, Depends(known)]
SettingUp = Annotated[sessions.SignedIn, Depends(setting_up)]


@router.get("/inbox/login")
async def login_page(request: Request) -> Response:
    """Give the login page; somebody who is signed in goes on to the inbox.

    `next` is the inbox page to open afterwards; `ended` says that a session has just ended, or
    ("code") that the second step took too long.
    """
    where = local_path(request.query_params.get("next", "/inbox"))
    try:
        await signed_in(request)
    except SignInNeeded:
        return _login_page(request, where, ended=request.query_params.get("ended", ""))
    return RedirectResponse(where, 303)


@router.post("/inbox/login")
async def log_in(request: Request) -> Response:
    """Sign a person in (form: username, password, next, csrf_token).

    Gives 303 to the inbox with the session's cookie, or to the second step where the account has
    one-time passwords; 401, 403 or 429 with the page again.
    """
    username, password = await field(request, "username"), await field(request, "password")
    where = local_path(await field(request, "next"))
    if not await form_is_ours(request):
        return _login_page(request, where, username, OUT_OF_DATE, status=403)
    tried = await allowed_try(request, "password", username)
    if tried is None:
        return _login_page(request, where, username, TOO_MANY, status=429)
    db = desk_of(request).db
    async with db.read() as session:
        account = await find_working_account(session, username)
    stored = account.password_hash if account else None
    if not await is_password_async(stored, password) or account is None:
        async with db.write() as session:
            # Of a name without an account nothing is kept: people type passwords there.
            name = await known_username(session, username)
            await audit(session, "sign_in_failed", about=name)
        return _login_page(request, where, username, WRONG, status=401)
    stored = account.password_hash
    # Hashed outside of the transaction: while that lasts, nobody else could write.
    anew = await hash_password_async(password) if needs_new_hash(stored) else stored
    async with db.write() as session:
        held = await hold_account(session, account.id)
        if held is None or held.password_hash != stored:
            # Disabled, or another password, while this one was looked at.
            await audit(session, "sign_in_failed", about=account.username)
            return _login_page(request, where, username, WRONG, status=401)
        held.password_hash = anew
        await give_back(session, tried)
        if held.totp_secret is None:
            return await open_inbox(request, session, held, where, None)
        half = await open_half(session, held.id, now())
    response = RedirectResponse(f"{CODE_PAGE}?next={quote(where)}", 303)
    set_cookie(request, response, "half", half)
    return response


async def open_inbox(
    request: Request, session: AsyncSession, account: Staff, where: str, factor: Factor | None
) -> Response:
    """Sign a person in who has proved all that their account asks for, and lead to `where`."""
    address, at = address_of(request), now()
    browser = browser_words(request.headers.get("user-agent", ""))
    # Its cookie is about to be replaced: nobody could sign this one out any more.
    await sessions.close_session(session, sessions.hash_token(cookie(request, "staff")))
    token = await sessions.open_session(session, account.id, at, address=address, browser=browser)
    await note_place(session, account.id, network_of(address), at)
    known = cookie(request, "browser")
    if not (known and await is_known_place(session, place_of_browser(known))):
        # Not one that somebody else may have put there: they would have it too.
        known = secrets.token_urlsafe(32)
    await note_place(session, account.id, place_of_browser(known), at)
    await audit(session, "signed_in", staff_id=account.id, details={"second_step": factor})
    response = RedirectResponse(where, 303)
    set_cookie(request, response, "staff", token)
    set_cookie(request, response, "browser", known, PLACES_KEPT)
    for name in ("login", "half"):
        drop_cookie(request, response, name)
    return response


@router.post("/inbox/logout")
async def log_out(request: Request, me: SettingUp) -> Response:
    """End this session and lead to the login page."""
    async with desk_of(request).db.write() as session:
        await sessions.close_session(session, me.token_hash)
        await audit(session, "signed_out", staff_id=me.staff_id)
    return signed_out(request)


def signed_out(request: Request) -> Response:
    """Give the answer to somebody whose session has just ended by their own act."""
    response = RedirectResponse("/inbox/login", 303)
    drop_cookie(request, response, "staff")
    # Not the storage: half-written replies stay in this browser, each under its writer's number.
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@router.post("/inbox/active")
async def active(me: SettingUp) -> Response:
    """Note that the person is at the page (typing, moving): 204."""
    return Response(status_code=204)


def _login_page(
    request: Request,
    where: str,
    username: str = "",
    problem: str = "",
    *,
    ended: str = "",
    status: int = 200,
) -> Response:
    token = login_token(request)
    response = page(
        request,
        "login.html",
        status,
        login_token=token,
        next=where,
        username=username[:64],
        problem=problem,
        ended=ended,
    )
    set_cookie(request, response, "login", token)
    return response


def login_token(request: Request) -> str:
    """Give what proves a form of the sign-in as ours, in its cookie too; kept across tabs."""
    return cookie(request, "login") or secrets.token_urlsafe(32)


async def form_is_ours(request: Request) -> bool:
    """Say whether a form of the sign-in has the token of its cookie."""
    proof = await field(request, "csrf_token")
    return bool(proof) and secrets.compare_digest(proof.encode(), cookie(request, "login").encode())


async def allowed_try(request: Request, secret: Secret, username: str) -> int | None:
    """Count a try at somebody's password or code; None when there were too many.

    Its number is for `give_back` when it was right.
    """
    desk = desk_of(request)
    browser = place_of_browser(cookie(request, "browser"))
    number = await take_try(desk.db, secret, username, address_of(request), now(), browser)
    if number is None:
        desk.metrics.refused.labels("sign_in_limited").inc()
    return number
