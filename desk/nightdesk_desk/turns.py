"""A visitor's turn: from the stored messages to their recorded answer or hand-over.

One turn at a time in a conversation, any number of conversations at once. Where another desk has
the turn of an earlier message, the next one waits for it for a moment. A turn answers one
message, or the few short ones that make up one question (see `bursts`). A message is answered
exactly once: the transaction that records the answer also flips `answered` of every message of the
turn, and records nothing when another turn (another process, an earlier try) was quicker with any
of them; what is left then has a turn of its own. Whatever fails ends at a person; what cannot be
recorded now stays unanswered in the log and is taken up again.
"""

import asyncio
import contextlib
import logging
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

from nightdesk_contract.outcome import BOT_UNAVAILABLE, BotReply, turn_outcome
from nightdesk_contract.pieces import MOST_PIECES, earlier_pieces
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk import handovers, held, log
from nightdesk_desk.answer_by import seconds_for_bot
from nightdesk_desk.answers import Answers
from nightdesk_desk.asking import ask_surely
from nightdesk_desk.bursts import (
    MOST_MESSAGES,
    PACE,
    Burst,
    Pace,
    burst_of,
    safety_by_message,
    seconds_to_wait,
)
from nightdesk_desk.db import Database
from nightdesk_desk.decide import Decision, SystemTexts, decide
from nightdesk_desk.ending import ended
from nightdesk_desk.expected_wait import ExpectedWaits
from nightdesk_desk.handovers import Opened
from nightdesk_desk.metrics import Metrics
from nightdesk_desk.models import now
from nightdesk_desk.privacy.keys import UNREADABLE
from nightdesk_desk.rasa import Rasa
from nightdesk_desk.situation import answer_not_given, read_situation
from nightdesk_desk.waiting import Waiting, mark_answered, unanswered, waiting_around
from nightdesk_desk.wakeups import Typing, Wakeups, Watch
from nightdesk_desk.words import Words

RETRY_SECONDS = (0.1, 0.3, 1.0, 2.0)
"""Pauses between tries to record a turn; after the last one the sweep takes the message up."""
TRIES_AS_DECIDED = 3
"""After so many failures the answer itself may be what cannot be stored: record a hand-over."""
OTHERS_WITHIN = 3.0
"""Seconds that a turn waits for another desk's in its conversation. Longer than nearly every turn
takes; with that desk dead and a crisis in the next message, most of ten seconds are left."""
SWEEP_EVERY = 5.0
"""Seconds between looks for messages that were left unanswered."""

logger = logging.getLogger(__name__)


class Overtaken(Exception):
    """Another turn has answered one of the messages: this one must store nothing."""


class Recorded(NamedTuple):
    """What a turn recorded, the hand-over that it opened or raised, and whether it held a reply.

    `held` is false also when a reply was held already and this turn's was put to it.
    """

    decision: Decision
    opened: Opened | None
    held: bool = False


class _Look(NamedTuple):
    """What was found before asking: what waits, the burst, and the seconds to wait for more.

    With nothing left to wait for also the visitor's short messages before, and whether the answer
    before did not reach anybody.
    """

    waiting: Waiting
    burst: Burst
    left: float
    earlier: Sequence[str] = ()
    not_given: bool = False


