"""Telling that somebody writes: readers of this process hear at once, others with their look."""

import asyncio
import logging

from sqlalchemy.exc import SQLAlchemyError

from nightdesk_desk.db import Database
from nightdesk_desk.models import now
from nightdesk_desk.typing_notices import Writer, keep_note, note_due
from nightdesk_desk.wakeups import Typing, Wakeups

WITHIN = 2.0
"""Seconds that keeping a notice may take: later it would be news of the past."""

logger = logging.getLogger(__name__)


class TypingTold:
    """Passes typing notices on."""

    def __init__(self, db: Database, wakeups: Wakeups) -> None:
        self._db = db
        self._wakeups = wakeups

    async def tell(self, conversation_id: str, sender: Writer, typing: bool) -> None:
        """Tell who reads along that `sender` began, goes on, or stopped writing.

        Raises nothing of the database's: a notice that is lost costs nobody a message.
        """
        self._wakeups.typing(conversation_id, Typing(sender, typing))
        try:
            async with asyncio.timeout(WITHIN):
                await self._keep(conversation_id, sender, typing)
        except (SQLAlchemyError, TimeoutError) as error:
            logger.warning("a typing notice was not kept: %s", type(error).__name__)

    async def _keep(self, conversation_id: str, sender: Writer, typing: bool) -> None:
        at = now()
        async with self._db.read() as session:
            due = await note_due(session, conversation_id, sender, typing, at)
        if due:
            async with self._db.write() as session:
                await keep_note(session, conversation_id, sender, typing, at)
