"""Work that is done once a day, of several desk processes by one."""

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk.db import Database
from nightdesk_desk.privacy.models import DailyRun

DAILY = timedelta(hours=24)
_LONG_AGO = datetime.fromisoformat("2000-01-01T00:00:00+00:00")


async def claim_daily(session: AsyncSession, name: str, at: datetime) -> bool:
    """Claim a daily work for this process; false when it has been claimed within the last day."""
    postgres = session.get_bind().dialect.name == "postgresql"
    insert = postgresql.insert if postgres else sqlite.insert
    await session.execute(
        insert(DailyRun).values(name=name, claimed_at=_LONG_AGO).on_conflict_do_nothing()
    )
    claimed = await session.scalar(
        update(DailyRun)
        .where(DailyRun.name == name, DailyRun.claimed_at <= at - DAILY)
        .values(claimed_at=at)
        .returning(DailyRun.name)
        .execution_options(synchronize_session=False)
    )
    return claimed is not None


class DailyWork:
    """One work, and when this process asks next whether it is due."""

    def __init__(self, db: Database, name: str, ask_every: timedelta) -> None:
        """Take the work's name, and how long to leave the database alone after a claim."""
        self._db = db
        self._name = name
        self._ask_every = ask_every
        self._ask_again_at = _LONG_AGO

    async def claim(self, at: datetime) -> bool:
        """Claim the work at the moment `at`; false when it is not due, or somebody else's today."""
        if at < self._ask_again_at:
            return False
        async with self._db.write() as session:
            claimed = await claim_daily(session, self._name, at)
        # Not with every look: a write waits for others.
        self._ask_again_at = at + self._ask_every
        return claimed
