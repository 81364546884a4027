"""Rasa's lock of a conversation where several Rasa processes share the work: kept in Redis.

Rasa's own Redis lock reads a list of tickets, adds one and writes it back: of two processes that do
so at once, one ticket is lost, and with it a turn. Here one process after the other holds
redis-py's lock: one key, set only where there is none, with a token of its own and a lease. What
cannot get the lock in time, or cannot reach Redis, fails at once, and the desk hands over.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any
from weakref import WeakValueDictionary

from rasa.core.lock_store import LockError, LockStore
from redis import exceptions as faults
from redis.asyncio import Redis
from redis.asyncio.lock import Lock

KEYS = "nightdesk:turn:"
"""What the keys in Redis begin with; the conversation's name follows."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Limits:
    """Times in seconds, within the 6 that the desk gives a whole turn.

    `lease`: how long a killed process keeps a conversation locked; renewed `renew_every`.
    `wait`: how long a turn waits for the one before. More than `lease`, so that it outlasts a
    killed process; less than the desk's deadline, or it would run for nobody.
    `longest_turn`: then the lease is no longer renewed. More than the desk's deadline: the turn has
    been handed over, and the next must not wait for what hangs.
    `look_every`: between looks whether another process has let go.
    `answer_within`: for one answer of Redis.
    """

    lease: float = 3.0
    renew_every: float = 1.0
    wait: float = 4.0
    longest_turn: float = 8.0
    look_every: float = 0.02
    answer_within: float = 1.0


LIMITS = Limits()


class NotHeld(Exception):
    """The turn under way has lost its lock: it must store nothing."""


class Held:
    """The lock of a turn that is under way."""

    def __init__(self, lock: Lock, limits: Limits) -> None:
        self._lock = lock
        self._limits = limits

    async def confirm(self) -> None:
        """Make sure that the lock is still ours, for a whole lease from now. Raises NotHeld."""
        try:
            await self._lock.reacquire()
        except (faults.RedisError, OSError) as error:
            raise NotHeld(type(error).__name__) from None

    async def renew(self) -> None:
        """Renew the lease again and again, as long as a turn may last."""
        ends = time.monotonic() + self._limits.longest_turn
        while time.monotonic() < ends:
            await asyncio.sleep(self._limits.renew_every)
            # Where it fails, the next try may succeed; storing asks for itself.
            with suppress(NotHeld):
                await self.confirm()

    async def release(self) -> None:
        """Let go, unless another has the lock by now. Never raises but when cancelled."""
        try:
            await asyncio.shield(self._lock.release())
        except faults.LockError:
            logger.error("a turn had lost its lock before it ended")
        except (faults.RedisError, OSError) as error:
            logger.warning("a lock could not be given back, it lapses: %s", type(error).__name__)


turn_under_way: ContextVar[Held | None] = ContextVar("turn_under_way", default=None)
"""The lock of the turn that this task runs; for the store, before it writes."""


class RedisLocks(LockStore):
    """Rasa's lock store on redis-py's own lock.

    Turns of one conversation come one at a time. In one process they come in order of arrival;
    between processes a process that has just had a turn lets another one go first.
    """

    def __init__(
        self,
        endpoint_config: Any = None,
        *,
        limits: Limits = LIMITS,
        connect: Callable[..., Any] = Redis.from_url,
    ) -> None:
        """Take Rasa's endpoint configuration, whose `url` is the address of Redis."""
        self._limits = limits
        self._redis = connect(
            endpoint_config.url,
            socket_timeout=limits.answer_within,
            socket_connect_timeout=limits.answer_within,
            # A connection that died while idle is made anew, and asked once more.
            # (No `health_check_interval`: in redis-py 4.6 its checks call one another without end
            # where the server is silent.)
            retry_on_error=[faults.ConnectionError],
        )
        # Who waits in this process. A line is gone with the last who waits in it.
        self._lines: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        super().__init__()

    @asynccontextmanager
    async def lock(
        self, conversation_id: str, lock_lifetime: float = 0, wait_time_in_seconds: float = 0
    ) -> AsyncIterator[Any]:
        """Hold the conversation's lock; the times that Rasa names do not count, but `Limits` do.

        Raises LockError when it cannot be had in time, and at once when Redis cannot be reached.
        """
        ends = time.monotonic() + self._limits.wait
        line = self._lines.setdefault(conversation_id, asyncio.Lock())
        follows = line.locked()
        try:
            await asyncio.wait_for(line.acquire(), self._limits.wait)
        except asyncio.TimeoutError:
            raise LockError("the turns before did not end") from None
        try:
            if follows:
                # Longer than others take between two looks, so that one of them comes in between.
                await asyncio.sleep(1.5 * self._limits.look_every)
            held = Held(await self._taken(conversation_id, ends), self._limits)
            renewing = asyncio.create_task(held.renew())
            turn_under_way.set(held)
            try:
                yield held
            finally:
                turn_under_way.set(None)
                renewing.cancel()
                await held.release()
        finally:
            line.release()

    async def _taken(self, conversation_id: str, ends: float) -> Lock:
        lock = Lock(
            self._redis,
            KEYS + conversation_id,
            timeout=self._limits.lease,
            sleep=self._limits.look_every,
            # Each turn has a lock, and so a token, of its own.
            thread_local=False,
        )
        try:
            left = max(0.0, ends - time.monotonic())
            # The outer limit is for what the client itself does not limit, such as connecting anew.
            if await asyncio.wait_for(
                lock.acquire(blocking_timeout=left), left + 2 * self._limits.answer_within
            ):
                return lock
        except (faults.RedisError, OSError, asyncio.TimeoutError) as error:
            logger.error("no turn without its lock: Redis cannot be used, %s", type(error).__name__)
            raise LockError("Redis cannot be used") from None
        raise LockError("the turn before did not end")

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.close()
