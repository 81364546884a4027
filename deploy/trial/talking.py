"""Visitors who talk through the proxy, as the widget does: keys, tries again, several at once."""

import asyncio
import itertools
import random
import ssl
import time
from collections.abc import Callable, Sequence
from typing import Any

import httpx

from deploy.trial.judging import Sent
from nightdesk.run.progress import StepFailed

AT_ONCE = 6
"""Visitors who talk at the same time: two cores run all of it."""
ROUNDS = ("both", "burst", "both", "burst", "both", "both", "both")
SIZES = {"both": 2, "burst": 3}
PER_VISITOR = sum(SIZES[each] for each in ROUNDS)
ACCEPTED_WITHIN = 60.0
ANSWERED_WITHIN = 60.0


class Visitor:
    """One conversation, written to at one address or, in turn, at several."""

    def __init__(self, clients: Sequence[httpx.AsyncClient]) -> None:
        self._clients = clients
        self._keys = itertools.count()
        self._read = 0
        self.id = ""
        self._token = ""
        self.tries = 0

    async def begin(self) -> None:
        """Begin the conversation. Raises StepFailed."""
        answer = await self._surely(0, "/api/conversations", {}, {})
        self.id, self._token = answer["conversation_id"], answer["token"]

    async def say(self, text: str, way: int) -> int:
        """Send a message by one of the ways until it is accepted. Gives its number."""
        key = {"Idempotency-Key": f"k{next(self._keys)}"} | self.headers
        path = f"/api/conversations/{self.id}/messages"
        return int((await self._surely(way, path, {"text": text}, key))["seq"])

    async def answers(self, number: int) -> bool:
        """Wait until so many more answers have come. Gives whether they did."""
        until = time.monotonic() + ANSWERED_WITHIN
        while number > 0 and time.monotonic() < until:
            for event in await self._events():
                self._read = event["seq"]
                number -= event["from"] != "visitor" and event["outcome"] is not None
        return number <= 0

    @property
    def headers(self) -> dict[str, str]:
        """What shows that the conversation is ours."""
        return {"Authorization": f"Bearer {self._token}"}

    async def _events(self) -> list[dict[str, Any]]:
        path = f"/api/conversations/{self.id}/events"
        for client in self._clients:
            try:
                answer = await client.get(
                    path, params={"after": self._read, "wait": 5}, headers=self.headers
                )
                if answer.status_code == 200:
                    events: list[dict[str, Any]] = answer.json()
                    return events
            except httpx.TransportError:
                pass
        await asyncio.sleep(0.2)
        return []

    async def _surely(
        self, way: int, path: str, body: dict[str, str], headers: dict[str, str]
    ) -> dict[str, str]:
        until = time.monotonic() + ACCEPTED_WITHIN
        for at in itertools.count(way):
            client = self._clients[at % len(self._clients)]
            said = "nothing"
            try:
                answer = await client.post(path, json=body, headers=headers)
                if answer.status_code < 300:
                    accepted: dict[str, str] = answer.json()
                    return accepted
                said = str(answer.status_code)
            except httpx.TransportError as error:
                said = type(error).__name__
            self.tries += 1
            if time.monotonic() >= until:
                raise StepFailed(f"A message was never accepted; the last try: {said}")
            await asyncio.sleep(0.2)
        raise AssertionError("unreachable")


class Talk:
    """All visitors' talk, and what was accepted of it."""

    def __init__(self, texts: Sequence[str], turns: int, seed: int) -> None:
        """Take what there is to say (each once in a conversation) and how many turns to make."""
        self._texts = list(texts)
        self._visitors = -(-turns // PER_VISITOR)
        self._chance = random.Random(seed)
        self.sent: list[Sent] = []
        self.given_up = 0
        self.tries = 0
        self.seconds: list[float] = []

    @property
    def turns(self) -> int:
        """How many turns there will be."""
        return self._visitors * PER_VISITOR

    async def run(
        self,
        proxy: str,
        trust: ssl.SSLContext,
        desks: Sequence[str],
        told: Callable[[int], object],
    ) -> None:
        """Talk. Every second visitor writes through the proxy, the others to both desks at once.

        `told` is called with the number of accepted messages as it grows.
        """
        limit = asyncio.Semaphore(AT_ONCE)
        async with (
            httpx.AsyncClient(base_url=proxy, verify=trust, timeout=30) as outside,
            httpx.AsyncClient(base_url=desks[0], timeout=30) as one,
            httpx.AsyncClient(base_url=desks[1], timeout=30) as two,
        ):
            ways = ((outside,), (one, two))
            await asyncio.gather(
                *(
                    self._talk(limit, ways[number % 2], self._chance_of_texts(), told)
                    for number in range(self._visitors)
                )
            )

    def _chance_of_texts(self) -> list[str]:
        return self._chance.sample(self._texts, PER_VISITOR)

    async def _talk(
        self,
        limit: asyncio.Semaphore,
        clients: Sequence[httpx.AsyncClient],
        texts: list[str],
        told: Callable[[int], object],
    ) -> None:
        async with limit:
            visitor = Visitor(clients)
            await visitor.begin()
            order = 0
            for kind in ROUNDS:
                now, texts = texts[: SIZES[kind]], texts[SIZES[kind] :]
                at = time.monotonic()
                if kind == "both":
                    seqs = await asyncio.gather(
                        *(visitor.say(text, way) for way, text in enumerate(now))
                    )
                    orders = [order] * len(now)
                else:
                    # One after the other, without waiting for answers.
                    seqs = [await visitor.say(text, way) for way, text in enumerate(now)]
                    orders = list(range(order, order + len(now)))
                order = orders[-1] + 1
                self.given_up += not await visitor.answers(len(now))
                done = time.monotonic()
                self.seconds.append(done - at)
                self.sent += [
                    Sent(visitor.id, seq, text, place, at, done)
                    for seq, text, place in zip(seqs, now, orders, strict=True)
                ]
                told(len(self.sent))
            self.tries += visitor.tries