class Turns:
    """All turns of this process."""

    def __init__(
        self,
        db: Database,
        rasa: Rasa,
        wakeups: Wakeups,
        words: Words,
        answers: Answers,
        metrics: Metrics,
        pace: Pace = PACE,
        sweep_every: float = SWEEP_EVERY,
        note_turn: Callable[[bool], None] = lambda _answered: None,
    ) -> None:
        self._db = db
        self._rasa = rasa
        self._wakeups = wakeups
        self._words = words
        self._answers = answers
        self._waits = ExpectedWaits(db, lambda: words.clinic)
        self._metrics = metrics
        self._pace = pace
        self._sweep_every = sweep_every
        self._note_turn = note_turn
        self._queues: dict[str, deque[int]] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        # What this process could not record: nobody else has it under way.
        self._left: set[tuple[str, int]] = set()
        self._sweeper: asyncio.Task[None] | None = None

    def enqueue(self, conversation_id: str, seq: int) -> None:
        """Give a stored message its turn, after the conversation's earlier ones; do not wait."""
        queue = self._queues.setdefault(conversation_id, deque())
        if seq not in queue:
            queue.append(seq)
        if conversation_id not in self._tasks:
            self._tasks[conversation_id] = asyncio.create_task(self._run(conversation_id))

    async def start(self) -> None:
        """Take up every message that an earlier process left unanswered, and keep looking."""
        try:
            await self.sweep(older_than=0.0)
        except Exception as error:
            logger.warning("looking for unanswered messages failed: %s", type(error).__name__)
        self._sweeper = asyncio.create_task(self._sweep_again_and_again())

    async def stop(self) -> None:
        """Stop. Turns under way are dropped; their messages stay unanswered for the next start."""
        await ended([*self._tasks.values(), self._sweeper])
        # One that was cut off before it began has not taken itself out.
        self._tasks.clear()
        self._queues.clear()

    async def sweep(self, older_than: float) -> int:
        """Take up unanswered messages stored more than `older_than` seconds ago. Gives how many.

        What this process itself had to leave is taken up however old it is.
        """
        before = now() - timedelta(seconds=older_than)
        async with self._db.read() as session:
            waiting = await unanswered(session, None if self._left else before)
            old = set(await unanswered(session, before)) if self._left else set(waiting)
        mine, self._left = self._left, set()
        left = [
            (cid, seq)
            for cid, seq in waiting
            if (cid, seq) in mine or ((cid, seq) in old and cid not in self._tasks)
        ]
        for conversation_id, seq in left:
            self.enqueue(conversation_id, seq)
        return len(left)

    async def idle(self) -> None:
        """Wait until no turn is under way."""
        while self._tasks:
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _sweep_again_and_again(self) -> None:
        while True:
            await asyncio.sleep(self._sweep_every)
            try:
                await self.sweep(self._turn_takes())
            except Exception as error:
                logger.warning("looking for unanswered messages failed: %s", type(error).__name__)

    def _turn_takes(self) -> float:
        # Longer than two turns of another desk process may take: those are under way, not left.
        return 2 * (self._pace.longest + self._rasa.deadline) + sum(RETRY_SECONDS)

    async def _run(self, conversation_id: str) -> None:
        queue = self._queues[conversation_id]
        done: set[int] = set()
        try:
            while queue:
                # The number stays in the queue until it is done, so that it is not queued twice.
                try:
                    await self._turn(conversation_id, queue[0], done)
                except Exception as error:
                    logger.error("a turn was left unanswered: %s", type(error).__name__)
                    self._left.add((conversation_id, queue[0]))
                done.add(queue.popleft())
        finally:
            self._tasks.pop(conversation_id, None)
            self._queues.pop(conversation_id, None)

    async def _turn(self, conversation_id: str, seq: int, done: Set[int]) -> None:
        """Answer a message with the others of its burst, unless it has been answered.

        `done` are those whose turn this desk has had: one of them that waits still has failed.
        """
        left: list[int] = []
        # Both a new message and a person who takes the conversation end the wait for more.
        with self._wakeups.watch(conversation_id) as news:
            patience = time.monotonic() + self._pace.longest
            look = await self._look(conversation_id, seq, patience)
            if look is None:
                return
            with self._typing(conversation_id, shown=look.waiting.state == "bot"):
                if self._under_way(look.waiting, done):
                    left = await self._left_by_others(conversation_id, seq, done, news)
                    patience = time.monotonic() + self._pace.longest
                    look = await self._look(conversation_id, seq, patience)
                while look is not None:
                    if look.left > 0:
                        await news.wait(look.left)
                    elif await self._answered(conversation_id, look):
                        break
                    else:
                        patience = time.monotonic() + self._pace.longest
                    look = await self._look(conversation_id, seq, patience)
        for message in left:
            # That desk may have died; of two that answer, one is overtaken.
            self.enqueue(conversation_id, message)
        self._wakeups.notify(conversation_id)

    def _under_way(self, waiting: Waiting | None, done: Set[int]) -> list[int]:
        """Give what waits from before the message and may be another desk's turn just now."""
        # What waits for longer than a turn takes is not under way: the sweep's affair.
        since = now() - timedelta(seconds=self._turn_takes())
        earlier = waiting.earlier if waiting else ()
        return [each.seq for each in earlier if each.seq not in done and each.at > since]

    async def _left_by_others(
        self, conversation_id: str, seq: int, done: Set[int], news: Watch
    ) -> list[int]:
        """Wait for other desks' turns of messages before `seq`; give those that still wait then.

        Without it, answers would come out of order, and Rasa would hear what was said later first.
        """
        until = time.monotonic() + OTHERS_WITHIN
        while True:
            async with self._db.read() as session:
                waiting = await waiting_around(session, conversation_id, seq, MOST_MESSAGES)
            earlier = self._under_way(waiting, done)
            left = until - time.monotonic()
            if not earlier or left <= 0:
                return earlier
            await news.wait(left)

    async def _answered(self, conversation_id: str, look: _Look) -> bool:
        """Ask for a whole burst and record what is said. Gives false when somebody was quicker.

        Somebody answered a part of it then; whatever is left is to be asked anew.
        """
        began = time.perf_counter()
        replies = await self._ask(conversation_id, look)
        try:
            recorded = await self._record_surely(conversation_id, look.burst, replies)
        except Overtaken:
            return False
        self._count(recorded, time.perf_counter() - began)
        return True

    async def _look(self, conversation_id: str, seq: int, patience: float) -> _Look | None:
        """Look at what waits around a message; None when it needs no turn.

        All that a turn reads before it asks is read at once, in one transaction.
        """
        async with self._db.read() as session:
            waiting = await waiting_around(session, conversation_id, seq, MOST_MESSAGES)
            if waiting is None:
                return None
            burst = burst_of(waiting, seq, self._words.person_buttons(), self._pace)
            left = seconds_to_wait(burst, self._pace, now())
            left = min(left, patience - time.monotonic())
            if left > 0:
                return _Look(waiting, burst, left)
            earlier, not_given = await self._before(session, conversation_id, burst)
            return _Look(waiting, burst, 0.0, earlier, not_given)

    async def _ask(self, conversation_id: str, look: _Look) -> list[BotReply] | None:
        if any(message.text == UNREADABLE for message in look.burst.messages):
            # Nobody can judge what its key is missing for: a person must see to it.
            return None
        age = (now() - look.burst.messages[0].at).total_seconds()
        replies = await ask_surely(
            self._rasa,
            self._metrics,
            conversation_id,
            look.burst.text,
            look.earlier,
            look.not_given,
            seconds_for_bot(age, self._rasa.deadline),
        )
        failed = not replies or turn_outcome(replies).outcome == BOT_UNAVAILABLE
        self._note_turn(not failed)
        return replies

    async def _before(
        self, session: AsyncSession, conversation_id: str, burst: Burst
    ) -> tuple[list[str], bool]:
        """Give the short messages before, and whether the answer before did not reach anybody."""
        first = burst.messages[0]
        if first.seq <= log.FIRST:
            return [], False
        try:
            said = await log.visitor_said(session, conversation_id, first.seq, MOST_PIECES)
            not_given = await answer_not_given(session, conversation_id, first.seq)
        except Exception as error:
            # It only adds to what is judged: the message itself must be answered all the same.
            logger.warning("earlier messages could not be read: %s", type(error).__name__)
            return [], False
        return earlier_pieces(said, first.at), not_given

    async def _record_surely(
        self, conversation_id: str, burst: Burst, replies: list[BotReply] | None
    ) -> Recorded:
        """Record the turn, trying again when that fails.

        Raises Overtaken at once, and whatever else after the last try.
        """
        for tried in range(len(RETRY_SECONDS) + 1):
            as_decided = tried < TRIES_AS_DECIDED
            try:
                texts = (
                    self._words.system_texts(waits=await self._waits.now())
                    if as_decided
                    else self._words.system_texts_without_hours()
                )
                waits = self._words.clinic.staff_answer_seconds
                usable = self._answers.served(replies) if replies and as_decided else None
                async with self._db.write() as session:
                    return await record(session, conversation_id, burst, usable, texts, waits)
            except Overtaken:
                raise
            except Exception as error:
                if tried == len(RETRY_SECONDS):
                    raise
                self._metrics.write_retries.inc()
                logger.warning("recording a turn failed, trying again: %s", type(error).__name__)
                await asyncio.sleep(RETRY_SECONDS[tried])
        raise AssertionError("unreachable")

    @contextlib.contextmanager
    def _typing(self, conversation_id: str, *, shown: bool) -> Iterator[None]:
        if shown:
            self._wakeups.typing(conversation_id, Typing("bot", True))
        try:
            yield
        finally:
            if shown:
                self._wakeups.typing(conversation_id, Typing("bot", False))

    def _count(self, recorded: Recorded, seconds: float) -> None:
        decision, opened, newly_held = recorded
        self._metrics.turns.labels(decision.result).inc()
        self._metrics.turn_seconds.observe(seconds)
        self._metrics.count_said(decision.events)
        if newly_held:
            self._metrics.held_replies.labels("held").inc()
        if opened is not None and opened.new and decision.call is not None:
            self._metrics.handovers.labels(decision.call.reason, opened.level).inc()


