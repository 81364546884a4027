"""Once a day, the record's last number and hash go to the ordinary log.

Where the log is kept elsewhere, whoever changes the record cannot change them along.
"""

import logging
from datetime import datetime, timedelta

from sqlalchemy import select

from nightdesk_desk.audit.models import AuditHead
from nightdesk_desk.db import Database
from nightdesk_desk.looking import Looking, Worker
from nightdesk_desk.models import now
from nightdesk_desk.privacy.keeping import claim_daily

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
        self._claim_again_at: datetime | None = None

    async def say(self, at: datetime) -> str | None:
        """Say it if the day's is due at `at`. Gives what was said, None when it was not due."""
        if self._claim_again_at is not None and at < self._claim_again_at:
            return None
        async with self._db.write() as session:
            claimed = await claim_daily(session, NAME, at)
            head = (await session.execute(select(AuditHead.number, AuditHead.hash))).one()
        # Not with every look: a write waits for others.
        self._claim_again_at = at + timedelta(hours=1)
        if not claimed:
            return None
        said = f"{head.number}:{head.hash}"
        logger.info("audit head %s", said)
        return said

    async def _look(self) -> None:
        await self.say(now())
