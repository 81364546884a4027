"""Reading the audit record: by time, kind, who and what about."""

from collections.abc import AsyncIterator
from datetime import datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk.audit.chain import Entry
from nightdesk_desk.audit.models import AuditEntry
from nightdesk_desk.audit.record import as_text
from nightdesk_desk.db import Database

THE_DESK = "the desk"
"""Who acted where no person did; no account can have this name."""

BATCH = 1000
"""Entries read at a time when all are wanted."""


class Wanted(NamedTuple):
    """Which entries are wanted; None leaves a filter out. `until` is the first moment too late."""

    since: datetime | None = None
    until: datetime | None = None
    kind: str | None = None
    who: str | None = None
    about: str | None = None


def moment_of(text: str, zone: ZoneInfo, *, ends: bool = False) -> datetime:
    """Give the moment that a text such as 2026-11-26 or 2026-11-26T14:00 names, in `zone`.

    With `ends`, a date alone is that day's end. Raises ValueError for any other text.
    """
    found = datetime.fromisoformat(text.strip())
    if found.tzinfo is None:
        found = found.replace(tzinfo=zone)
    if ends and len(text.strip()) == len("2026-11-26"):
        found = datetime.combine(found.date() + timedelta(days=1), time(), zone)
    return found


def select_entries() -> Select[Any]:
    """Give the query for all entries; its rows are the fields of `Entry`."""
    return select(*(getattr(AuditEntry, name) for name in Entry._fields))


def who(entry: Entry) -> str:
    """Give who acted, in words."""
    return THE_DESK if entry.username is None else entry.username


async def read_entries(
    session: AsyncSession, wanted: Wanted, limit: int, before: int | None = None
) -> list[Entry]:
    """Give the newest entries that are wanted, at most `limit`, numbered below `before`."""
    query = _matching(wanted).order_by(AuditEntry.number.desc()).limit(limit)
    if before is not None:
        query = query.where(AuditEntry.number < before)
    return [Entry(*row) for row in await session.execute(query)]


async def all_entries(db: Database, wanted: Wanted) -> AsyncIterator[Entry]:
    """Give all entries that are wanted, the oldest first, without holding a transaction open."""
    after = 0
    while True:
        query = _matching(wanted).where(AuditEntry.number > after)
        async with db.read() as session:
            rows = await session.execute(query.order_by(AuditEntry.number).limit(BATCH))
            entries = [Entry(*row) for row in rows]
        for entry in entries:
            yield entry
        if len(entries) < BATCH:
            return
        after = entries[-1].number


async def kinds(session: AsyncSession) -> list[str]:
    """Give the kinds of entry that there are."""
    return list(await session.scalars(select(AuditEntry.kind).distinct().order_by(AuditEntry.kind)))


def _matching(wanted: Wanted) -> Select[Any]:
    query = select_entries()
    if wanted.since is not None:
        query = query.where(AuditEntry.at >= as_text(wanted.since))
    if wanted.until is not None:
        query = query.where(AuditEntry.at < as_text(wanted.until))
    if wanted.kind is not None:
        query = query.where(AuditEntry.kind == wanted.kind)
    if wanted.who == THE_DESK:
        query = query.where(AuditEntry.username.is_(None))
    elif wanted.who is not None:
        query = query.where(AuditEntry.username == wanted.who)
    if wanted.about is not None:
        query = query.where(AuditEntry.about == wanted.about)
    return query
