"""What the desk deletes by itself: what visitors asked for, and once a day what is old."""

import logging
from datetime import datetime, timedelta

from nightdesk_desk.daily import DailyWork
from nightdesk_desk.db import Database
from nightdesk_desk.looking import Looking, Worker, surviving
from nightdesk_desk.models import now
from nightdesk_desk.privacy import deletion
from nightdesk_desk.privacy.purge import purge
from nightdesk_desk.wakeups import Wakeups
from nightdesk_desk.words import Words

LOOK_EVERY = 5.0
"""Seconds between looks for deletions that nothing keeps any more."""

PURGE_WITHIN = 3600.0
"""Seconds that a purge may take: it has many small transactions, and comes once a day."""

PURGE = "purge"

logger = logging.getLogger(__name__)


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
        self._daily = DailyWork(db, PURGE, timedelta(minutes=10))

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
        if not kept.anything or not await self._daily.claim(at):
            return None
        return await purge(self._db, kept, at)

    async def _purge(self) -> None:
        gone = await self.purge_daily(now())
        if gone and any(gone.values()):
            told = ", ".join(f"{kind} {number}" for kind, number in gone.items())
            logger.info("the daily purge has removed: %s", told)
