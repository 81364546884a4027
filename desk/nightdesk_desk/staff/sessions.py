"""Who is signed in: sessions kept on the server, known to the browser by a random token."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk.models import Staff, StaffSession

IDLE = timedelta(minutes=30)
"""Without a human's act for this long, a session ends."""

LIFETIME = timedelta(hours=12)
"""A session ends after this long even when it is used: a shift, not a week."""

TOUCH_EVERY = timedelta(seconds=30)
"""How exactly the last act is kept, so that not every page costs a write."""


@dataclass(frozen=True)
class SignedIn:
    """The person behind a request, and the session they came with."""

    staff_id: int
    username: str
    first_name: str
    role: str
    csrf_token: str
    token_hash: str
    last_seen_at: datetime


def is_over(created_at: datetime, last_seen_at: datetime, at: datetime) -> bool:
    """Say whether a session has ended by `at`: idle for too long, or too old."""
    return at - last_seen_at >= IDLE or at - created_at >= LIFETIME


def hash_token(token: str) -> str:
    """Give the form in which a session's token is kept: a stolen database opens no session."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


async def open_session(session: AsyncSession, staff_id: int, at: datetime) -> str:
    """Start a session for a person and give its token, which is kept nowhere else.

    Sessions that have ended are cleared away at the same time.
    """
    token = secrets.token_urlsafe(32)
    await session.execute(
        delete(StaffSession).where(
            (StaffSession.last_seen_at <= at - IDLE) | (StaffSession.created_at <= at - LIFETIME)
        )
    )
    session.add(
        StaffSession(
            token_hash=hash_token(token),
            staff_id=staff_id,
            created_at=at,
            last_seen_at=at,
            csrf_token=secrets.token_urlsafe(32),
        )
    )
    await session.flush()
    return token


async def read_session(session: AsyncSession, token: str, at: datetime) -> SignedIn | None:
    """Give the person signed in under `token`, or None when nobody is.

    None also for a session that has ended and for a disabled account.
    """
    query = (
        select(StaffSession, Staff)
        .join(Staff, Staff.id == StaffSession.staff_id)
        .where(StaffSession.token_hash == hash_token(token), Staff.disabled_at.is_(None))
    )
    row = (await session.execute(query)).one_or_none()
    if row is None:
        return None
    kept, person = row
    if is_over(kept.created_at, kept.last_seen_at, at):
        return None
    return SignedIn(
        staff_id=person.id,
        username=person.username,
        first_name=person.first_name,
        role=person.role,
        csrf_token=kept.csrf_token,
        token_hash=kept.token_hash,
        last_seen_at=kept.last_seen_at,
    )


async def touch_session(session: AsyncSession, token_hash: str, at: datetime) -> None:
    """Note that the person has just done something."""
    await session.execute(
        update(StaffSession).where(StaffSession.token_hash == token_hash).values(last_seen_at=at)
    )


async def close_session(session: AsyncSession, token_hash: str) -> None:
    """End one session."""
    await session.execute(delete(StaffSession).where(StaffSession.token_hash == token_hash))


async def close_all_sessions(session: AsyncSession, staff_id: int) -> None:
    """End every session of a person."""
    await session.execute(delete(StaffSession).where(StaffSession.staff_id == staff_id))
