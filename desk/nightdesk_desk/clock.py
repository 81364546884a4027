"""One clock for all desks on one database: the database's.

Alarms and acts are compared by time, and several desks write them. With clocks of their own, one
that is ahead would claim what another is sending, and an act could seem to come before the alarm
that it answers. SQLite is on the desk's own machine and has its clock.
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from nightdesk_desk.looking import Looking, Worker

LOOK_EVERY = 10.0
"""Seconds between looks at the database's clock."""
LET_BE = timedelta(seconds=1)
"""A smaller difference is left as it is: the clock should not tremble."""

logger = logging.getLogger(__name__)


class _Difference:
    """By how much the clock that counts is ahead of this machine's."""

    ahead = timedelta(0)


def present() -> datetime:
    """Give the present moment by the clock that counts, aware, in UTC."""
    return datetime.now(UTC) + _Difference.ahead


class SharedClock(Worker):
    """Keeps this process on the database's clock."""

    def __init__(
        self,
        engine: AsyncEngine,
        look_every: float = LOOK_EVERY,
        own: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Take the database; `own` is this machine's clock."""
        self._engine = engine
        self._own = own
        self.lookings = (Looking("clock", self.look, look_every),)

    async def start(self) -> None:
        """Look once before anything else counts on the time, then again and again."""
        await self.lookings[0].once()
        await super().start()

    async def stop(self) -> None:
        """Stop looking, and go by this machine's clock again."""
        await super().stop()
        _Difference.ahead = timedelta(0)

    async def look(self) -> None:
        """Compare the clocks. Raises what the database does; then the last difference stays."""
        before = self._own()
        theirs = await self._theirs()
        if theirs is None:
            return
        after = self._own()
        # Read somewhere between the two.
        ahead = theirs - (before + (after - before) / 2)
        changed = abs(ahead - _Difference.ahead) > LET_BE + (after - before) / 2
        if not changed:
            return
        if abs(ahead) <= LET_BE:
            _Difference.ahead = timedelta(0)
            logger.warning("this machine's clock, compared with the database's, is right again")
            return
        _Difference.ahead = ahead
        logger.warning(
            "this machine's clock is %+.1f s from the database's, which counts: set NTP right",
            -ahead.total_seconds(),
        )

    async def _theirs(self) -> datetime | None:
        if self._engine.dialect.name != "postgresql":
            return None
        async with self._engine.connect() as connection:
            found: datetime | None = await connection.scalar(text("SELECT clock_timestamp()"))
        return found
