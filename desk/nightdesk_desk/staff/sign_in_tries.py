"""The tries at passwords and codes, counted in the database: for all desk processes together."""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk.db import Database
from nightdesk_desk.limits import network_of
from nightdesk_desk.models import Staff
from nightdesk_desk.staff.accounts import plain_username
from nightdesk_desk.staff.models import SignInPlace, SignInTry
from nightdesk_desk.staff.sign_in_limits import LONGEST, Secret, Try, decide, who_of

PLACES_KEPT = timedelta(days=30)
"""How long a place counts as one where somebody has signed in."""

COUNTING_LOCK = 7_316_002
"""Key of PostgreSQL's advisory lock: tries are counted one after the other."""

COUNTING_WITHIN_MS = 3000
"""How long a try may wait for its turn there: while one desk process hangs in its own, those that
wait must not use up the connections of the others, which visitors need."""


def place_of_browser(token: str) -> str:
    """Give the place that a browser with this long-lived cookie is; empty without one.

    A phone is in another network each day, but the same browser: a wide attack on a name must not
    keep its owner out there. Only a hash is kept, and nobody can make up one that is known.
    """
    return f"d:{hashlib.sha256(token.encode()).hexdigest()[:60]}" if token else ""


async def take_try(
    db: Database, secret: Secret, username: str, address: str, at: datetime, browser: str = ""
) -> int | None:
    """Count a try and give its number; None when it must not be looked at.

    `browser` is its place as such (`place_of_browser`). Where only that is known of the name, the
    try is counted there: whoever has a browser's cookie has the pace of one place, from everywhere.

    Counted first and looked at afterwards: of any number at the same moment, no more than the
    limit are looked at. What is too old to count is deleted at the same time. Raises
    OperationalError when the others' counting does not end.
    """
    who, here = who_of(username), network_of(address)
    # Reading first: what is over the limit must not cost a write, or guessing stops the desk.
    async with db.read() as session:
        if await _place_of_look(session, secret, username, who, (here, browser), at) is None:
            return None
    async with db.write() as session:
        await _one_after_the_other(session)
        await _forget_old(session, at)
        place = await _place_of_look(session, secret, username, who, (here, browser), at)
        if place is None:
            return None
        counted = SignInTry(at=at, secret=secret, who=who, place=place)
        session.add(counted)
        await session.flush()
        return counted.id


async def give_back(session: AsyncSession, number: int) -> None:
    """Let a try not count that was right: a whole clinic may sign in from one address at nine."""
    await session.execute(delete(SignInTry).where(SignInTry.id == number))


async def note_place(session: AsyncSession, staff_id: int, place: str, at: datetime) -> None:
    """Note that somebody signed in from there. Their row of `staff` must be held."""
    again = await session.scalars(
        update(SignInPlace)
        .where(SignInPlace.staff_id == staff_id, SignInPlace.place == place)
        .values(last_at=at)
        .returning(SignInPlace.place)
    )
    if again.first() is None:
        session.add(SignInPlace(staff_id=staff_id, place=place, last_at=at))
        await session.flush()


async def is_known_place(session: AsyncSession, place: str) -> bool:
    """Say whether anybody has signed in there lately."""
    query = select(SignInPlace.place).where(SignInPlace.place == place).limit(1)
    return await session.scalar(query) is not None


async def _place_of_look(
    session: AsyncSession,
    secret: Secret,
    username: str,
    who: str,
    places: tuple[str, str],
    at: datetime,
) -> str | None:
    """Give the place at which a try is looked at and counted; None when it is not."""
    here, browser = places
    rows = await session.execute(
        select(SignInTry.at, SignInTry.who, SignInTry.place).where(
            SignInTry.secret == secret,
            SignInTry.at > at - LONGEST,
            # A clock that was put back: what lies far ahead would count until then.
            SignInTry.at < at + LONGEST,
            or_(SignInTry.who == who, SignInTry.place.in_(places)),
        )
    )
    tries = [Try(*row) for row in rows]
    verdict = decide(tries, secret, who, here, at)
    if verdict == "look":
        return here
    if verdict == "look_if_known":
        if await _has_signed_in_from(session, username, here, at):
            return here
        if (
            browser
            and decide(tries, secret, who, browser, at) != "refuse"
            and await _has_signed_in_from(session, username, browser, at)
        ):
            return browser
    return None


async def _has_signed_in_from(
    session: AsyncSession, username: str, place: str, at: datetime
) -> bool:
    query = (
        select(SignInPlace.place)
        .join(Staff, Staff.id == SignInPlace.staff_id)
        .where(
            Staff.username == plain_username(username),
            SignInPlace.place == place,
            SignInPlace.last_at > at - PLACES_KEPT,
        )
    )
    return await session.scalar(query) is not None


async def _one_after_the_other(session: AsyncSession) -> None:
    # SQLite has one writer at a time as it is.
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(text(f"SET LOCAL lock_timeout = {COUNTING_WITHIN_MS}"))
        await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": COUNTING_LOCK})


async def _forget_old(session: AsyncSession, at: datetime) -> None:
    too_old = or_(SignInTry.at <= at - LONGEST, SignInTry.at >= at + LONGEST)
    await session.execute(delete(SignInTry).where(too_old))
    await session.execute(delete(SignInPlace).where(SignInPlace.last_at <= at - PLACES_KEPT))
