"""One's own account: title, password, and where one is signed in."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from nightdesk_desk.audit.record import note as audit
from nightdesk_desk.models import Staff, now
from nightdesk_desk.staff import accounts, sessions
from nightdesk_desk.staff.failed_sign_ins import read_failed_sign_ins
from nightdesk_desk.staff.login import TOO_MANY, Acting, Present, field, signed_out
from nightdesk_desk.staff.pages import InboxRoute, desk_of, page, zone_of
from nightdesk_desk.staff.passwords import hash_password_async, password_problem
from nightdesk_desk.staff.recent import password_refusal
from nightdesk_desk.staff.recovery import codes_left
from nightdesk_desk.staff.session_list import session_rows
from nightdesk_desk.staff.sessions import SignedIn
from nightdesk_desk.staff.times import moment

ACCOUNT = "/inbox/account"
router = APIRouter(prefix=ACCOUNT, route_class=InboxRoute, include_in_schema=False)

DIFFER = "The two new passwords differ."
DONE = {
    "password": "Your password is changed. You were signed out everywhere else.",
    "title": "Saved.",
    "session": "That browser is signed out.",
}


@router.get("")
async def account_page(request: Request, me: Present, done: str = "") -> Response:
    """Give the person's own account; `done` says what they have just changed."""
    return await _account_page(request, me, done=DONE.get(done, ""))


@router.post("/title")
async def change_title(request: Request, me: Acting) -> Response:
    """Change what visitors see beside the first name (form: title)."""
    try:
        async with desk_of(request).db.write() as session:
            title = await field(request, "title")
            await accounts.set_title(session, me.username, title, by=me.staff_id)
    except accounts.AccountError as error:
        return await _account_page(request, me, {"title": str(error)}, status=422)
    return RedirectResponse(f"{ACCOUNT}?done=title", 303)


@router.post("/password")
async def change_password(request: Request, me: Acting) -> Response:
    """Change the password (form: password, new_password, again). Other sessions end."""
    new = await field(request, "new_password")
    refusal = await password_refusal(request, me, await field(request, "password"))
    if refusal:
        status = 429 if refusal == TOO_MANY else 401
        return await _account_page(request, me, {"password": refusal}, status=status)
    if new != await field(request, "again"):
        return await _account_page(request, me, {"new_password": DIFFER}, status=422)
    if problem := password_problem(new, me.username, me.first_name):
        return await _account_page(request, me, {"new_password": problem}, status=422)
    # Hashed outside of the transaction: while that lasts, nobody else could write.
    hashed = await hash_password_async(new)
    async with desk_of(request).db.write() as session:
        account = await session.get_one(Staff, me.staff_id)
        await accounts.keep_password(session, account, hashed, keep=me.token_hash, by=me.staff_id)
        await sessions.prove_session(session, me.token_hash, now())
    return RedirectResponse(f"{ACCOUNT}?done=password", 303)


@router.post("/sessions/end")
async def end_session(request: Request, me: Acting) -> Response:
    """End one of the person's sessions (form: session). This one: the login page follows."""
    handle = await field(request, "session")
    async with desk_of(request).db.write() as session:
        kept = await sessions.read_sessions(session, me.staff_id, now())
        rows = session_rows(kept, me.token_hash, zone_of(request), now())
        chosen = [
            (old.token_hash, row)
            for old, row in zip(kept, rows, strict=True)
            if row.handle == handle
        ]
        for token_hash, row in chosen:
            await sessions.close_session(session, token_hash)
            await audit(
                session,
                "session_closed",
                staff_id=me.staff_id,
                about=me.username,
                details={"browser": row.browser, "address": row.address},
            )
    if any(row.this_one for _, row in chosen):
        return signed_out(request)
    return RedirectResponse(f"{ACCOUNT}?done=session#sessions", 303)


@router.post("/sessions/end-all")
async def end_all_sessions(request: Request, me: Acting) -> Response:
    """Sign the person out everywhere, here too."""
    async with desk_of(request).db.write() as session:
        await sessions.close_all_sessions(session, me.staff_id, by=me.staff_id)
    return signed_out(request)


async def _account_page(
    request: Request,
    me: SignedIn,
    problems: dict[str, str] | None = None,
    *,
    done: str = "",
    status: int = 200,
) -> Response:
    zone, at = zone_of(request), now()
    async with desk_of(request).db.read() as session:
        account = await session.get_one(Staff, me.staff_id)
        kept = await sessions.read_sessions(session, me.staff_id, at)
        left = await codes_left(session, me.staff_id)
        failed = (await read_failed_sign_ins(session, at)).of.get(me.username, 0)
    return page(
        request,
        "account.html",
        status,
        me=me,
        account=account,
        codes_left=left,
        failed=failed,
        since=moment(account.totp_since, zone, at) if account.totp_since else None,
        sessions=session_rows(kept, me.token_hash, zone, at),
        problems=problems or {},
        done=done,
    )
