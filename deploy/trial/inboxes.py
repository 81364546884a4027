"""Two members of staff, each with an open inbox at another desk: what one does the other sees."""

import asyncio
import contextlib
import re
import time
from collections.abc import AsyncIterator

import httpx

from deploy.trial.talking import Visitor
from nightdesk.run.progress import StepFailed

PASSWORD = "quiet harbour at dawn 7"
ASKS = "Can I talk to a person please?"
SEEN_WITHIN = 15.0


class Inbox:
    """A queue that is open at one desk."""

    def __init__(self, desk: str) -> None:
        self.http = httpx.AsyncClient(base_url=desk, timeout=30)
        self._news = asyncio.Event()
        self._follows: asyncio.Task[None] | None = None

    async def sign_in(self, username: str) -> None:
        """Sign in and open the queue's stream. Raises StepFailed."""
        form = {"username": username, "password": PASSWORD, "next": "/inbox"}
        token = _csrf((await self.http.get("/inbox/login")).text)
        answer = await self.http.post("/inbox/login", data=form | token)
        if answer.status_code != 303:
            raise StepFailed(f"Signing in was answered with {answer.status_code}")
        self._follows = asyncio.create_task(self._follow())

    async def sees(self, words: str) -> float:
        """Give the seconds until the queue shows `words`, looked at when the stream has news."""
        began = time.monotonic()
        while time.monotonic() - began < SEEN_WITHIN:
            self._news.clear()
            if words in (await self.http.get("/inbox/queue")).text:
                return time.monotonic() - began
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._news.wait(), SEEN_WITHIN)
        raise StepFailed(f"An inbox did not show it within {SEEN_WITHIN:.0f} s")

    async def act(self, conversation: str, act: str) -> None:
        """Acknowledge, take, release or resolve. Raises StepFailed."""
        token = _csrf((await self.http.get("/inbox")).text)
        answer = await self.http.post(f"/inbox/conversations/{conversation}/{act}", data=token)
        if answer.status_code != 303:
            raise StepFailed(f"{act} was answered with {answer.status_code}")

    async def close(self) -> None:
        """Leave."""
        if self._follows:
            self._follows.cancel()
        await self.http.aclose()

    async def _follow(self) -> None:
        async for kind in _stream(self.http, "/inbox/stream"):
            if kind == "changed":
                self._news.set()


async def between_desks(desks: tuple[str, ...], visitor: Visitor) -> dict[str, float]:
    """Give how many seconds news took from one desk's inbox to the other's.

    The visitor writes at the first desk; a hand-over shows in both queues; it is taken at the
    second, and the first shows by whom. Raises StepFailed.
    """
    one, two = Inbox(desks[0]), Inbox(desks[1])
    try:
        await one.sign_in("ada")
        await two.sign_in("ben")
        await visitor.begin()
        await visitor.say(ASKS, 0)
        opened = await asyncio.gather(one.sees(visitor.id), two.sees(visitor.id))
        shown = asyncio.create_task(one.sees("With <strong>Ben</strong>"))
        await two.act(visitor.id, "take")
        return {"opened": max(opened), "taken": await shown}
    finally:
        await one.close()
        await two.close()


async def first_event(client: httpx.AsyncClient, visitor: Visitor) -> float:
    """Give the seconds until a stream through the proxy brings a message that was just sent.

    Raises StepFailed.
    """
    path = f"/api/conversations/{visitor.id}/stream"
    began = time.monotonic()

    async def read() -> None:
        async with client.stream("GET", path, headers=visitor.headers) as answer:
            sent = asyncio.create_task(visitor.say("How long is a session?", 0))
            async for line in answer.aiter_lines():
                if line.startswith("data:") and "How long is a session?" in line:
                    await sent
                    return

    try:
        await asyncio.wait_for(read(), SEEN_WITHIN)
    except asyncio.TimeoutError:
        raise StepFailed("A stream through the proxy brought nothing") from None
    return time.monotonic() - began


async def _stream(http: httpx.AsyncClient, path: str) -> AsyncIterator[str]:
    async with http.stream("GET", path, timeout=None) as answer:
        kind = ""
        async for line in answer.aiter_lines():
            if line.startswith("event:"):
                kind = line.partition(":")[2].strip()
            elif not line and kind:
                yield kind
                kind = ""


def _csrf(page: str) -> dict[str, str]:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    if not found:
        raise StepFailed("A page of the inbox has no form")
    return {"csrf_token": found[1]}
