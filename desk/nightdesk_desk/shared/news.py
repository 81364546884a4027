"""News between desks: what one has written wakes the readers of the others at once.

Sent over Redis' channels, which keep nothing: a conversation's id, or that somebody writes in it,
never a word. What is lost there is seen by each desk's own look at the database.
"""

import asyncio
import secrets
from collections.abc import Callable, Iterator
from typing import Any

from nightdesk_desk.ending import ended
from nightdesk_desk.looking import surviving
from nightdesk_desk.shared.link import RedisLink
from nightdesk_desk.wakeups import Typing

CHANNEL = "nightdesk:news"

MOST_WAITING = 5_000
"""Pieces of news that wait to be sent; what is more is left to the looks at the database."""

AT_ONCE = 200
"""Pieces of news in one message."""

Hear = Callable[[str, Typing | None], None]


class SharedNews:
    """Tells the other desks, and hears them."""

    def __init__(self, link: RedisLink, hear: Hear) -> None:
        """Take the link, whose looks try the way there and back, and what is told of the news."""
        self._link = link
        self._hear = hear
        self._me = secrets.token_hex(8)
        self._waiting: dict[tuple[str, str], Typing | None] = {}
        self._any_waiting = asyncio.Event()
        self._beat = asyncio.Event()
        self._telling: asyncio.Task[None] | None = None
        self._listening: asyncio.Task[None] | None = None
        link.checks.append(self._check)

    async def start(self) -> None:
        """Begin to tell; a look of the link begins to listen."""
        self._telling = asyncio.create_task(self._tell_again_and_again())

    async def stop(self) -> None:
        """Tell and listen no more."""
        await ended([self._telling, self._listening])
        self._telling = self._listening = None

    def tell(self, conversation_id: str, typing: Typing | None = None) -> None:
        """Tell the other desks: at once, and without waiting. While Redis is away, do nothing."""
        if not self._link.there or len(self._waiting) >= MOST_WAITING:
            return
        # Of many pieces of one kind the last says it all.
        self._waiting[conversation_id, typing.sender if typing else ""] = typing
        self._any_waiting.set()

    async def _tell_again_and_again(self) -> None:
        while True:
            await self._any_waiting.wait()
            some = list(self._waiting.items())[:AT_ONCE]
            for key, _ in some:
                del self._waiting[key]
            if not self._waiting:
                self._any_waiting.clear()
            lines = [line(conversation_id, typing) for (conversation_id, _), typing in some]
            await self._link.ask(lambda lines=lines: self._publish(*lines))  # type: ignore[misc]

    async def _publish(self, *lines: str) -> None:
        await self._link.client.publish(CHANNEL, "\n".join([self._me, *lines]))

    async def _subscribed(self) -> Any:
        pubsub: Any = self._link.client.pubsub()
        try:
            await pubsub.subscribe(CHANNEL)
            # Until Redis says so, what is sent over another connection may be quicker.
            await pubsub.get_message(timeout=None)
        except BaseException:
            await pubsub.aclose()
            raise
        return pubsub

    async def _listen(self, pubsub: Any) -> None:
        try:
            async for message in pubsub.listen():
                if message["type"] == "message":
                    self._take(message["data"])
        except Exception:
            self._link.failed()
        finally:
            with surviving("closing the connection for news failed"):
                await pubsub.aclose()

    def _take(self, data: bytes) -> None:
        sender, *lines = data.decode("utf-8", "replace").split("\n")
        if sender == self._me:
            # It came back: the way is open.
            self._beat.set()
            return
        for conversation_id, typing in read_lines(lines):
            self._hear(conversation_id, typing)

    async def _check(self) -> None:
        try:
            if self._listening is None or self._listening.done():
                self._listening = asyncio.create_task(self._listen(await self._subscribed()))
            self._beat.clear()
            await self._publish()
            await self._beat.wait()
        except BaseException:
            # A connection that has gone silent stays silent: the next look makes another.
            listening, self._listening = self._listening, None
            if listening is not None:
                listening.cancel()
            raise


def line(conversation_id: str, typing: Typing | None) -> str:
    """Give one piece of news as it is sent."""
    return f"{conversation_id} {typing.sender} {int(typing.typing)}" if typing else conversation_id


def read_lines(lines: list[str]) -> Iterator[tuple[str, Typing | None]]:
    """Give the pieces of news in what was sent; what is none of them is passed over."""
    for text in lines:
        match text.split(" "):
            case [conversation_id]:
                yield conversation_id, None
            case [conversation_id, ("visitor" | "bot" | "staff") as sender, ("0" | "1") as typing]:
                yield conversation_id, Typing(sender, typing == "1")
