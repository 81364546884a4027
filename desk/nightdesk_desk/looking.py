"""Work that is looked for again and again, as long as this process runs.

Whatever goes wrong in one look, the next one comes: a hand-over that waits for a look must not wait
for ever because of a fault, an endless wait for a database, or a panic of a native library.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence

from nightdesk_desk.ending import ended

WITHIN = 60.0
"""Seconds that one look may take: a dead connection to the database may never answer."""

STOPS = (asyncio.CancelledError, KeyboardInterrupt, SystemExit, GeneratorExit)
"""What means that the work is to end, not that it has failed."""

logger = logging.getLogger(__name__)


@contextlib.contextmanager
def surviving(what: str) -> Iterator[None]:
    """Log what goes wrong inside by its type alone (its text may quote a visitor), and go on.

    `what` says what has failed.
    """
    try:
        yield
    except STOPS:
        raise
    except BaseException as error:
        # Native libraries raise panics that are no Exception.
        logger.error("%s: %s", what, type(error).__name__)


class Looking:
    """Looks every so many seconds; one look ends before the next begins."""

    def __init__(
        self,
        name: str,
        look: Callable[[], Awaitable[object]],
        every: float,
        within: float = WITHIN,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take what is looked for (for the log and the figures), and the look itself."""
        self.name = name
        self._look = look
        self._every = every
        self._within = within
        self._clock = clock
        self._task: asyncio.Task[None] | None = None
        self._finished_at: float | None = None

    async def start(self) -> None:
        """Begin to look, at once."""
        self._finished_at = self._clock()
        self._task = asyncio.create_task(self._again_and_again())

    async def stop(self) -> None:
        """Stop looking. A look under way is cut off."""
        await ended([self._task])
        self._task = self._finished_at = None

    def age(self) -> float | None:
        """Give the seconds since a look last went through (or the start); None when stopped."""
        return None if self._finished_at is None else self._clock() - self._finished_at

    def late(self) -> bool:
        """Say whether no look went through for as long as two may take, pauses and all."""
        age = self.age()
        return age is not None and age > 2 * (self._every + self._within)

    async def once(self) -> None:
        """Look once. Raises only what ends the work."""
        with surviving(f"looking for {self.name} failed"):
            async with asyncio.timeout(self._within):
                await self._look()
            self._finished_at = self._clock()

    async def _again_and_again(self) -> None:
        while True:
            try:
                await self.once()
            except asyncio.CancelledError:
                task = asyncio.current_task()
                if task is None or task.cancelling():
                    raise
                # Nobody has asked this task to end: something inside it was cut off.
                logger.error("looking for %s failed: CancelledError", self.name)
            await asyncio.sleep(self._every)


class Worker:
    """What works in the background by looks of its own, which begin and end together."""

    lookings: Sequence[Looking] = ()

    async def start(self) -> None:
        """Begin to look, at once; what an earlier process left is in the rows."""
        for looking in self.lookings:
            await looking.start()

    async def stop(self) -> None:
        """Stop looking. A look under way is cut off, and what it had not done yet is done later."""
        for looking in self.lookings:
            await looking.stop()
