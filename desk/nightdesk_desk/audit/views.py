"""Noting that somebody has looked at something: once a while, not with every page."""

from datetime import timedelta

from sqlalchemy import select

from nightdesk_desk.audit.models import AuditEntry
from nightdesk_desk.audit.record import as_text, note
from nightdesk_desk.db import Database
from nightdesk_desk.models import now

AGAIN_AFTER = timedelta(minutes=10)
"""A person who looks at the same thing again within this time adds no second entry."""

SHIFT = timedelta(hours=12)
"""The same for what an open page asks for again by itself; as long as a session can last."""


async def note_view(
    db: Database,
    kind: str,
    staff_id: int,
    about: str | None,
    again_after: timedelta = AGAIN_AFTER,
) -> None:
    """Note that a person looks at something, in a transaction of its own.

    Call it before the page is given: what this raises, the page must not outlive.
    """
    since = as_text(now() - again_after)
    noted = select(AuditEntry.number).where(
        AuditEntry.about.is_(None) if about is None else AuditEntry.about == about,
        AuditEntry.kind == kind,
        AuditEntry.staff_id == staff_id,
        AuditEntry.at > since,
    )
    # Read first: most pages are looked at again, and a write waits for others.
    async with db.read() as session:
        if await session.scalar(noted.limit(1)) is not None:
            return
    async with db.write() as session:
        await note(session, kind, staff_id=staff_id, about=about)
