"""Once a day, the record's last number and hash go to the ordinary log.

Where the log is kept elsewhere, whoever changes the record cannot change them along.
"""

import logging
from datetime import datetime, timedelta

from sqlalchemy import select

from nightdesk_desk.audit.models import AuditHead
from nightdesk_desk.daily import DailyWork
from nightdesk_desk.db import Database
from nightdesk_desk.looking import Looking, Worker
from nightdesk_desk.models import now

LOOK_EVERY = 600.0
"""Seconds between looks at whether the day's is due."""

NAME = "audit_head"
"""The daily work's name: of several desk processes one does it."""

logger = logging.getLogger(__name__)


class DailyHead(Worker):
    """Says the record's last number and hash once a day, as long as this process runs."""

    def __init__(self, db: Database, look_every: float = LOOK_EVERY) -> None:
        """Take the database."""
        self._db = db
        self.lookings = (Looking("the day's audit head", self._look, look_every),)
        self._daily = DailyWork(db, NAME, timedelta(hours=1))

    async def say(self, at: datetime) -> str | None:
        """Say it if the day's is due at `at`. Gives what was said, None when it was not due."""
        if not await self._daily.claim(at):
            return None
        async with self._db.read() as session:
            head = (await session.execute(select(AuditHead.number, AuditHead.hash))).one()
        said = f"{head.number}:{head.hash}"
        logger.info("audit head %s", said)
        return said

    async def _look(self) -> None:
        await self.say(now())
