"""Alerts about what a restored record holds: they say so, since it may have been seen to meanwhile.

A restored record knows nothing of what staff have done since its backup.
"""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk.privacy.models import DailyRun

RESTORED = "restored"
"""Name of the row that holds when the backup was made which this record was restored from."""


async def from_backup(session: AsyncSession, opened_at: datetime) -> datetime | None:
    """Give when the backup was made, where what was opened at `opened_at` comes from one."""
    row = await session.get(DailyRun, RESTORED)
    return row.claimed_at if row is not None and opened_at <= row.claimed_at else None


def said_of(made_at: datetime) -> str:
    """Give the line that says it to staff; `made_at` in the clinic's time zone."""
    return (
        f"This comes from the backup of {made_at:%Y-%m-%d %H:%M} that was restored: it may have "
        "been told, and seen to, before."
    )
