"""Breaks what the plan says, and makes it whole again."""

import asyncio
import contextlib
import errno
import os
import sqlite3
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

from running_system import RunningSystem

from chaos.plan import Fault
from chaos.proxy import THROUGH, Manners, Proxy, http_answer
from chaos.receiver import Receiver

SLOW_PIECE = 1.5
"""Seconds that each piece of an answer of the desk's comes late."""
DEADLINE = 6.0
"""The desk's own for a turn of Rasa's (DESK_RASA_DEADLINE)."""

Say = Callable[[str], None]


class Breaker:
    """What can be broken: the system's processes, its database and disk, and the lines."""

    def __init__(
        self, system: RunningSystem, visitors: Proxy, bot: Proxy, receiver: Receiver, say: Say
    ) -> None:
        self._system = system
        self._visitors = visitors
        self._bot = bot
        self._receiver = receiver
        self._say = say
        self.done: Counter[str] = Counter()
        self._acts: dict[str, Callable[[float], Awaitable[None]]] = {
            "rasa killed": lambda _: self._kill("rasa"),
            "actions killed": lambda _: self._kill("actions"),
            "desk killed": lambda _: self._kill("desk"),
            "database locked briefly": self._lock,
            "database locked for long": self._lock,
            "disk full": self._fill,
            "connections cut": lambda s: self._line(self._visitors, Manners("cut"), s),
            "answers lost": lambda s: self._line(self._visitors, Manners("answers lost"), s),
            "connections slow": lambda s: self._line(
                self._visitors, Manners("slow", SLOW_PIECE), s
            ),
            "bot late": lambda s: self._line(self._bot, Manners("slow", DEADLINE + 3), s),
            "bot cut": lambda s: self._line(self._bot, Manners("answers lost"), s),
            "bot talks garbage": lambda s: self._line(
                self._bot, Manners("made up", answer=http_answer(b"<p>ok", "text/html")), s
            ),
            "bot says nothing": lambda s: self._line(
                self._bot, Manners("made up", answer=http_answer(b"[]")), s
            ),
            "alert address away": self._away,
        }

    async def carry_out(self, faults: list[Fault], began: float) -> None:
        """Break everything at its moment after `began`, and wait until all is whole again."""
        await asyncio.gather(*(self._one(fault, began) for fault in faults))

    async def _one(self, fault: Fault, began: float) -> None:
        await asyncio.sleep(max(0.0, began + fault.at - time.monotonic()))
        lasts = f" for {fault.seconds:.0f} s" if fault.seconds else ""
        self._say(f"{time.monotonic() - began:4.0f} s  {fault.kind}{lasts}")
        await self._acts[fault.kind](fault.seconds)
        self.done[fault.kind] += 1

    async def _kill(self, name: str) -> None:
        def kill() -> None:
            # It may be on its way up from another kill.
            for _ in range(100):
                if self._system.pid(name):
                    self._system.kill(name)
                    return
                time.sleep(0.2)
            raise AssertionError(f"{name} does not come up any more")

        await asyncio.to_thread(kill)

    async def _lock(self, seconds: float) -> None:
        await asyncio.to_thread(hold_lock, self._system.var / "desk.sqlite3", seconds)

    async def _fill(self, seconds: float) -> None:
        ballast = self._system.var / "ballast"
        try:
            await asyncio.to_thread(fill_up, ballast)
            await asyncio.sleep(seconds)
        finally:
            ballast.unlink(missing_ok=True)

    async def _line(self, proxy: Proxy, manners: Manners, seconds: float) -> None:
        proxy.behave(manners)
        await asyncio.sleep(seconds)
        proxy.behave(THROUGH)

    async def _away(self, seconds: float) -> None:
        self._receiver.away = True
        await asyncio.sleep(seconds)
        self._receiver.away = False


def hold_lock(database: Path, seconds: float) -> None:
    """Write to the database as another program would, for so long. Raises sqlite3.Error."""
    with contextlib.closing(sqlite3.connect(database, timeout=30, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        time.sleep(seconds)
        other.execute("ROLLBACK")


def fill_up(ballast: Path, most: int = 2**30) -> None:
    """Write zeros to `ballast` until the disk is full. Raises AssertionError after `most` bytes."""
    written = 0
    with ballast.open("wb", buffering=0) as file:
        for size in (2**20, 2**12, 1):
            zeros = bytes(size)
            try:
                while True:
                    written += file.write(zeros)
                    assert written <= most, "this is no small disk: it would be filled in earnest"
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
    assert os.statvfs(ballast.parent).f_bavail == 0
