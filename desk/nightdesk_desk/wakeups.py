"""Waking readers that wait for news.

What this process writes wakes its readers at once, and where desks share a Redis those of the
others (`shared.news`). What another process writes (the command line, a second desk without Redis)
is seen by one look at the database every `LOOK_EVERY` seconds, for all readers together. A wake-up
carries no data: readers read the log.
"""

import asyncio
import contextlib
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple

from sqlalchemy import bindparam, func, select

from nightdesk_desk.db import Database
from nightdesk_desk.escalation.models import EscalationStep
from nightdesk_desk.looking import Looking, Worker
from nightdesk_desk.models import Conversation, Handover, HandoverTrigger, now, table
from nightdesk_desk.typing_notices import Writer, writing

LOOK_EVERY = 2.0
"""Seconds; long enough to cost next to nothing, short enough for a 5 s promise to the inbox."""

LOOK_WITHIN = 5.0
"""Seconds that one look may take: while one hangs, nobody hears of other processes' writes."""

TOLD_HOLDS = 2.0
"""Seconds for which what this process was told of somebody's writing outweighs what is stored."""

_ASK_AT_ONCE = 500


TypingSender = Literal["visitor", "bot", "staff"]


class Typing(NamedTuple):
    """Somebody began or stopped writing."""

    sender: TypingSender
    typing: bool


class Watch:
    """One reader's wait for news of one conversation."""

    def __init__(self) -> None:
        self._news = asyncio.Event()
        self._typing: dict[str, Typing] = {}
        self._stored = False
        self.read_to: int | None = None
        """Up to which number the reader has read; None where it does not say."""

    async def wait(self, timeout: float) -> bool:
        """Wait for news, at most `timeout` seconds. Gives whether there was any.

        News that came since the last `wait` counts: subscribe, read the log, then wait.
        """
        try:
            async with asyncio.timeout(timeout):
                await self._news.wait()
        except TimeoutError:
            return False
        self._news.clear()
        return True

    def has_not_read(self, last: int) -> bool:
        """Say whether the reader may not have read up to number `last` yet."""
        return self.read_to is None or self.read_to < last

    def take_stored(self) -> bool:
        """Say whether something may have been stored since this was last asked."""
        stored, self._stored = self._stored, False
        return stored

    def take_typing(self, *senders: str) -> Typing | None:
        """Give the latest typing notice of `senders` (none: of all) that has not been taken yet.

        A reader asks for those that it shows: what another writes must not take their place.
        """
        last = None
        for sender in [known for known in self._typing if not senders or known in senders]:
            last = self._typing.pop(sender)
        return last

    def wake(self, typing: Typing | None = None) -> None:
        """Wake the reader: with a typing notice, or as something may have been stored."""
        if typing is None:
            self._stored = True
        else:
            self._typing.pop(typing.sender, None)
            self._typing[typing.sender] = typing
        self._news.set()


