"""Where several Rasa processes keep their conversations: in PostgreSQL, and not for ever.

Rasa's own SQL store with short times, in threads of its own (a database that hangs must not stop
the whole process), which stores only while its turn has the conversation's lock. What is idle goes,
as in `idle_memory`. Without the database a turn fails, and the desk hands over.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import sqlalchemy as sa  # type: ignore[import-untyped]  # 1.4 carries none
from rasa.core.tracker_store import SQLTrackerStore, TrackerStore

from nightdesk.run.idle_memory import HOUR, WEEK
from nightdesk.run.redis_locks import turn_under_way
from nightdesk.run.shared_stores import SCHEMA
from nightdesk_contract.senders import is_once

THREADS = 8
"""As many as connections: a turn needs two or three short ones."""
CONNECT_WITHIN = 2
ANSWER_WITHIN_MS = 3000
"""For one statement; the desk gives a whole turn six seconds."""
TIDY_EVERY = 900.0
TIDY_WITHIN_MS = 60_000
TIDY_AT_ONCE = 500
MAKING, TIDYING = 729_401, 729_402
"""Numbers of advisory locks: one replica makes the tables, or removes what is idle, at a time."""

T = TypeVar("T")
logger = logging.getLogger(__name__)


def idle(last: Iterable[tuple[str, float]], at: float) -> list[str]:
    """Give the names that have been idle for too long, of names with when they last said a thing.

    A week; an hour for what was asked once, under a name of its own.
    """
    return [name for name, when in last if at - when >= (HOUR if is_once(name) else WEEK)]


class SqlTracker(SQLTrackerStore):
    """Rasa's SQL store for replicas; an endpoint's `url` is the database's address."""

    def __init__(
        self, domain: Any = None, host: str = "", event_broker: Any = None, **options: Any
    ) -> None:
        """Connect and make the tables. Raises sqlalchemy's errors when that is not possible."""
        url = sa.engine.make_url(host)
        self._postgres = url.get_backend_name() == "postgresql"
        self.engine = sa.create_engine(
            url,
            # Errors would quote what a visitor wrote.
            hide_parameters=True,
            # A connection from before a restart of the database is made anew.
            pool_pre_ping=True,
            **(_for_postgres() if self._postgres else {}),
            **options,
        )
        self.sessionmaker = sa.orm.session.sessionmaker(bind=self.engine)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="tracker")
        self._tidying: asyncio.Task[None] | None = None
        self._make_tables()
        TrackerStore.__init__(self, domain, event_broker)

    async def save(self, tracker: Any) -> None:
        """Store the conversation's new events. Raises NotHeld when its turn has lost its lock."""
        held = turn_under_way.get()
        if held is not None:
            await held.confirm()
        await self._apart(super().save(tracker))

    async def retrieve(self, sender_id: str) -> Any:
        """Give the conversation, or None."""
        return await self._apart(super().retrieve(sender_id))

    async def retrieve_full_tracker(self, conversation_id: str) -> Any:
        """Give the conversation with all its sessions, or None."""
        return await self._apart(super().retrieve_full_tracker(conversation_id))

    async def keys(self) -> Any:
        """Give the names of all conversations."""
        return await self._apart(super().keys())

    @contextlib.contextmanager
    def session_scope(self) -> Iterator[Any]:
        """Give a session. Rasa's own ends the whole process at a ValueError inside."""
        with self.sessionmaker() as session:
            yield session

    def keep_tidy(self) -> None:
        """Remove what is idle now and from time to time, while the event loop runs."""
        self._tidying = asyncio.get_running_loop().create_task(self._tidy_again_and_again())

    def remove_idle(self, at: float | None = None) -> int:
        """Remove what has been idle for too long. Gives how many conversations; 0 if another does.

        Raises sqlalchemy's errors.
        """
        at = time.time() if at is None else at
        event = self.SQLEvent
        last = sa.func.max(event.timestamp)
        with self.session_scope() as session:
            if not self._alone(session, TIDYING, wait=False):
                return 0
            old = sa.select(event.sender_id, last).group_by(event.sender_id)
            names = idle(session.execute(old.having(last <= at - HOUR)).all(), at)
            for names_now in _batches(names, TIDY_AT_ONCE):
                session.execute(
                    sa.delete(event)
                    .where(event.sender_id.in_(names_now))
                    .execution_options(synchronize_session=False)
                )
            session.commit()
        return len(names)

    async def _tidy_again_and_again(self) -> None:
        while True:
            try:
                await self._in_thread(self.remove_idle)
            except Exception as error:
                logger.warning("idle conversations were not removed: %s", type(error).__name__)
            await asyncio.sleep(TIDY_EVERY)

    async def _apart(self, work: Coroutine[Any, Any, T]) -> T:
        """Run one of Rasa's own methods in a thread: it blocks, and awaits nothing."""
        try:
            return await self._in_thread(lambda: _to_its_end(work))
        except Exception as error:
            logger.error("conversations cannot be read or stored: %s", type(error).__name__)
            raise

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def _make_tables(self) -> None:
        with self.sessionmaker() as session:
            self._alone(session, MAKING, wait=True)
            if self._postgres:
                session.execute(sa.text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
            self.Base.metadata.create_all(session.connection())
            session.commit()

    def _alone(self, session: Any, number: int, wait: bool) -> bool:
        """Whether this transaction alone has the number; a database of one process needs none."""
        if not self._postgres:
            return True
        session.execute(sa.text(f"SET LOCAL statement_timeout = {TIDY_WITHIN_MS}"))
        take = "pg_advisory_xact_lock" if wait else "pg_try_advisory_xact_lock"
        return session.execute(sa.text(f"SELECT {take}({number})")).scalar() is not False


def _for_postgres() -> dict[str, Any]:
    return {
        "pool_size": THREADS,
        "max_overflow": 1,
        "pool_timeout": CONNECT_WITHIN,
        "connect_args": {
            "connect_timeout": CONNECT_WITHIN,
            # A machine that has gone without a word is noticed.
            "tcp_user_timeout": ANSWER_WITHIN_MS,
            "application_name": "nightdesk-rasa",
            "options": f"-c search_path={SCHEMA} -c statement_timeout={ANSWER_WITHIN_MS}",
        },
    }


def _to_its_end(work: Coroutine[Any, Any, T]) -> T:
    with contextlib.closing(work):
        try:
            work.send(None)
        except StopIteration as end:
            result: T = end.value
            return result
    raise RuntimeError("it awaits something")


def _batches(names: Sequence[str], most: int) -> Iterable[Sequence[str]]:
    return (names[at : at + most] for at in range(0, len(names), most))
