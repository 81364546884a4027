"""Visitors over real HTTP: of Nightdesk through the desk's API and stream, of Rasa through REST.

Both kinds take the same visitors and give the same rows. What is measured begins when a message was
due, not when it was sent: a generator that is behind would else hide that.
"""

import asyncio
import json
import time
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any, Protocol

import aiohttp

from bench.load.arrivals import Line, Visitor
from bench.load.figures import Sent

ANSWERS_WITHIN = 10.0
"""Seconds after the last message until which an answer counts as come."""

CONNECTION_IDLE = 3.0
"""Seconds that a connection is kept for the next message: less than the servers' five."""

UNAVAILABLE = "handover:bot_unavailable"


class Visit(Protocol):
    """What one visitor does, from their first message until the answer to the last."""

    def __call__(
        self, session: aiohttp.ClientSession, url: str, visitor: Visitor, began: float
    ) -> Coroutine[Any, Any, list[Sent]]:
        """Send the visitor's messages when they are due; give what became of each."""
        ...


async def run(visit: Visit, urls: Sequence[str], visitors: Sequence[Visitor]) -> list[Sent]:
    """Let all visitors come, each to one of `urls` in turn. Gives what became of every message."""
    connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=CONNECTION_IDLE)
    no_limit = aiohttp.ClientTimeout(total=None)
    async with aiohttp.ClientSession(connector=connector, timeout=no_limit) as session:
        began = time.monotonic()
        tasks: list[asyncio.Task[list[Sent]]] = []
        for visitor in visitors:
            await _until(began + visitor.lines[0].due)
            url = urls[visitor.number % len(urls)]
            tasks.append(asyncio.create_task(visit(session, url, visitor, began)))
        found = await asyncio.gather(*tasks)
    return [row for rows in found for row in rows]


async def visit_stock(
    session: aiohttp.ClientSession, url: str, visitor: Visitor, began: float
) -> list[Sent]:
    """Talk to Rasa's REST channel, each message when it is due.

    An empty list counts as an answer: it is what a stock Rasa says to what it does not understand.
    """
    sender = f"visitor-{began:.6f}-{visitor.number}"

    async def send(due: float, text: str) -> Sent:
        await _until(began + due)
        body = {"sender": sender, "message": text}
        replies = await _post(session, f"{url}/webhooks/rest/webhook", body, {})
        took = time.monotonic() - began - due
        return Sent(due, "lost") if replies is None else Sent(due, "answered", took, took)

    return list(await asyncio.gather(*(send(line.due, line.text) for line in visitor.lines)))


async def visit_desk(
    session: aiohttp.ClientSession, url: str, visitor: Visitor, began: float
) -> list[Sent]:
    """Begin a conversation with the first message, follow its stream, and send the others."""
    lines = visitor.lines
    stored: list[float | None] = [None] * len(lines)
    body = {"messages": {f"line-{visitor.number}-0": lines[0].text}}
    started = await _post(session, f"{url}/api/conversations", body, {})
    if not isinstance(started, dict):
        return [Sent(line.due, "lost") for line in lines]
    stored[0] = time.monotonic() - began - lines[0].due
    headers = {"Authorization": f"Bearer {started['token']}"}
    place = f"{url}/api/conversations/{started['conversation_id']}"

    async def send(index: int) -> None:
        await _until(began + lines[index].due)
        key = {"Idempotency-Key": f"line-{visitor.number}-{index}"}
        message = {"text": lines[index].text}
        if await _post(session, f"{place}/messages", message, headers | key) is not None:
            stored[index] = time.monotonic() - began - lines[index].due

    answers = Answers()
    stream = asyncio.create_task(_follow(session, f"{place}/stream", headers, answers, len(lines)))
    await asyncio.gather(*(send(index) for index in range(1, len(lines))))
    await asyncio.wait([stream], timeout=began + lines[-1].due + ANSWERS_WITHIN - time.monotonic())
    stream.cancel()
    await asyncio.gather(stream, return_exceptions=True)
    return answers.of(lines, stored, began)


class Answers:
    """The answers that a visitor's stream has shown, in their order."""

    def __init__(self) -> None:
        self._at: list[str] = []
        self._shown: list[tuple[float, bool]] = []

    def __len__(self) -> int:
        return len(self._shown)

    def see(self, event: Mapping[str, Any], now: float) -> None:
        """Take in an event. What is recorded at one moment is one turn, and one answer."""
        failed = event["outcome"] == UNAVAILABLE
        if (event["from"] == "bot" or failed) and event["at"] not in self._at[-1:]:
            self._at.append(event["at"])
            self._shown.append((now, failed))

    def of(self, lines: Sequence[Line], stored: Sequence[float | None], began: float) -> list[Sent]:
        """Give what became of each message: a conversation is answered in its order."""
        rows = []
        for index, line in enumerate(lines):
            if stored[index] is None or index >= len(self._shown):
                rows.append(Sent(line.due, "lost", stored[index]))
                continue
            at, failed = self._shown[index]
            shown = at - began - line.due
            rows.append(Sent(line.due, "failed" if failed else "answered", stored[index], shown))
        return rows


async def _follow(
    session: aiohttp.ClientSession,
    url: str,
    headers: Mapping[str, str],
    answers: Answers,
    wanted: int,
) -> None:
    """Read a conversation's stream until so many answers have come."""
    async with session.get(url, headers=headers) as said:
        async for raw in said.content:
            if raw.startswith(b"data: ") and b'"seq"' in raw:
                answers.see(json.loads(raw[6:]), time.monotonic())
                if len(answers) >= wanted:
                    return


async def _post(
    session: aiohttp.ClientSession, url: str, body: object, headers: Mapping[str, str]
) -> Any:
    """Give what was answered with 2xx, or None."""

    async def send() -> Any:
        async with session.post(url, json=body, headers=headers) as said:
            return await said.json() if said.status < 300 else None

    try:
        return await asyncio.wait_for(send(), ANSWERS_WITHIN)
    except (aiohttp.ClientError, asyncio.TimeoutError, ValueError):
        return None


async def _until(moment: float) -> None:
    left = moment - time.monotonic()
    if left > 0:
        await asyncio.sleep(left)
