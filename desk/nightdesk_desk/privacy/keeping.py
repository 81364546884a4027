"""What the desk deletes by itself: what visitors asked for, and once a day what is old."""

import logging
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk.db import Database
from nightdesk_desk.looking import Looking, Worker, surviving
from nightdesk_desk.models import now
from nightdesk_desk.privacy import deletion
from nightdesk_desk.privacy.models import DailyRun
from nightdesk_desk.privacy.purge import purge
from nightdesk_desk.wakeups import Wakeups
from nightdesk_desk.words import Words

LOOK_EVERY = 5.0
"""Seconds between looks for deletions that nothing keeps any more."""

PURGE_WITHIN = 3600.0
"""Seconds that a purge may take: it has many small transactions, and comes once a day."""

PURGE = "purge"
DAILY = timedelta(hours=24)
_LONG_AGO = datetime.fromisoformat("2000-01-01T00:00:00+00:00")

logger = logging.getLogger(__name__)


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


class Keeping(Worker):
    """The look for what is to be deleted, as long as this process runs.

    A purge that is stopped is cut off between two transactions, or its last is undone.
    """

    def __init__(
        self, db: Database, wakeups: Wakeups, words: Words, look_every: float = LOOK_EVERY
    ) -> None:
        self._db = db
        self._wakeups = wakeups
        self._words = words
        self.lookings = (
            Looking("deletions", self.delete_what_waits, look_every),
            Looking("the daily purge", self._purge, look_every, PURGE_WITHIN),
        )
        self._claim_again_at = _LONG_AGO

    async def delete_what_waits(self, at: datetime | None = None) -> int:
        """Delete the conversations that visitors want deleted and nothing keeps. Gives how many.

        `at` is the present moment.
        """
        async with self._db.read() as session:
            waiting = await deletion.waiting_deletions(session)
        gone = 0
        for conversation_id in waiting:
            with surviving("a deletion is left for later"):
                async with self._db.write() as session:
                    deleted = await deletion.delete_if_free(session, conversation_id, at)
                if deleted:
                    gone += 1
                    self._wakeups.notify(conversation_id)
        return gone

    async def purge_daily(self, at: datetime) -> dict[str, int] | None:
        """Purge once a day, of all desk processes one. Gives what is gone, None if it was not due.

        Nothing is claimed while the clinic keeps everything.
        """
        kept = self._words.clinic.retention
        if not kept.anything or at < self._claim_again_at:
            return None
        async with self._db.write() as session:
            claimed = await claim_daily(session, PURGE, at)
        # Not with every look: a write waits for others.
        self._claim_again_at = at + timedelta(minutes=10)
        return await purge(self._db, kept, at) if claimed else None

    async def _purge(self) -> None:
        gone = await self.purge_daily(now())
        if gone and any(gone.values()):
            told = ", ".join(f"{kind} {number}" for kind, number in gone.items())
            logger.info("the daily purge has removed: %s", told)
