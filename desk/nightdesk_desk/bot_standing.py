"""Whether the assistant is up, as it was found a few seconds ago, for everybody of this process.

Known questions are asked every few seconds, and at once when a visitor's turn has failed. Who reads
how it stands (each page of the inbox, the figures) asks nobody.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic
from typing import Literal, NamedTuple

from nightdesk_desk.bot_check import Checked, ask_known
from nightdesk_desk.ending import ended
from nightdesk_desk.looking import Looking, Worker
from nightdesk_desk.models import now
from nightdesk_desk.rasa import Rasa
from nightdesk_desk.shared_look import SharedLook

CHECK_EVERY = 5.0
"""Seconds between known questions."""

NOT_SOONER = 1.0
"""Seconds after which a failed turn makes the questions be asked again, before it is time."""

MANY, LATELY = 3, timedelta(minutes=2)
"""So many turns that failed lately, with none that went well since, mean that something is wrong
that the known questions do not show."""

FORGET_AND_SPARE = 5.0
"""Seconds beyond Rasa's deadline in which a check is over in any case."""

Down = Literal["", "all", "practical", "turns"]
"""What is down: nothing; all of it; what needs actions; or visitors' turns fail all the same."""

logger = logging.getLogger(__name__)


class Standing(NamedTuple):
    """What is down, since when, and the last check (None before the first)."""

    down: Down = ""
    since: datetime | None = None
    checked: Checked | None = None

    @property
    def mark(self) -> str:
        """What tells apart what a page shows of it: two pages with the same mark show the same."""
        return f"-{self.down}-{self.since:%y%m%d%H%M%S}" if self.down and self.since else ""


def standing_after(before: Standing, checked: Checked, failed: int, at: datetime) -> Standing:
    """Give how the assistant stands after a check at `at`, with so many turns failed lately."""
    down: Down = ""
    if not checked.bot:
        down = "all"
    elif not checked.actions:
        down = "practical"
    elif failed >= MANY:
        down = "turns"
    if not down:
        return Standing(checked=checked)
    return Standing(down, before.since if before.down == down else at, checked)


class BotStanding(Worker):
    """Watches whether the assistant answers, as long as this process runs."""

    def __init__(
        self, rasa: Rasa, every: float = CHECK_EVERY, clock: Callable[[], datetime] = now
    ) -> None:
        """Take whom to ask, and the seconds between checks; 0: only when somebody asks for one."""
        self._rasa = rasa
        self._clock = clock
        self._every = every
        self._look = SharedLook(self._check, within=rasa.deadline + FORGET_AND_SPARE)
        self._failed: deque[datetime] = deque(maxlen=MANY)
        self._hastened: asyncio.Task[Checked] | None = None
        self._checked_at = float("-inf")
        self.standing = Standing()
        self.lookings = (Looking("the assistant", self.checked, every),) if every else ()

    async def stop(self) -> None:
        """Stop watching."""
        await super().stop()
        await ended([self._hastened])

    async def checked(self, max_age: float = 0.0) -> Checked:
        """Give what a check at most `max_age` seconds old has found; 0: one that begins now."""
        return await self._look.get(max_age)

    def note_turn(self, answered: bool) -> None:
        """Note that a visitor's turn was answered by the assistant, or that it failed."""
        if answered:
            self._failed.clear()
            return
        self._failed.append(self._clock())
        idle = self._hastened is None or self._hastened.done()
        if self._every and idle and monotonic() - self._checked_at >= NOT_SOONER:
            self._hastened = asyncio.create_task(self.checked())

    async def _check(self) -> Checked:
        self._checked_at = monotonic()
        checked = await ask_known(self._rasa)
        before, at = self.standing, self._clock()
        if before.checked and not all(before.checked) and all(checked):
            # What failed meanwhile failed for that reason, which is over.
            self._failed.clear()
        while self._failed and self._failed[0] < at - LATELY:
            self._failed.popleft()
        self.standing = standing_after(before, checked, len(self._failed), at)
        if self.standing.down != before.down:
            logger.warning("the assistant: %s", _SAID[self.standing.down])
        return checked


_SAID: dict[Down, str] = {
    "": "known questions are answered again",
    "all": "a known question is not answered, so every chat goes to staff",
    "practical": "a known question that needs an action is not answered",
    "turns": "known questions are answered, but visitors' messages are not",
}
