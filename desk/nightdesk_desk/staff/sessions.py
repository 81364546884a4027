"""Who is signed in: sessions kept on the server, known to the browser by a random token."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk.audit.record import as_text
from nightdesk_desk.audit.record import note as audit
from nightdesk_desk.models import Staff, StaffSession
from nightdesk_desk.staff.models import HalfSignIn

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
    title: str | None
    totp_since: datetime | None
    proved_at: datetime


def is_over(created_at: datetime, last_seen_at: datetime, at: datetime) -> bool:
    """Say whether a session has ended by `at`: idle for too long, or too old."""
    return at - last_seen_at >= IDLE or at - created_at >= LIFETIME


def hash_token(token: str) -> str:
    """Give the form in which a session's token is kept: a stolen database opens no session."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


async def open_session(
    session: AsyncSession,
    staff_id: int,
    at: datetime,
    *,
    address: str | None = None,
    browser: str | None = None,
) -> str:
    """Start a session for a person and give its token, which is kept nowhere else.

    `address` and `browser` (in plain words) are for the person's own list of sessions. Those that
    have ended are cleared away at the same time.
    """
    token = secrets.token_urlsafe(32)
    await _clear_ended(session, at)
    session.add(
        StaffSession(
            token_hash=hash_token(token),
            staff_id=staff_id,
            created_at=at,
            last_seen_at=at,
            csrf_token=secrets.token_urlsafe(32),
            address=address[:64] if address else None,
            browser=browser[:80] if browser else None,
        )
    )
    await session.execute(update(Staff).where(Staff.id == staff_id).values(last_sign_in_at=at))
    await session.flush()
    return token


async def _clear_ended(session: AsyncSession, at: datetime) -> None:
    ended = await session.execute(
        delete(StaffSession)
        .where(
            (StaffSession.last_seen_at <= at - IDLE) | (StaffSession.created_at <= at - LIFETIME)
        )
        .returning(StaffSession.staff_id, StaffSession.created_at, StaffSession.last_seen_at)
    )
    for row in ended:
        # The moment of the entry is that of the clearing; nobody was there when it ended.
        over = min(row.last_seen_at + IDLE, row.created_at + LIFETIME)
        name = await session.scalar(select(Staff.username).where(Staff.id == row.staff_id))
        await audit(session, "session_ended", about=name, details={"ended_at": as_text(over)})


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
        title=person.title,
        totp_since=person.totp_since,
        proved_at=kept.proved_at or kept.created_at,
    )


async def read_sessions(session: AsyncSession, staff_id: int, at: datetime) -> list[StaffSession]:
    """Give a person's sessions that have not ended, the newest first."""
    query = (
        select(StaffSession)
        .where(
            StaffSession.staff_id == staff_id,
            StaffSession.last_seen_at > at - IDLE,
            StaffSession.created_at > at - LIFETIME,
        )
        .order_by(StaffSession.created_at.desc())
    )
    return list(await session.scalars(query))


async def touch_session(session: AsyncSession, token_hash: str, at: datetime) -> None:
    """Note that the person has just done something."""
    await session.execute(
        update(StaffSession).where(StaffSession.token_hash == token_hash).values(last_seen_at=at)
    )


async def close_session(session: AsyncSession, token_hash: str) -> None:
    """End one session."""
    await session.execute(delete(StaffSession).where(StaffSession.token_hash == token_hash))


async def prove_session(session: AsyncSession, token_hash: str, at: datetime) -> None:
    """Note that the person has just given their password again."""
    await session.execute(
        update(StaffSession).where(StaffSession.token_hash == token_hash).values(proved_at=at)
    )


async def close_all_sessions(
    session: AsyncSession, staff_id: int, *, keep: str = "", by: int | None = None
) -> int:
    """End every session of a person, and sign-ins half-way through. Gives how many sessions.

    Not the session with the token hash `keep`. `by` is whose act it is, on a page.
    """
    await session.execute(delete(HalfSignIn).where(HalfSignIn.staff_id == staff_id))
    ended = await session.scalars(
        delete(StaffSession)
        .where(StaffSession.staff_id == staff_id, StaffSession.token_hash != keep)
        .returning(StaffSession.token_hash)
    )
    if count := len(list(ended)):
        name = await session.scalar(select(Staff.username).where(Staff.id == staff_id))
        details = {"sessions": count}
        await audit(session, "sessions_ended", staff_id=by, about=name, details=details)
    return count
