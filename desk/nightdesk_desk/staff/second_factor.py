"""The second factor of an account: offered, confirmed with a code, asked for, turned off."""

import logging
from datetime import datetime
from typing import Literal

from sqlalchemy import or_, update
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk.models import Staff, StaffSession
from nightdesk_desk.privacy.secret import KeyMissing, decrypt, encrypt
from nightdesk_desk.staff.recovery import drop_codes, renew_codes, use_code
from nightdesk_desk.staff.sessions import close_all_sessions
from nightdesk_desk.staff.totp import matching_step, new_secret

logger = logging.getLogger(__name__)

Factor = Literal["code", "recovery_code"]
"""What somebody proved themselves with, beside the password."""


def must_enrol(policy: str, mode: str, *, leads: bool) -> bool:
    """Say whether somebody must use one-time passwords.

    `policy` is DESK_REQUIRE_TOTP: none, leads, all, or empty: then everybody must once the clinic
    is live. `leads` says whether they are a lead or an admin.
    """
    chosen = policy or ("all" if mode == "live" else "none")
    return chosen == "all" or (chosen == "leads" and leads)


async def offer_secret(session: AsyncSession, token_hash: str) -> None:
    """Put a fresh secret beside a person's session; it counts once a code has confirmed it."""
    await session.execute(
        update(StaffSession)
        .where(StaffSession.token_hash == token_hash)
        .values(totp_offered=encrypt(new_secret()))
    )


async def offered_secret(session: AsyncSession, token_hash: str) -> str | None:
    """Give the secret that waits for its first code in this session, or None."""
    kept = await session.get(StaffSession, token_hash)
    return _read(kept.totp_offered) if kept and kept.totp_offered else None


async def enrol(
    session: AsyncSession, staff_id: int, token_hash: str, typed: str, at: datetime
) -> list[str] | None:
    """Turn one-time passwords on, if `typed` is a code of the secret that was offered.

    Gives the recovery codes, or None when the code does not fit. All other sessions of the person
    end: they were opened without it.
    """
    secret = await offered_secret(session, token_hash)
    step = matching_step(secret, typed, at) if secret else None
    if secret is None or step is None:
        return None
    await session.execute(
        update(Staff)
        .where(Staff.id == staff_id)
        .values(totp_secret=encrypt(secret), totp_since=at, totp_last_step=step)
    )
    await session.execute(
        update(StaffSession).where(StaffSession.token_hash == token_hash).values(totp_offered=None)
    )
    await close_all_sessions(session, staff_id, keep=token_hash)
    return await renew_codes(session, staff_id)


async def accept(
    session: AsyncSession, account: Staff, code: str, recovery_code: str, at: datetime
) -> Factor | None:
    """Take a code or a recovery code of `account`, so that it cannot be used again.

    Gives which of them it was, or None when neither is right.
    """
    if recovery_code:
        used = await use_code(session, account.id, recovery_code, at)
        return "recovery_code" if used else None
    secret = _read(account.totp_secret) if account.totp_secret else None
    step = matching_step(secret, code, at) if secret else None
    if step is None:
        return None
    # One statement: of two with the same code, one finds a last step before it. A code from an
    # earlier step than the last used one is refused too, as RFC 6238 wants it.
    used_now = await session.scalars(
        update(Staff)
        .where(
            Staff.id == account.id,
            Staff.totp_secret == account.totp_secret,
            or_(Staff.totp_last_step.is_(None), Staff.totp_last_step < step),
        )
        .values(totp_last_step=step)
        .returning(Staff.id)
    )
    return "code" if used_now.first() is not None else None


async def turn_off(session: AsyncSession, staff_id: int) -> None:
    """Turn one-time passwords off for an account; its recovery codes end with them."""
    await session.execute(
        update(Staff)
        .where(Staff.id == staff_id)
        .values(totp_secret=None, totp_since=None, totp_last_step=None)
    )
    await drop_codes(session, staff_id)


def _read(kept: str) -> str | None:
    """Give a stored secret as it is used, or None while its key is missing."""
    try:
        return decrypt(kept)
    except KeyMissing:
        # Recovery codes still work: only their hashes are kept.
        logger.error("a secret of one-time passwords cannot be read: its key is missing")
        return None
