"""Whether Redis is there. It never holds up or fails whoever asks it for something.

The first question that fails opens the circuit: until a look finds Redis well again, nobody asks
it, so that a dead Redis costs one message one deadline and not every message. A look does all that
Redis is needed for, so that one that answers a ping and refuses to write is not taken for well.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from prometheus_client import CollectorRegistry, Counter, Gauge
from redis.asyncio import Redis

from nightdesk_desk.looking import Looking, Worker, surviving

ANSWER_WITHIN = 0.1
"""Seconds that a question may take: a Redis nearby needs less than one thousandth."""

LOOK_EVERY = 1.0
LOOK_WITHIN = 3.0
"""Seconds that a look may take: it may have to connect first."""

LONGEST_PAUSE = 8.0
"""Seconds between looks at a Redis that has been away for long."""

logger = logging.getLogger(__name__)


class RedisLink(Worker):
    """This desk's link to Redis."""

    def __init__(
        self,
        client: Redis,
        registry: CollectorRegistry,
        look_every: float = LOOK_EVERY,
        answer_within: float = ANSWER_WITHIN,
        look_within: float = LOOK_WITHIN,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take the client, which this link closes, and where its figures go."""
        self.client = client
        self.there = False
        """Whether Redis is asked at present."""
        self.checks: list[Callable[[], Awaitable[object]]] = []
        """What a look does; each raises when Redis fails it."""
        self.answer_within = answer_within
        self._look_every = look_every
        self._look_within = look_within
        self._clock = clock
        self._said_away = False
        self._pause = 0.0
        self._again_at = 0.0
        # Its own look never raises: when Redis is away, the work in the background still goes on.
        self.lookings = (Looking("redis", self.look, look_every),)
        up = Gauge(
            "nightdesk_redis_up",
            "1 while Redis does what this desk needs of it, else 0",
            registry=registry,
        )
        up.set_function(lambda: self.there)
        self._failures = Counter(
            "nightdesk_redis_failures",
            "Questions to Redis that failed or took too long, looks included",
            registry=registry,
        )

    async def start(self) -> None:
        """Look once, then again and again."""
        await self.lookings[0].once()
        await super().start()

    async def stop(self) -> None:
        """Stop looking and close the connections."""
        await super().stop()
        self.there = False
        with surviving("closing the connections to Redis failed"):
            async with asyncio.timeout(self._look_within):
                await self.client.aclose()

    async def ask[T](self, question: Callable[[], Awaitable[T]]) -> T | None:
        """Give the answer to a question, or None when Redis is away or has none in time."""
        if not self.there:
            return None
        try:
            return await self.timed(question)
        except Exception:
            self.failed()
            return None

    async def timed[T](self, question: Callable[[], Awaitable[T]]) -> T:
        """Give the answer to a question. Raises what goes wrong, TimeoutError when it is late."""
        async with asyncio.timeout(self.answer_within):
            return await question()

    def failed(self) -> None:
        """Ask no more until a look finds Redis well."""
        self._failures.inc()
        self.there = False

    async def look(self) -> None:
        """Try all that Redis is needed for, unless one that is away was tried a moment ago."""
        if self._clock() < self._again_at:
            return
        try:
            async with asyncio.timeout(self._look_within):
                for check in self.checks:
                    await check()
        except Exception as error:
            self.failed()
            self._is_away(error)
            with surviving("dropping the connections to Redis failed"):
                async with asyncio.timeout(self._look_within):
                    await self.client.connection_pool.disconnect(inuse_connections=False)
        else:
            self._is_there()

    def _is_away(self, error: Exception) -> None:
        self._pause = min(LONGEST_PAUSE, 2 * self._pause or self._look_every)
        self._again_at = self._clock() + self._pause
        if self._said_away:
            return
        self._said_away = True
        # Its kind alone: the text may hold an address.
        logger.warning(
            "Redis is away (%s): rate limits are counted by each desk for itself, and what other "
            "desks write is seen a little later",
            type(error).__name__,
        )

    def _is_there(self) -> None:
        self.there = True
        self._pause = self._again_at = 0.0
        if self._said_away:
            self._said_away = False
            logger.info("Redis is there again")
