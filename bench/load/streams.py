"""Open streams: what a desk's memory is with a thousand conversations followed at once."""

import asyncio
import contextlib
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import aiohttp

from bench.load.figures import PERCENTS
from bench.statistics import percentile

OPEN_AT_ONCE = 50
"""Conversations that are begun at the same time."""

MEMORY_WITHIN = 400.0
"""MiB: the goal's own figure."""

SETTLE = 5.0
"""Seconds after which memory is read, and after which a message that is not shown is lost."""

QUESTION = "How long does a session take?"


@dataclass
class _Followed:
    """One conversation with its stream; `seen` is when the stream showed an event, by number."""

    place: str
    headers: dict[str, str]
    seen: dict[int, float]
    open: bool = False


async def measure(
    url: str, number: int, rate: float, seconds: float, resident: Callable[[], float], seed: int
) -> dict[str, Any]:
    """Open `number` streams, let messages come at `rate` a second, and give memory and delays.

    `resident` gives the desk's memory in MiB. Each message goes to a conversation by chance; its
    delay is the time from before it is sent until its own stream shows it.
    """
    # Not kept for the next message: the desk may close an idle one at that very moment.
    connector = aiohttp.TCPConnector(limit=0, force_close=True)
    timeout = aiohttp.ClientTimeout(total=None)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
        before = resident()
        rooms: list[_Followed] = []
        for start in range(0, number, OPEN_AT_ONCE):
            some = range(start, min(start + OPEN_AT_ONCE, number))
            rooms += await asyncio.gather(*(_begin(session, url) for _ in some))
        followers = [asyncio.create_task(_follow(session, room)) for room in rooms]
        await asyncio.sleep(SETTLE)
        idle = resident()
        delays, most = await _messages(session, rooms, rate, seconds, resident, seed)
        came = [delay for delay in delays if delay is not None]
        found = {
            "streams": number,
            "open": sum(room.open for room in rooms),
            "mib": {
                "before": round(before, 1),
                "idle": round(idle, 1),
                "messages": round(most, 1),
            },
            "rate": rate,
            "messages": len(delays),
            "lost": len(delays) - len(came),
            "shown_ms": {
                name: round(1000 * percentile(came, percent), 1) if came else None
                for name, percent in PERCENTS
            },
        }
        for follower in followers:
            follower.cancel()
        await asyncio.gather(*followers, return_exceptions=True)
    return found


def kept(found: dict[str, Any]) -> bool:
    """Say whether all streams stayed open, nothing was lost, and memory within the goal."""
    whole = found["open"] == found["streams"] and not found["lost"]
    return whole and max(found["mib"].values()) <= MEMORY_WITHIN


async def _messages(
    session: aiohttp.ClientSession,
    rooms: list[_Followed],
    rate: float,
    seconds: float,
    resident: Callable[[], float],
    seed: int,
) -> tuple[list[float | None], float]:
    chance = random.Random(seed)
    ends, due = time.monotonic() + seconds, time.monotonic()
    sending, most = [], resident()
    while due < ends:
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        sending.append(asyncio.create_task(_send(session, chance.choice(rooms))))
        due += chance.expovariate(rate)
        most = max(most, resident())
    delays = await asyncio.gather(*sending)
    return list(delays), max(most, resident())


async def _begin(session: aiohttp.ClientSession, url: str) -> _Followed:
    async with session.post(f"{url}/api/conversations", json={}) as said:
        row = await said.json()
    headers = {"Authorization": f"Bearer {row['token']}"}
    return _Followed(f"{url}/api/conversations/{row['conversation_id']}", headers, {})


async def _follow(session: aiohttp.ClientSession, room: _Followed) -> None:
    async with session.get(f"{room.place}/stream", headers=room.headers) as said:
        room.open = said.status == 200
        async for line in said.content:
            if line.startswith(b"id: "):
                room.seen.setdefault(int(line[4:]), time.monotonic())
    room.open = False


async def _send(session: aiohttp.ClientSession, room: _Followed) -> float | None:
    began = time.monotonic()
    with contextlib.suppress(aiohttp.ClientError, ValueError):
        body = {"text": QUESTION}
        async with session.post(f"{room.place}/messages", json=body, headers=room.headers) as said:
            if said.status != 202:
                return None
            seq = int((await said.json())["seq"])
        while time.monotonic() - began < SETTLE:
            if seq in room.seen:
                return room.seen[seq] - began
            await asyncio.sleep(0.02)
    return None
