"""All accounts, for admins: who there is, and what an admin may change."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, NamedTuple
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Path
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from nightdesk_desk.handover_acts import GivenBack
from nightdesk_desk.models import ROLES, Staff, now
from nightdesk_desk.staff import accounts, leaving, sessions
from nightdesk_desk.staff.failed_sign_ins import read_failed_sign_ins
from nightdesk_desk.staff.login import Present, field
from nightdesk_desk.staff.managing import AccountAct, refusal, working_admins
from nightdesk_desk.staff.pages import InboxRoute, NotAllowed, desk_of, page, zone_of
from nightdesk_desk.staff.recent import Administering
from nightdesk_desk.staff.session_list import session_rows
from nightdesk_desk.staff.sessions import SignedIn
from nightdesk_desk.staff.times import Moment, moment

STAFF = "/inbox/staff"
router = APIRouter(prefix=STAFF, route_class=InboxRoute, include_in_schema=False)

DONE = {
    "disable": "Disabled, and signed out everywhere. What they had taken waits for somebody else.",
    "enable": "The account may sign in again.",
    "role": "The role is changed.",
    "title": "Saved.",
    "end_sessions": "This person is signed out everywhere.",
    "reset_totp": "One-time passwords are off for this account. It is signed out everywhere.",
}


class AccountRow(NamedTuple):
    """One account in the list."""

    account: Staff
    last_sign_in: Moment | None
    disabled: Moment | None
    totp: Moment | None


async def _admin(me: Present) -> SignedIn:
    if me.role != "admin":
        raise NotAllowed("admin")
    return me


Admin = Annotated[SignedIn, Depends(_admin)]
AccountId = Annotated[int, Path(ge=0, le=2**31 - 1)]
"""What a database takes as a number; more is nobody's, as any other unknown one."""


@router.get("")
async def staff_page(request: Request, me: Admin) -> Response:
    """Give the list of all accounts."""
    async with desk_of(request).db.read() as session:
        everybody = await accounts.list_accounts(session)
    zone, at = zone_of(request), now()
    return page(request, "staff.html", me=me, rows=[_row(each, zone, at) for each in everybody])


@router.get("/{staff_id}")
async def person_page(request: Request, staff_id: AccountId, me: Admin, done: str = "") -> Response:
    """Give one account with what can be changed; `done` says what has just been."""
    return await _person_page(request, me, staff_id, done=DONE.get(done, ""))


@router.post("/{staff_id}/disable")
async def disable(request: Request, staff_id: AccountId, me: Administering) -> Response:
    """Lock an account; what the person had taken waits for another."""
    desk = desk_of(request)
    given: list[GivenBack] = []

    async def lock(session: AsyncSession, account: Staff) -> None:
        left = await leaving.disable(session, desk.words, account.username, by=me.staff_id)
        given.extend(left.given_back)

    response = await _change(request, me, staff_id, "disable", lock)
    for each in given:
        desk.handovers.given_back(each)
    return response


@router.post("/{staff_id}/enable")
async def enable(request: Request, staff_id: AccountId, me: Administering) -> Response:
    """Unlock an account."""

    async def unlock(session: AsyncSession, account: Staff) -> None:
        await accounts.enable_account(session, account.username, by=me.staff_id)

    return await _change(request, me, staff_id, "enable", unlock)


@router.post("/{staff_id}/role")
async def role(request: Request, staff_id: AccountId, me: Administering) -> Response:
    """Give an account another role (form: role)."""
    chosen = await field(request, "role")

    async def change(session: AsyncSession, account: Staff) -> None:
        await accounts.set_role(session, account.username, chosen, by=me.staff_id)

    return await _change(request, me, staff_id, "role", change, chosen)


@router.post("/{staff_id}/title")
async def title(request: Request, staff_id: AccountId, me: Administering) -> Response:
    """Change what visitors see beside the first name (form: title)."""
    typed = await field(request, "title")

    async def change(session: AsyncSession, account: Staff) -> None:
        await accounts.set_title(session, account.username, typed, by=me.staff_id)

    return await _change(request, me, staff_id, "title", change)


@router.post("/{staff_id}/end-sessions")
async def end_sessions(request: Request, staff_id: AccountId, me: Administering) -> Response:
    """Sign a person out everywhere."""

    async def end(session: AsyncSession, account: Staff) -> None:
        await sessions.close_all_sessions(session, account.id, by=me.staff_id)

    return await _change(request, me, staff_id, "end_sessions", end)


@router.post("/{staff_id}/reset-totp")
async def reset_totp(request: Request, staff_id: AccountId, me: Administering) -> Response:
    """Turn an account's one-time passwords off: the telephone is lost."""

    async def reset(session: AsyncSession, account: Staff) -> None:
        await accounts.reset_totp(session, account.username, by=me.staff_id)

    return await _change(request, me, staff_id, "reset_totp", reset)


async def _change(
    request: Request,
    me: SignedIn,
    staff_id: int,
    act: AccountAct,
    change: Callable[[AsyncSession, Staff], Awaitable[None]],
    role: str = "",
) -> Response:
    """Do something to an account in one transaction, unless it may not be."""
    try:
        async with desk_of(request).db.write() as session:
            admins = await working_admins(session)
            account = await session.get(Staff, staff_id)
            if account is None:
                raise HTTPException(404)
            problem = refusal(act, me.staff_id, account, admins, role)
            if me.staff_id not in admins:
                raise NotAllowed("admin")  # Somebody was quicker, and took the role away.
            if not problem:
                await change(session, account)
    except accounts.AccountError as error:
        problem = str(error)
    if problem:
        return await _person_page(request, me, staff_id, problem=problem, status=422)
    return RedirectResponse(f"{STAFF}/{staff_id}?done={act}", 303)


async def _person_page(
    request: Request,
    me: SignedIn,
    staff_id: int,
    *,
    done: str = "",
    problem: str = "",
    status: int = 200,
) -> Response:
    zone, at = zone_of(request), now()
    async with desk_of(request).db.read() as session:
        account = await session.get(Staff, staff_id)
        kept = await sessions.read_sessions(session, staff_id, at)
        failed = await read_failed_sign_ins(session, at)
    if account is None:
        raise HTTPException(404)
    return page(
        request,
        "person.html",
        status,
        me=me,
        row=_row(account, zone, at),
        failed=failed.of.get(account.username, 0),
        sessions=session_rows(kept, me.token_hash, zone, at),
        roles=ROLES,
        own=account.id == me.staff_id,
        done=done,
        problem=problem,
    )


def _row(account: Staff, zone: ZoneInfo, at: datetime) -> AccountRow:
    def shown(when: datetime | None) -> Moment | None:
        return moment(when, zone, at) if when else None

    return AccountRow(
        account,
        shown(account.last_sign_in_at),
        shown(account.disabled_at),
        shown(account.totp_since),
    )
