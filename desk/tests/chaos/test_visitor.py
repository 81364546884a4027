"""A visitor of the chaos test: how long they stay."""

import asyncio
import time

from chaos.said import Sentences
from chaos.visitor import Visitor

GUARD = 5.0


class Delivers:
    """A widget that has delivered everything at once."""

    has_failed = False

    def __init__(self) -> None:
        self.undelivered: list[str] = []
        self.said: list[str] = []

    def open(self) -> None:
        """Open the page."""

    def press(self, text: str, kind: str) -> None:
        """Send a message."""
        self.said.append(text)

    async def close(self) -> None:
        """Close the page."""


async def test_whoever_thinks_for_long_is_done_when_the_talk_ends() -> None:
    visitor = Visitor(1, "http://127.0.0.1:1", 1, Sentences.load(), think=10_000.0)
    visitor.widget = widget = Delivers()  # type: ignore[assignment]
    async with asyncio.timeout(GUARD):
        await visitor.live(0.0, time.monotonic() + 0.2)
    assert widget.said
