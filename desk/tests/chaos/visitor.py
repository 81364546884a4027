"""A visitor: what they say when, how patient they are, when they close the page and return."""

import asyncio
import time
from random import Random

from chaos.plain import Screen
from chaos.said import Sentences, Turn
from chaos.widget import Widget

PATIENCE = (2.0, 6.0)
"""Seconds until a person presses "try again"."""
BETWEEN_PIECES = (0.2, 1.0)
LEAVES = 0.08
"""How often a turn is followed by closing the page."""
AWAY = (1.0, 12.0)
WAITS_FROM = 3
"""Who sees so many messages not delivered writes no more for now."""
STAYS_IN_CRISIS = 15.0
"""Who has just written of a crisis looks at the screen: what is judged is what stands there."""


class Visitor:
    """One visitor, who talks until told to stop and stays until all is delivered."""

    def __init__(
        self, number: int, url: str, seed: int, sentences: Sentences, think: float
    ) -> None:
        self._random = Random(f"{seed} visitor {number}")
        self.screen = Screen(f"visitor {number}")
        self.widget = Widget(url, self.screen, self._random)
        self._sentences = sentences
        self._think = think
        self._last_crisis = -STAYS_IN_CRISIS

    async def live(self, starts_within: float, talks_until: float) -> None:
        """Come within so many seconds, and talk until that moment of the monotonic clock."""
        await asyncio.sleep(self._random.uniform(0, starts_within))
        self.widget.open()
        presses = asyncio.create_task(self._press_again())
        try:
            while time.monotonic() < talks_until:
                if len(self.widget.undelivered) >= WAITS_FROM:
                    await asyncio.sleep(1)
                    continue
                await self._say(self._sentences.next_turn(self._random))
                if self._random.random() < LEAVES and not self._in_crisis():
                    await self._come_back()
                pause = self._random.expovariate(1 / self._think)
                # Who thinks when the talk ends is done, too: with many visitors pauses are long.
                await asyncio.sleep(min(pause, max(0.0, talks_until - time.monotonic())))
            while self.widget.undelivered:
                await asyncio.sleep(0.5)
        finally:
            presses.cancel()

    async def leave(self) -> None:
        """Close the page for good."""
        await self.widget.close()

    async def _say(self, turn: Turn) -> None:
        for number, text in enumerate(turn.texts, 1):
            # In pieces it is all said with the last one.
            whole = number == len(turn.texts)
            self.widget.press(text, turn.kind if whole else "piece")
            if not whole:
                await asyncio.sleep(self._random.uniform(*BETWEEN_PIECES))
        if turn.kind == "crisis":
            self._last_crisis = time.monotonic()

    async def _come_back(self) -> None:
        began = time.monotonic()
        await self.widget.close()
        await asyncio.sleep(self._random.uniform(*AWAY))
        self.widget.open()
        self.screen.away.append((began, time.monotonic()))

    async def _press_again(self) -> None:
        while True:
            await asyncio.sleep(0.2)
            if self.widget.has_failed:
                await asyncio.sleep(self._random.uniform(*PATIENCE))
                self.widget.retry()

    def _in_crisis(self) -> bool:
        waits = any(sent.kind == "crisis" for sent in self.widget.undelivered)
        return waits or time.monotonic() - self._last_crisis < STAYS_IN_CRISIS
