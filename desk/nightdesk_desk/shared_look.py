"""One look for many readers: with ten queues open, the queue is read once, not ten times.

A reader that heard of news gets what was read after it asked. One that only looks again takes what
was read a moment ago.
"""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic

WITHIN = 5.0
"""Seconds that one reading may take. After them who asked hears so, and the next one begins: with a
reading that hangs, all readers would hang."""


class SharedLook[T]:
    """What one reading gives to everybody of this process who asks for it."""

    def __init__(
        self,
        read: Callable[[], Awaitable[T]],
        within: float = WITHIN,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """Take the reading, the seconds that it may take, and a clock in seconds."""
        self._read = read
        self._within = within
        self._clock = clock
        self._running: asyncio.Task[T] | None = None
        self._next: asyncio.Task[T] | None = None
        self._last: tuple[float, T] | None = None

    async def get(self, max_age: float = 0.0) -> T:
        """Give what was read at most `max_age` seconds before this call; 0: what is read after it.

        Raises what the reading raises, and TimeoutError when it takes too long. A reader that gives
        up does not end it for the others.
        """
        if max_age and self._last and self._clock() - self._last[0] <= max_age:
            return self._last[1]
        if self._next is None:
            # A reading that runs may have begun before the news: the next one has not.
            self._next = asyncio.create_task(self._after(self._running))
        return await asyncio.shield(self._next)

    async def _after(self, running: asyncio.Task[T] | None) -> T:
        if running is not None:
            # Not for ever: one that hangs may also hang while it is cut off.
            await asyncio.wait([running], timeout=self._within)
        self._running, self._next = self._next, None
        begun = self._clock()
        async with asyncio.timeout(self._within):
            found = await self._read()
        self._last = (begun, found)
        return found
