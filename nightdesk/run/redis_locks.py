"""Rasa's lock of a conversation where several Rasa processes share the work: kept in Redis.

Rasa's own Redis lock reads a list of tickets, adds one and writes it back: of two processes that do
so at once, one ticket is lost, and with it a turn. Here one process after the other holds
redis-py's lock: one key, set only where there is none, with a token of its own and a lease. What
cannot get the lock in time, or cannot reach Redis, fails at once, and the desk hands over.
"""

import asyncio
import logging
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar
from weakref import WeakValueDictionary

from rasa.core.lock_store import LockError, LockStore
from redis import Redis
from redis import exceptions as faults
from redis.backoff import NoBackoff
from redis.lock import Lock
from redis.retry import Retry

KEYS = "nightdesk:turn:"
"""What the keys in Redis begin with; the conversation's name follows."""

THREADS = 8
"""As many short questions to Redis at a time."""

T = TypeVar("T")
InThread = Callable[[Callable[[], Any]], Awaitable[Any]]
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

    def __init__(self, lock: Lock, in_thread: InThread) -> None:
        self._lock = lock
        self._in_thread = in_thread

    async def confirm(self) -> None:
        """Make sure that the lock is still ours, for a whole lease from now. Raises NotHeld."""
        await self._in_thread(self.confirm_now)

    def confirm_now(self) -> None:
        """Do the same, and block meanwhile. Raises NotHeld."""
        try:
            self._lock.reacquire()
        except (faults.RedisError, OSError) as error:
            raise NotHeld(type(error).__name__) from None

    def release_now(self) -> None:
        """Let go, unless another has the lock by now; blocks meanwhile."""
        try:
            self._lock.release()
        except faults.LockError:
            logger.error("a turn had lost its lock before it ended")
        except (faults.RedisError, OSError) as error:
            logger.warning("a lock could not be given back, it lapses: %s", type(error).__name__)


class Renewing:
    """Renews the leases of all turns under way, from a thread of its own.

    Understanding a message holds the event loop up, and many in a row do so for seconds: a lease
    that the loop renewed would lapse under a turn that goes on.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._ends: dict[Held, float] = {}
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None

    def begin(self, held: Held) -> None:
        """Renew from now on, as long as a turn may last."""
        with self._guard:
            self._ends[held] = time.monotonic() + self._limits.longest_turn
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="leases", daemon=True)
                self._thread.start()

    def end(self, held: Held) -> None:
        """Renew no longer."""
        with self._guard:
            self._ends.pop(held, None)

    def _run(self) -> None:
        while True:
            time.sleep(self._limits.renew_every)
            with self._guard:
                due = [held for held, ends in self._ends.items() if time.monotonic() < ends]
            for held in due:
                # Where it fails, the next try may succeed; storing asks for itself.
                with suppress(NotHeld):
                    held.confirm_now()


turn_under_way: ContextVar[Held | None] = ContextVar("turn_under_way", default=None)
"""The lock of the turn that this task runs; for the store, before it writes."""


class RedisLocks(LockStore):
    """Rasa's lock store on redis-py's own lock.

    Turns of one conversation come one at a time. In one process they come in order of arrival;
    between processes a process that has just had a turn lets another one go first. Redis is asked
    in threads: its limits of time must not run out while the event loop is held up.
    """

    def __init__(self, endpoint_config: Any = None, *, limits: Limits = LIMITS) -> None:
        """Take Rasa's endpoint configuration, whose `url` is the address of Redis."""
        self._limits = limits
        self._redis = Redis.from_url(
            endpoint_config.url,
            socket_timeout=limits.answer_within,
            socket_connect_timeout=limits.answer_within,
            # A connection that died while idle is made anew, and asked once more.
            retry=Retry(NoBackoff(), 1),
            retry_on_error=[faults.ConnectionError],
        )
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="locks")
        self._renewing = Renewing(limits)
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
            held = Held(await self._taken(conversation_id, ends), self._in_thread)
            self._renewing.begin(held)
            turn_under_way.set(held)
            try:
                yield held
            finally:
                turn_under_way.set(None)
                self._renewing.end(held)
                # Also where the turn was cancelled: the thread lets go all the same.
                await asyncio.shield(self._in_thread(held.release_now))
        finally:
            line.release()

    async def _taken(self, conversation_id: str, ends: float) -> Lock:
        lock = Lock(
            self._redis,
            KEYS + conversation_id,
            timeout=self._limits.lease,
            # Each turn has a lock, and so a token, of its own; any thread may use it.
            thread_local=False,
        )
        try:
            while not await self._tried(lock):
                if time.monotonic() >= ends:
                    raise LockError("the turn before did not end")
                await asyncio.sleep(self._limits.look_every)
        except (faults.RedisError, OSError) as error:
            logger.error("no turn without its lock: Redis cannot be used, %s", type(error).__name__)
            raise LockError("Redis cannot be used") from None
        return lock

    async def _tried(self, lock: Lock) -> bool:
        trying = asyncio.ensure_future(self._in_thread(partial(lock.acquire, blocking=False)))
        try:
            return bool(await asyncio.shield(trying))
        except asyncio.CancelledError:
            # The thread may get it after nobody wants it any more.
            trying.add_done_callback(lambda done: self._give_back(lock, done))
            raise

    def _give_back(self, lock: Lock, tried: "asyncio.Future[bool]") -> None:
        if not tried.cancelled() and tried.exception() is None and tried.result():
            self._threads.submit(Held(lock, self._in_thread).release_now)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)
