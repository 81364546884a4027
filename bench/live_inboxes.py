"""Open inboxes and visitors, as clients: what the pages do, over real HTTP."""

import asyncio
import contextlib
import random
import re
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from bench.live_desks import PASSWORD
from bench.live_figures import Arrival, Kind, Seat, Sent, arrivals, cases, facts, note, plan
from nightdesk.run.progress import StepFailed

TAKEN_WITHIN = 20.0
LAST_WAIT = 12.0
"""Seconds that the last message has: more than the promise, and than two rounds of asking."""

TEXTS: dict[Kind, str] = {
    "crisis": "I want to die tonight",
    "person": "May I talk to a person please",
    "further": "Are you still there",
}


@dataclass
class Told:
    """What one inbox was told: when each fact first came, and the hand-overs' numbers."""

    seen: dict[str, float] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    opened: int = 0

    def read(self, fragment: str) -> None:
        """Note what a part of a page tells now."""
        at = time.monotonic()
        self.numbers |= cases(fragment)
        for fact in facts(fragment):
            self.seen.setdefault(fact, at)


class Browser:
    """A staff member's browser, signed in; its cookies work at every desk process."""

    def __init__(self, cookies: dict[str, str], csrf: str) -> None:
        self._cookies = cookies
        self._headers = {"HX-Request": "true", "X-CSRF-Token": csrf}

    @classmethod
    async def sign_in(cls, url: str, username: str) -> "Browser":
        """Sign in as the login page does. Raises StepFailed."""
        async with httpx.AsyncClient(base_url=url, timeout=30) as http:
            form = {"username": username, "password": PASSWORD, "next": "/inbox"}
            form["csrf_token"] = _csrf((await http.get("/inbox/login")).text)
            answer = await http.post("/inbox/login", data=form)
            if answer.status_code != 303:
                raise StepFailed(f"Signing in was answered with {answer.status_code}")
            csrf = _csrf((await http.get("/inbox")).text)
            return cls(dict(http.cookies), csrf)

    def client(self, url: str) -> httpx.AsyncClient:
        """Give a tab of this browser at one desk process."""
        return httpx.AsyncClient(
            base_url=url, cookies=self._cookies, headers=self._headers, timeout=30
        )


@dataclass(frozen=True)
class Visitor:
    """A visitor's conversation, and the client that writes in it."""

    http: httpx.AsyncClient
    id: str
    token: str

    @classmethod
    async def begin(cls, http: httpx.AsyncClient) -> "Visitor":
        """Begin a conversation."""
        body = (await http.post("/api/conversations")).raise_for_status().json()
        return cls(http, body["conversation_id"], body["token"])

    async def say(self, text: str) -> float:
        """Send a message. Gives the moment before it was sent."""
        at = time.monotonic()
        answer = await self.http.post(
            f"/api/conversations/{self.id}/messages",
            json={"text": text},
            headers={"Authorization": f"Bearer {self.token}"},
        )
        answer.raise_for_status()
        return at


