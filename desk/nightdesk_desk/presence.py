"""Which visitors are reading on, noted for all of them together.

A stream says every 20 s that its visitor is still here. With a write each, a thousand open streams
would keep the disk busy for nothing else, and every message would wait its turn behind them.
"""

from sqlalchemy import select, update

from nightdesk_desk.db import Database
from nightdesk_desk.looking import Looking, Worker
from nightdesk_desk.models import Conversation, now
from nightdesk_desk.wakeups import Wakeups

NOTE_EVERY = 3.0
"""Seconds between writes: little beside the 20 s after which a stream says it again."""

_AT_ONCE = 500


class Presence(Worker):
    """Collects who reads on, and notes it."""

    def __init__(self, db: Database, wakeups: Wakeups, note_every: float = NOTE_EVERY) -> None:
        self._db = db
        self._wakeups = wakeups
        self._reading: set[str] = set()
        self.lookings = (Looking("readers to note", self.note, note_every),)

    def reads_on(self, conversation_id: str) -> None:
        """Say that a conversation's visitor is still here; what cannot be noted is said again."""
        self._reading.add(conversation_id)

    async def note(self) -> None:
        """Note who has read on since the last time. Raises what the database does.

        The readers of a conversation that is gone are woken: they see it then.
        """
        reading, self._reading = sorted(self._reading), set()
        for start in range(0, len(reading), _AT_ONCE):
            asked = reading[start : start + _AT_ONCE]
            async with self._db.write() as session:
                found = Conversation.id.in_(asked)
                there = set(await session.scalars(select(Conversation.id).where(found)))
                # In one order, and without waiting: two desks that note the same ones must not
                # wait for each other, and who is being answered now is noted the next time.
                free = select(Conversation.id).where(found).order_by(Conversation.id)
                held = await session.scalars(free.with_for_update(skip_locked=True))
                await session.execute(
                    update(Conversation)
                    .where(Conversation.id.in_(held.all()))
                    .values(visitor_seen_at=now())
                    .execution_options(synchronize_session=False)
                )
            for conversation_id in set(asked) - there:
                self._wakeups.notify(conversation_id)
