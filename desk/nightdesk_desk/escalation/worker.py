"""The look for steps that are due, as long as this process runs.

Nothing is kept in memory: a step is due by the hand-over's own row and those of the steps taken
before, so that after a restart the next look finds what is due, and of several desks one takes it.
"""

from collections.abc import Callable
from datetime import date, datetime

from prometheus_client import Counter

from nightdesk_desk.db import Database
from nightdesk_desk.escalation import day_report
from nightdesk_desk.escalation.taking import read_due, take_due
from nightdesk_desk.looking import Looking, Worker, surviving
from nightdesk_desk.models import now
from nightdesk_desk.wakeups import Wakeups
from nightdesk_desk.words import Words

LOOK_EVERY = 1.0
"""Seconds between looks: how late a step may be taken."""
AT_A_LOOK = 50
"""How many steps are taken before the next look: something worse may have come meanwhile."""


class Escalation(Worker):
    """Takes the steps of every hand-over that nobody acts on, and writes the day's report."""

    def __init__(
        self,
        db: Database,
        wakeups: Wakeups,
        words: Words,
        steps: Counter,
        look_every: float = LOOK_EVERY,
        clock: Callable[[], datetime] = now,
    ) -> None:
        self._db = db
        self._wakeups = wakeups
        self._words = words
        self._steps = steps
        self._clock = clock
        self.lookings = (Looking("steps", self.look, look_every),)
        self._reported: date | None = None

    async def look(self) -> int:
        """Take every step that is due. Gives how many this process has taken.

        What cannot be taken now is left for the next look. Raises what reading raises.
        """
        at, clinic = self._clock(), self._words.clinic
        async with self._db.read() as session:
            waiting = await read_due(session, clinic, at)
        taken = 0
        for handover_id in waiting:
            with surviving("a step could not be taken yet"):
                taken += await self._take(handover_id, at)
            # Only what was taken counts: those that fail again and again must not stand in the way.
            if taken >= AT_A_LOOK:
                break
        await self._report(at)
        return taken

    async def _take(self, handover_id: int, at: datetime) -> int:
        async with self._db.write() as session:
            conversation_id, steps = await take_due(session, self._words.clinic, handover_id, at)
        for step in steps:
            self._steps.labels(step.level, step.step).inc()
        if steps:
            self._wakeups.notify(conversation_id)
        return len(steps)

    async def _report(self, at: datetime) -> None:
        clinic = self._words.clinic
        day = day_report.day_to_report(clinic, at)
        if day is None or day == self._reported:
            return
        async with self._db.read() as session:
            there = await day_report.was_reported(session, day)
        if not there:
            async with self._db.write() as session:
                await day_report.take_report(session, clinic, day, at)
        self._reported = day
