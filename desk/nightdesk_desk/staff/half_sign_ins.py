"""Between password and code: who may give a code, for five minutes. It opens no page."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk.models import Staff
from nightdesk_desk.staff.models import HalfSignIn
from nightdesk_desk.staff.sessions import hash_token

LASTS = timedelta(minutes=5)


async def open_half(session: AsyncSession, staff_id: int, at: datetime) -> str:
    """Note that the password was right and give the token of the second step.

    Those that have ended are cleared away at the same time.
    """
    token = secrets.token_urlsafe(32)
    await session.execute(delete(HalfSignIn).where(HalfSignIn.created_at <= at - LASTS))
    session.add(HalfSignIn(token_hash=hash_token(token), staff_id=staff_id, created_at=at))
    await session.flush()
    return token


async def read_half(session: AsyncSession, token: str, at: datetime) -> Staff | None:
    """Give the account that owes a code under `token`, or None.

    None also after five minutes, for a disabled account, and for one without one-time passwords.
    """
    query = (
        select(Staff)
        .join(HalfSignIn, HalfSignIn.staff_id == Staff.id)
        .where(
            HalfSignIn.token_hash == hash_token(token),
            HalfSignIn.created_at > at - LASTS,
            Staff.disabled_at.is_(None),
            Staff.totp_secret.is_not(None),
        )
    )
    return (await session.scalars(query)).one_or_none()


async def close_half(session: AsyncSession, token: str) -> bool:
    """End a second step. False when it had ended already: then another browser was quicker."""
    ended = await session.scalars(
        delete(HalfSignIn)
        .where(HalfSignIn.token_hash == hash_token(token))
        .returning(HalfSignIn.token_hash)
    )
    return ended.first() is not None
