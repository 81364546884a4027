"""One's own one-time passwords: turning them on, recovery codes, turning them off."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from nightdesk_desk.audit.record import note as audit
from nightdesk_desk.models import Staff, now
from nightdesk_desk.staff.login import (
    TOO_MANY,
    Acting,
    Known,
    SettingUp,
    allowed_try,
    field,
    owes_enrolment,
)
from nightdesk_desk.staff.pages import ENROLMENT, InboxRoute, Stale, desk_of, page, zone_of
from nightdesk_desk.staff.recent import Proved, password_refusal, prove
from nightdesk_desk.staff.recovery import are_unused_codes, codes_left, renew_codes
from nightdesk_desk.staff.second_factor import (
    accept,
    enrol,
    offer_secret,
    offered_secret,
    turn_off,
)
from nightdesk_desk.staff.sessions import SignedIn
from nightdesk_desk.staff.sign_in_tries import give_back
from nightdesk_desk.staff.times import moment
from nightdesk_desk.staff.totp import in_groups, otpauth_address, picture

router = APIRouter(prefix=ENROLMENT, route_class=InboxRoute, include_in_schema=False)

WRONG_FIRST_CODE = (
    "That is not the code that the app shows now. Check that your phone has the right time, then "
    "type the code that it shows."
)
WRONG_CODE = "The code is not right, or it was used before."


@router.get("")
async def totp_page(request: Request, me: Known) -> Response:
    """Give the page on the person's own one-time passwords, on or off."""
    return await _totp_page(request, me)


@router.post("/start")
async def start(request: Request, me: SettingUp) -> Response:
    """Offer a fresh secret, to be confirmed with a code."""
    await prove(request, me)
    if me.totp_since is None:
        async with desk_of(request).db.write() as session:
            await offer_secret(session, me.token_hash)
    return RedirectResponse(ENROLMENT, 303)


@router.post("/confirm")
async def confirm(request: Request, me: SettingUp) -> Response:
    """Turn one-time passwords on with a first code (form: code); gives the recovery codes."""
    code = await field(request, "code")
    if me.totp_since is not None:
        return RedirectResponse(ENROLMENT, 303)
    tried = await allowed_try(request, "code", me.username)
    if tried is None:
        return await _totp_page(request, me, TOO_MANY, status=429)
    async with desk_of(request).db.write() as session:
        codes = await enrol(session, me.staff_id, me.token_hash, code, now())
        if codes is not None:
            await give_back(session, tried)
            await audit(session, "totp_enrolled", staff_id=me.staff_id, about=me.username)
    if codes is None:
        return await _totp_page(request, me, WRONG_FIRST_CODE, status=422)
    return _codes_page(request, me, codes)


@router.post("/recovery-codes")
async def new_recovery_codes(request: Request, me: Proved) -> Response:
    """Give fresh recovery codes; the old ones are worth nothing from then on."""
    if me.totp_since is None:
        return RedirectResponse(ENROLMENT, 303)
    async with desk_of(request).db.write() as session:
        codes = await renew_codes(session, me.staff_id)
        await audit(session, "recovery_codes_made", staff_id=me.staff_id, about=me.username)
    return _codes_page(request, me, codes)


@router.post("/recovery-codes.txt")
async def recovery_codes_file(request: Request, me: Acting) -> Response:
    """Give the codes that the page has just shown as a file (form: codes, one a line).

    They are kept nowhere in clear, so the page sends them; only the person's own codes come back.
    """
    codes = (await field(request, "codes")).split()
    async with desk_of(request).db.read() as session:
        theirs = await are_unused_codes(session, me.staff_id, codes)
    if not theirs:
        raise Stale
    text = f"Nightdesk recovery codes of {me.username}. Each works once.\n\n"
    headers = {"Content-Disposition": 'attachment; filename="nightdesk-recovery-codes.txt"'}
    return PlainTextResponse(text + "\n".join(codes) + "\n", headers=headers)


@router.post("/off")
async def off(request: Request, me: Acting) -> Response:
    """Turn one-time passwords off (form: password, and code or recovery_code)."""
    password, code = await field(request, "password"), await field(request, "code")
    recovery_code = await field(request, "recovery_code")
    refusal = await password_refusal(request, me, password)
    if refusal:
        return await _totp_page(request, me, refusal, status=429 if refusal == TOO_MANY else 401)
    tried = await allowed_try(request, "code", me.username)
    if tried is None:
        return await _totp_page(request, me, TOO_MANY, status=429)
    async with desk_of(request).db.write() as session:
        account = await session.get_one(Staff, me.staff_id)
        factor = await accept(session, account, code, recovery_code, now())
        if factor is not None:
            await give_back(session, tried)
            await turn_off(session, me.staff_id)
            await audit(session, "totp_turned_off", staff_id=me.staff_id, about=me.username)
        else:
            await audit(session, "code_refused", staff_id=me.staff_id, about=me.username)
    if factor is None:
        return await _totp_page(request, me, WRONG_CODE, status=401)
    return RedirectResponse(ENROLMENT, 303)


async def _totp_page(
    request: Request, me: SignedIn, problem: str = "", *, status: int = 200
) -> Response:
    desk, at = desk_of(request), now()
    async with desk.db.read() as session:
        secret = await offered_secret(session, me.token_hash) if me.totp_since is None else None
        left = await codes_left(session, me.staff_id)
    address = otpauth_address(secret, me.username, desk.words.clinic.name) if secret else ""
    return page(
        request,
        "totp.html",
        status,
        me=me,
        owed=owes_enrolment(request, me),
        since=moment(me.totp_since, zone_of(request), at) if me.totp_since else None,
        codes_left=left,
        secret=in_groups(secret) if secret else "",
        picture=picture(address) if secret else "",
        problem=problem,
    )


def _codes_page(request: Request, me: SignedIn, codes: list[str]) -> Response:
    return page(request, "recovery_codes.html", me=me, codes=codes)