class Wakeups(Worker):
    """All waiting readers of this process."""

    def __init__(
        self,
        db: Database,
        look_every: float = LOOK_EVERY,
        look_within: float = LOOK_WITHIN,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._db = db
        self._clock = clock
        self.lookings = (Looking("news", self.look, every=look_every, within=look_within),)
        self._watches: dict[str, set[Watch]] = defaultdict(set)
        self._any: set[Watch] = set()
        self._seen: dict[str, int] = {}
        self._seen_any: object = None
        self._writing: set[tuple[str, Writer]] = set()
        self._told: dict[tuple[str, str], float] = {}
        self.tell_others: Callable[[str, Typing | None], None] = lambda _id, _typing: None
        """Passes news on to other desks. It neither waits nor raises."""
        self.closed = False
        """True once the desk is stopping: long waits end so that it can."""

    @contextlib.contextmanager
    def watch(self, conversation_id: str) -> Iterator[Watch]:
        """Subscribe to a conversation for the length of the block."""
        watch = Watch()
        self._watches[conversation_id].add(watch)
        try:
            yield watch
        finally:
            self._watches[conversation_id].discard(watch)
            if not self._watches[conversation_id]:
                del self._watches[conversation_id]
                self._seen.pop(conversation_id, None)
                self._forget_typing(conversation_id)

    @contextlib.contextmanager
    def watch_any(self) -> Iterator[Watch]:
        """Subscribe to every conversation and hand-over, for the inbox's queue."""
        watch = Watch()
        self._any.add(watch)
        try:
            yield watch
        finally:
            self._any.discard(watch)

    async def wait_any(self, timeout: float) -> bool:
        """Wait for news of any conversation or hand-over. Gives whether there was any.

        News between two calls is missed: a reader that loops uses `watch_any`.
        """
        with self.watch_any() as watch:
            return await watch.wait(timeout)

    def notify(self, conversation_id: str) -> None:
        """Wake the readers of a conversation, and those of the queue: something was stored."""
        self.hear(conversation_id)
        self.tell_others(conversation_id, None)

    def typing(self, conversation_id: str, typing: Typing) -> None:
        """Tell the readers of a conversation that somebody began or stopped writing."""
        self.hear(conversation_id, typing)
        self.tell_others(conversation_id, typing)

    def hear(self, conversation_id: str, typing: Typing | None = None) -> None:
        """Tell this process's readers what this desk or another one has to say."""
        if typing is None:
            self._wake(self._watches.get(conversation_id, ()))
            self._wake(self._any)
        elif conversation_id in self._watches:
            self._told[conversation_id, typing.sender] = self._clock()
            self._tell(conversation_id, typing)

    def watching(self, conversation_id: str) -> int:
        """Give how many readers wait on a conversation."""
        return len(self._watches.get(conversation_id, ()))

    def total(self) -> int:
        """Give how many readers wait on conversations in this process."""
        return sum(map(len, self._watches.values()))

    def close(self) -> None:
        """End all waits: the desk is stopping."""
        self.closed = True
        for watches in [*self._watches.values(), self._any]:
            self._wake(watches)

    async def stop(self) -> None:
        """Stop looking, and end all waits."""
        self.close()
        await super().stop()

    async def look(self) -> None:
        """Look once at the database and wake the readers of whatever has changed."""
        watched = list(self._watches)
        async with self._db.read() as session:
            for start in range(0, len(watched), _ASK_AT_ONCE):
                asked = watched[start : start + _ASK_AT_ONCE]
                for row in await session.execute(_LAST, {"ids": asked}):
                    # The first look also wakes: what came before it may be unread.
                    if self._seen.get(row.id) != row.last_seq and row.id in self._watches:
                        self._seen[row.id] = row.last_seq
                        watches = self._watches[row.id]
                        self._wake({w for w in watches if w.has_not_read(row.last_seq)})
                self._hear_typing(asked, await writing(session, asked, now()))
            if not self._any:
                return
            state = (
                tuple((await session.execute(_HANDOVERS)).one()),
                tuple((await session.execute(_OPEN_TALK)).one()),
            )
        if state != self._seen_any:
            self._seen_any = state
            self._wake(self._any)

    def _hear_typing(self, asked: list[str], found: set[tuple[str, Writer]]) -> None:
        """Pass on who writes by the record: again at each look while they do, once when no more.

        Again, since each reader lets a notice end by itself, and may have come after the last one.
        """
        about = set(asked)
        before = {key for key in self._writing if key[0] in about}
        for conversation_id, sender in before | found:
            told = self._told.get((conversation_id, sender))
            if told is None or self._clock() - told >= TOLD_HOLDS:
                typing = (conversation_id, sender) in found
                self._tell(conversation_id, Typing(sender, typing))
        self._writing = self._writing - before | {key for key in found if key[0] in self._watches}

    def _forget_typing(self, conversation_id: str) -> None:
        self._writing = {key for key in self._writing if key[0] != conversation_id}
        for key in [key for key in self._told if key[0] == conversation_id]:
            del self._told[key]

    def _tell(self, conversation_id: str, typing: Typing) -> None:
        for watch in list(self._watches.get(conversation_id, ())):
            watch.wake(typing)

    @staticmethod
    def _wake(watches: "set[Watch] | tuple[()]") -> None:
        for watch in list(watches):
            watch.wake()


_CONVERSATIONS = table(Conversation)
_LAST = select(_CONVERSATIONS.c.id, _CONVERSATIONS.c.last_seq).where(
    _CONVERSATIONS.c.id.in_(bindparam("ids", expanding=True))
)
_HANDOVERS = select(
    func.max(Handover.id),
    func.max(Handover.acknowledged_at),
    func.max(Handover.taken_at),
    func.max(Handover.resolved_at),
    func.count(Handover.taken_at),
    select(func.max(HandoverTrigger.id)).scalar_subquery(),
    select(func.max(EscalationStep.id)).scalar_subquery(),
)
_OPEN_TALK = (
    select(func.count(Handover.id), func.sum(Conversation.last_seq))
    .join(Conversation, Conversation.id == Handover.conversation_id)
    .where(Handover.state != "resolved")
)
