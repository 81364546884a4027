"""Signing in and out, and the check that stands before every other inbox page."""

import secrets
from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy import update
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from nightdesk_desk.limits import RateLimit
from nightdesk_desk.models import Staff, now
from nightdesk_desk.staff import sessions
from nightdesk_desk.staff.accounts import find_working_account, plain_username
from nightdesk_desk.staff.pages import (
    InboxRoute,
    NotAllowed,
    SignInNeeded,
    Stale,
    desk_of,
    local_path,
    page,
)
from nightdesk_desk.staff.passwords import hash_password, is_password_async, needs_new_hash

router = APIRouter(route_class=InboxRoute, include_in_schema=False)

WRONG = "The user name or the password is not right."
TOO_MANY = "There were too many tries. Wait a few minutes, then try again."
LEADING_ROLES = ("lead", "admin")
OUT_OF_DATE = "This page was out of date. Please sign in again."


class LoginLimits:
    """How often somebody may try to sign in; kept in memory, so a restart forgives."""

    def __init__(self) -> None:
        # One person at one desk is stopped first; the account as a whole only by a wide attack,
        # so that guessing from elsewhere does not lock its owner out.
        self._user_here = RateLimit(per_minute=1, burst=5)
        self._user = RateLimit(per_minute=10, burst=30)
        self._address = RateLimit(per_minute=6, burst=20)

    def allow(self, username: str, address: str) -> bool:
        """Count a try and say whether it may be looked at."""
        username = plain_username(username)[:64]
        # The address first: what it stops must not use up the tries of an account.
        return (
            self._address.wait(address) == 0
            and self._user_here.wait(f"{username}\n{address}") == 0
            and self._user.wait(username) == 0
        )


def _cookie(request: Request, name: str) -> str:
    # With TLS the name itself binds the cookie to this host and to TLS.
    return f"__Host-nightdesk-{name}" if request.url.scheme == "https" else f"nightdesk-{name}"


def _set_cookie(request: Request, response: Response, name: str, value: str) -> None:
    response.set_cookie(
        _cookie(request, name),
        value,
        path="/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )


async def signed_in(request: Request) -> sessions.SignedIn:
    """Give the person behind the request; for what a page does on its own. Raises SignInNeeded."""
    token = request.cookies.get(_cookie(request, "staff"), "")
    me = None
    if token:
        async with desk_of(request).db.read() as session:
            me = await sessions.read_session(session, token, now())
    if me is None:
        raise SignInNeeded
    return me


async def present(
    request: Request, me: Annotated[sessions.SignedIn, Depends(signed_in)]
) -> sessions.SignedIn:
    """Give the person behind something that a person did: it puts off the idle log-off."""
    at = now()
    if at - me.last_seen_at >= sessions.TOUCH_EVERY:
        async with desk_of(request).db.write() as session:
            await sessions.touch_session(session, me.token_hash, at)
    return me


async def acting(
    request: Request, me: Annotated[sessions.SignedIn, Depends(signed_in)]
) -> sessions.SignedIn:
    """Give the person behind a change, once its CSRF token is proved. Raises Stale."""
    given = request.headers.get("x-csrf-token") or await _field(request, "csrf_token")
    if not secrets.compare_digest(given.encode(), me.csrf_token.encode()):
        raise Stale
    return await present(request, me)


async def leading(me: Annotated[sessions.SignedIn, Depends(acting)]) -> sessions.SignedIn:
    """Give the person behind a change that only leads and admins make. Raises NotAllowed."""
    if me.role not in LEADING_ROLES:
        raise NotAllowed
    return me


async def _field(request: Request, name: str) -> str:
    """Give a field of the form; empty when it is missing or not text."""
    value = (await request.form(max_files=0, max_fields=20)).get(name)
    return value if isinstance(value, str) else ""


Me = Annotated[sessions.SignedIn, Depends(signed_in)]
Present = Annotated[sessions.SignedIn, Depends(present)]
Acting = Annotated[sessions.SignedIn, Depends(acting)]
Leading = Annotated[sessions.SignedIn, Depends(leading)]


@router.get("/inbox/login")
async def login_page(request: Request) -> Response:
    """Give the login page; somebody who is signed in goes on to the inbox.

    `next` is the inbox page to open afterwards; `ended` says that a session has just ended.
    """
    where = local_path(request.query_params.get("next", "/inbox"))
    try:
        await signed_in(request)
    except SignInNeeded:
        return _login_page(request, where, ended="ended" in request.query_params)
    return RedirectResponse(where, 303)


@router.post("/inbox/login")
async def log_in(request: Request) -> Response:
    """Sign a person in (form: username, password, next, csrf_token).

    Gives 303 to the inbox with the session's cookie; 401, 403 or 429 with the page again.
    """
    username, password = await _field(request, "username"), await _field(request, "password")
    where = local_path(await _field(request, "next"))
    proof = await _field(request, "csrf_token")
    expected = request.cookies.get(_cookie(request, "login"), "")
    if not proof or not secrets.compare_digest(proof.encode(), expected.encode()):
        return _login_page(request, where, username, OUT_OF_DATE, status=403)
    address = request.client.host if request.client else ""
    if not request.app.state.login_limits.allow(username, address):
        return _login_page(request, where, username, TOO_MANY, status=429)
    db = desk_of(request).db
    async with db.read() as session:
        account = await find_working_account(session, username)
    stored = account.password_hash if account else None
    if not await is_password_async(stored, password) or account is None:
        return _login_page(request, where, username, WRONG, status=401)
    async with db.write() as session:
        if needs_new_hash(account.password_hash):
            await session.execute(
                update(Staff)
                .where(Staff.id == account.id)
                .values(password_hash=hash_password(password))
            )
        token = await sessions.open_session(session, account.id, now())
    response = RedirectResponse(where, 303)
    _set_cookie(request, response, "staff", token)
    response.delete_cookie(_cookie(request, "login"), path="/")
    return response


@router.post("/inbox/logout")
async def log_out(request: Request, me: Acting) -> Response:
    """End this session and lead to the login page."""
    async with desk_of(request).db.write() as session:
        await sessions.close_session(session, me.token_hash)
    response = RedirectResponse("/inbox/login", 303)
    response.delete_cookie(_cookie(request, "staff"), path="/")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@router.post("/inbox/active")
async def active(me: Acting) -> Response:
    """Note that the person is at the page (typing, moving): 204."""
    return Response(status_code=204)


def _login_page(
    request: Request,
    where: str,
    username: str = "",
    problem: str = "",
    *,
    ended: bool = False,
    status: int = 200,
) -> Response:
    # The same token in cookie and form proves that the form is ours; kept across tabs.
    token = request.cookies.get(_cookie(request, "login")) or secrets.token_urlsafe(32)
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
    _set_cookie(request, response, "login", token)
    return response
