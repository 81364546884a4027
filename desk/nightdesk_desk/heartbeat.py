"""A sign of life for a watcher outside the house: when it stays away, the watcher raises the alarm.

A desk that is dead tells nobody that it is. Any service that takes a plain GET serves as watcher
(healthchecks.io, Uptime Kuma, Better Stack and others).
"""

from collections.abc import Callable, Iterable

import httpx

from nightdesk_desk.looking import Looking, Worker

EVERY = 60.0
"""Seconds between signs of life."""


class Heartbeat(Worker):
    """Gives a sign of life while all work in the background goes on; without an address, none."""

    def __init__(
        self, url: str, watched: Callable[[], Iterable[Looking]], every: float = EVERY
    ) -> None:
        """Take the watcher's address, and what gives the work that must go on."""
        self._url = url
        self._watched = watched
        self._client: httpx.AsyncClient | None = None
        self.lookings = (Looking("heartbeat", self.look, every),) if url else ()

    async def stop(self) -> None:
        """Give no more signs of life."""
        await super().stop()
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def look(self) -> None:
        """Give a sign of life, unless something stands still. Raises what goes wrong with it."""
        # Not its own work: a watcher that was away once must hear of it again.
        if any(one.late() for one in self._watched() if one not in self.lookings):
            return
        if self._client is None:
            self._client = httpx.AsyncClient(follow_redirects=False, timeout=10.0)
        (await self._client.get(self._url)).raise_for_status()