def _csrf(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    if not found:
        raise StepFailed("A page of the inbox has no form to sign in or out with")
    return found[1]


def _paths(seat: Seat) -> tuple[str, str, str]:
    """Give a page's address, that of the part it asks for again, and its stream's."""
    if seat.chat is None:
        return "/inbox", "/inbox/queue", "/inbox/stream"
    page = f"/inbox/conversations/{seat.chat}"
    return page, f"{page}/live", f"{page}/stream"


async def follow(http: httpx.AsyncClient, seat: Seat, told: Told, ready: asyncio.Event) -> None:
    """Be an open page: at each word of news, ask for its part again; connect again when cut off."""
    page, part, stream = _paths(seat)
    first = await http.get(page)
    digest = re.search(r'/stream\?seen=([^"]*)"', first.text)
    seen = digest[1] if digest else ""
    while True:
        told.opened += 1
        with contextlib.suppress(httpx.HTTPError):
            async for kind, last in _events(http, f"{stream}?seen={seen}", ready):
                seen = last or seen
                if kind == "changed":
                    told.read(await _part(http, part))
        await asyncio.sleep(1)


async def _part(http: httpx.AsyncClient, path: str) -> str:
    return (await http.get(path)).raise_for_status().text


async def _events(
    http: httpx.AsyncClient, path: str, ready: asyncio.Event
) -> AsyncIterator[tuple[str, str]]:
    async with http.stream("GET", path) as answer:
        answer.raise_for_status()
        ready.set()
        kind = last = ""
        async for line in answer.aiter_lines():
            name, _, value = line.partition(": ")
            if name == "event":
                kind = value
            elif name == "id":
                last = value
            elif not line and kind:
                yield kind, last
                kind = last = ""


async def poll(http: httpx.AsyncClient, seat: Seat, told: Told, every: float) -> None:
    """Be the same page without a stream: ask for its part every so many seconds."""
    part = _paths(seat)[1]
    while True:
        began = time.monotonic()
        with contextlib.suppress(httpx.HTTPError):
            told.read(await _part(http, part))
        await asyncio.sleep(max(0.0, every - (time.monotonic() - began)))


@dataclass(frozen=True)
class Measured:
    """What one topology gave: rows of the streams and of the peer, and streams that were cut."""

    streams: list[Arrival]
    polls: list[Arrival]
    cut: int


async def measure(
    urls: Sequence[str],
    usernames: Sequence[str],
    inboxes: int,
    messages: int,
    every: float,
    chance: random.Random,
) -> Measured:
    """Open the inboxes, send the messages, and give when each was shown where."""
    async with contextlib.AsyncExitStack() as stack:
        browsers = [
            await Browser.sign_in(urls[i % len(urls)], name) for i, name in enumerate(usernames)
        ]
        doors = [
            await stack.enter_async_context(httpx.AsyncClient(base_url=url, timeout=30))
            for url in urls
        ]
        chats = []
        for i in range(max(1, inboxes // 2)):
            async with browsers[0].client(urls[i % len(urls)]) as http:
                chats.append(await _taken_chat(http, doors[i % len(doors)]))
        seats = [
            # In pairs, queue and chat, so that each kind sits at every process.
            Seat((i // 2) % len(urls), chats[i // 2].id if i % 2 and i // 2 < len(chats) else None)
            for i in range(inboxes)
        ]
        streams, polls = [[Told() for _ in seats] for _ in range(2)]
        tasks: list[asyncio.Task[None]] = []
        ready = [asyncio.Event() for _ in seats]
        for i, seat in enumerate(seats):
            tabs = [
                await stack.enter_async_context(browsers[i % len(browsers)].client(urls[seat.desk]))
                for _ in ("with a stream", "asking")
            ]
            tasks.append(asyncio.create_task(follow(tabs[0], seat, streams[i], ready[i])))
            tasks.append(asyncio.create_task(poll(tabs[1], seat, polls[i], every)))
            # Pages are opened at different moments.
            await asyncio.sleep(chance.uniform(0, every / inboxes))
        try:
            async with _limit(60, "The inboxes' streams did not open"):
                await asyncio.gather(*(event.wait() for event in ready))
            sent = await _send(doors, chats, messages, chance)
            await asyncio.sleep(LAST_WAIT)
            ended = [task for task in tasks if task.done()]
            if ended:
                raise StepFailed(f"An inbox stopped: {ended[0].exception()!r}")
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
    numbers: dict[str, str] = {}
    for told in [*streams, *polls]:
        numbers |= told.numbers
    return Measured(
        arrivals(sent, seats, [told.seen for told in streams], numbers),
        arrivals(sent, seats, [told.seen for told in polls], numbers),
        sum(told.opened - 1 for told in streams),
    )


@contextlib.asynccontextmanager
async def _limit(seconds: float, said: str) -> AsyncIterator[None]:
    """End the block's waiting after so many seconds. Raises StepFailed."""
    task = asyncio.current_task()
    assert task is not None
    over = False

    def end() -> None:
        nonlocal over
        over = True
        task.cancel()

    timer = asyncio.get_running_loop().call_later(seconds, end)
    try:
        yield
    except asyncio.CancelledError:
        if over:
            raise StepFailed(said) from None
        raise
    finally:
        timer.cancel()


async def _send(
    doors: Sequence[httpx.AsyncClient],
    chats: Sequence[Visitor],
    messages: int,
    chance: random.Random,
) -> list[Sent]:
    """Send the planned messages one after the other; a chat's own come from its own visitor."""
    sent: list[Sent] = []
    further = 0
    for number, kind in enumerate(plan(messages)):
        desk, first = number % len(doors), False
        if kind == "further":
            chat = chats[further % len(chats)]
            # At each process in turn, whichever the chat began at.
            visitor = Visitor(doors[desk], chat.id, chat.token)
            first = further < len(chats)
            further += 1
        else:
            visitor = await Visitor.begin(doors[desk])
        at = await visitor.say(f"{TEXTS[kind]} {note(number)}")
        sent.append(Sent(number, kind, visitor.id, desk, at, first))
        # So that no message always meets the same moment of what looks every two seconds.
        await asyncio.sleep(chance.uniform(1.0, 3.0))
    return sent


async def _taken_chat(staff: httpx.AsyncClient, door: httpx.AsyncClient) -> Visitor:
    """Give a chat in which a person has written. Raises StepFailed when none could be had."""
    visitor = await Visitor.begin(door)
    await visitor.say(TEXTS["person"])
    page = f"/inbox/conversations/{visitor.id}"
    ends = time.monotonic() + TAKEN_WITHIN
    while True:
        status = (await staff.post(f"{page}/take")).status_code
        if status == 200:
            break
        if time.monotonic() > ends:
            raise StepFailed(f"A chat could not be taken ({status})")
        await asyncio.sleep(0.3)
    form: dict[str, Any] = {"text": "I am here.", "key": visitor.id[:40]}
    (await staff.post(f"{page}/reply", data=form)).raise_for_status()
    return visitor