async def record(
    session: AsyncSession,
    conversation_id: str,
    burst: Burst,
    replies: Sequence[BotReply] | None,
    texts: SystemTexts,
    waits: Mapping[str, int],
) -> Recorded:
    """Record one turn in the session's transaction: events, hand-over, held reply, `answered`.

    `waits` are the seconds that staff who have the chat get to answer a crisis, by level.
    Raises Overtaken when one of the burst's messages has been answered already: the caller's
    transaction must then be rolled back, as any exception does.
    """
    row = await log.held_cursor(session, conversation_id)
    last = burst.messages[-1].seq
    situation = await read_situation(session, conversation_id, row, last, texts.buttons)
    decision = decide(replies, situation, texts, burst.text)
    seen = safety_by_message(burst.messages, decision.safety) if decision.safety else {}
    for message in burst.messages:
        if not await mark_answered(session, conversation_id, message.seq, seen.get(message.seq)):
            raise Overtaken
    answers = [message.seq for message in burst.messages]
    said = [replace(event, answers=answers) for event in decision.events]
    await log.append(session, conversation_id, said)
    if decision.call is None:
        return Recorded(decision, None)
    # Staff are led to the words: to the last that fired, for with them it was all said.
    trigger = max(seen, default=last)
    call = replace(decision.call, safety=seen.get(trigger, decision.call.safety))
    opened = await handovers.open_or_raise(session, conversation_id, trigger, call)
    newly_held = decision.held is not None and await held.keep(
        session, conversation_id, decision.held, trigger, waits
    )
    return Recorded(decision, opened, newly_held)
