"""Judges what comes over a limit, so that no limit drops a message that may be a crisis.

Texts of one conversation that wait are judged together, one judgement at a time; few judgements run
at once in the process. So a flood slows its own answers down and costs the bot little, while the
time and the memory that it takes have a bound.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple

from nightdesk_contract.door import MAX_CHARS

from nightdesk_desk.ending import ended
from nightdesk_desk.form_words import SEPARATOR, Verdict

AT_ONCE = 2
"""Judgements under way in this process: others' turns wait behind so many at most."""
MOST_CHARS = 8 * MAX_CHARS
"""Characters of one conversation that wait to be judged."""
MOST_TEXTS = 500
"""Texts of all conversations that wait to be judged."""
WITHIN = 8.0
"""Seconds after which a text counts as not judged: the widget waits 10 s for an answer."""

Judge = Callable[[str, str], Awaitable[Verdict]]
"""Gives the verdict on a text of a conversation, by its id."""


class Screened(NamedTuple):
    """The verdict on a text, and the judgement that it came from: the same for texts that are a
    crisis only together."""

    verdict: Verdict
    group: object


@dataclass(eq=False)
class _Waiting:
    text: str
    found: asyncio.Future[Screened]


@dataclass
class _Lane:
    """The texts of one conversation that wait, in their order."""

    texts: deque[_Waiting] = field(default_factory=deque)
    chars: int = 0
    task: asyncio.Task[None] | None = None


class Screening:
    """All judgements of what came over a limit."""

    def __init__(self, judge: Judge, at_once: int = AT_ONCE, within: float = WITHIN) -> None:
        self._judge = judge
        self._within = within
        self._turns = asyncio.Semaphore(at_once)
        self._lanes: dict[str, _Lane] = {}
        self._count = 0

    async def screen(self, key: str, text: str) -> Screened:
        """Give the verdict on `text` of the conversation `key`; "not_judged" when it takes too long
        or too much waits. A text beside one that is a crisis by itself counts as harmless: whoever
        looks at that one sees to the conversation."""
        lane = self._lanes.get(key) or _Lane()
        if self._count >= MOST_TEXTS or lane.chars + len(text) > MOST_CHARS:
            return Screened("not_judged", object())
        self._lanes[key] = lane
        waiting = _Waiting(text, asyncio.get_running_loop().create_future())
        lane.texts.append(waiting)
        lane.chars += len(text)
        self._count += 1
        if lane.task is None:
            lane.task = asyncio.create_task(self._run(key, lane))
        with suppress(TimeoutError):
            async with asyncio.timeout(self._within):
                return await waiting.found
        return Screened("not_judged", object())

    async def stop(self) -> None:
        """Stop; what waits counts as not judged."""
        await ended(lane.task for lane in self._lanes.values())

    async def _run(self, key: str, lane: _Lane) -> None:
        batch: list[_Waiting] = []
        try:
            while lane.texts:
                async with self._turns:
                    batch = self._take(lane)
                    if batch:
                        await self._settle(key, batch)
        finally:
            for waiting in [*batch, *lane.texts]:
                _tell(waiting, Screened("not_judged", object()))
            self._count -= len(lane.texts)
            del self._lanes[key]

    def _take(self, lane: _Lane) -> list[_Waiting]:
        """Take what is judged together; what nobody waits for any more is left out."""
        batch: list[_Waiting] = []
        size = 0
        while lane.texts and (not batch or size + len(lane.texts[0].text) <= MAX_CHARS):
            waiting = lane.texts.popleft()
            self._count -= 1
            lane.chars -= len(waiting.text)
            if not waiting.found.done():
                batch.append(waiting)
                size += len(waiting.text) + len(SEPARATOR)
        return batch

    async def _settle(self, key: str, batch: list[_Waiting]) -> None:
        verdict = await self._of(key, batch)
        fired = await self._which(key, batch) if verdict == "crisis" else batch
        group = object()
        for waiting in batch:
            of_it = verdict if waiting in fired else "harmless"
            _tell(waiting, Screened(of_it, group))

    async def _which(self, key: str, batch: list[_Waiting]) -> list[_Waiting]:
        """Give the first text that is a crisis by itself, or the fewest that are one together."""
        while len(batch) > 1:
            middle = len(batch) // 2
            for half in (batch[:middle], batch[middle:]):
                if await self._of(key, half) == "crisis":
                    batch = half
                    break
            else:
                break
        return batch

    async def _of(self, key: str, batch: list[_Waiting]) -> Verdict:
        return await self._judge(key, SEPARATOR.join(waiting.text for waiting in batch))


def _tell(waiting: _Waiting, found: Screened) -> None:
    if not waiting.found.done():
        waiting.found.set_result(found)
