"""Alerts about what a restored record holds: they say so, since it may have been seen to meanwhile.

A restored record knows nothing of what staff have done since its backup.
"""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk.privacy.models import DailyRun

RESTORED = "restored"
"""Name of the row that holds when this record was restored: all that is older came with it."""


async def from_backup(session: AsyncSession, opened_at: datetime) -> datetime | None:
    """Give when a backup was restored, where what was opened at `opened_at` comes from it."""
    row = await session.get(DailyRun, RESTORED)
    return row.claimed_at if row is not None and opened_at <= row.claimed_at else None


def said_of(restored_at: datetime) -> str:
    """Give the line that says it to staff; `restored_at` in the clinic's time zone."""
    return (
        f"From a backup that was restored at {restored_at:%Y-%m-%d %H:%M}: somebody may have told "
        "you of it, and seen to it, before."
    )
