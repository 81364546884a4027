"""Recent authentication: what matters most asks for the password again after ten minutes."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from nightdesk_desk.audit.record import note as audit
from nightdesk_desk.models import Staff, now
from nightdesk_desk.staff.login import TOO_MANY, Acting, acting, allowed_try, field
from nightdesk_desk.staff.pages import Instead, NotAllowed, desk_of, page
from nightdesk_desk.staff.passwords import is_password_async
from nightdesk_desk.staff.sessions import SignedIn, prove_session
from nightdesk_desk.staff.sign_in_tries import give_back

LASTS = timedelta(minutes=10)
WRONG_PASSWORD = "The password is not right."  # noqa: S105 -- words, not a password


def is_recent(proved_at: datetime, at: datetime) -> bool:
    """Say whether a password that was given at `proved_at` still counts at `at`."""
    return at - proved_at < LASTS


async def prove(request: Request, me: SignedIn, *, file_of: str = "") -> SignedIn:
    """Give the person again once they gave their password within the last ten minutes.

    Otherwise another page comes first (raises Instead): it asks for the password and sends the
    same form again. When a file follows, the browser stays on that page: `file_of` is the page
    that it came from, and leads back.
    """
    if is_recent(me.proved_at, now()):
        return me
    given = await field(request, "confirm_password")
    if not given:
        raise await _asking(request, me, file_of)
    problem = await password_refusal(request, me, given)
    if problem:
        raise await _asking(request, me, file_of, problem)
    async with desk_of(request).db.write() as session:
        await prove_session(session, me.token_hash, now())
    return me


async def password_refusal(request: Request, me: SignedIn, password: str) -> str:
    """Say why `password` does not prove this person, or give nothing when it does.

    Counts as a try, like a sign-in: an open session must not be a place for guessing.
    """
    tried = await allowed_try(request, "password", me.username)
    if tried is None:
        return TOO_MANY
    async with desk_of(request).db.read() as session:
        account = await session.get_one(Staff, me.staff_id)
    right = await is_password_async(account.password_hash, password)
    async with desk_of(request).db.write() as session:
        if right:
            await give_back(session, tried)
            return ""
        await audit(session, "password_refused", staff_id=me.staff_id, about=me.username)
    return WRONG_PASSWORD


async def _asking(request: Request, me: SignedIn, file_of: str, problem: str = "") -> Instead:
    form = await request.form(max_files=0, max_fields=20)
    own = ("csrf_token", "confirm_password")
    fields = [(name, value) for name, value in form.multi_items() if name not in own]
    status = {"": 403, TOO_MANY: 429}.get(problem, 401)
    return Instead(
        page(
            request,
            "confirm.html",
            status,
            me=me,
            action=request.url.path,
            fields=fields,
            file_of=file_of,
            problem=problem,
        )
    )


async def proved(request: Request, me: Acting) -> SignedIn:
    """Give the person behind a change who gave their password just now. Raises Instead."""
    return await prove(request, me)


async def administering(request: Request, me: Annotated[SignedIn, Depends(acting)]) -> SignedIn:
    """Give the admin behind a change who gave their password just now.

    Raises NotAllowed or Instead.
    """
    if me.role != "admin":
        raise NotAllowed("admin")
    return await prove(request, me)


Proved = Annotated[SignedIn, Depends(proved)]
Administering = Annotated[SignedIn, Depends(administering)]
