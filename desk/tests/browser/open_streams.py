"""How many streams a browser has open, by the requests that it has begun and not ended."""

import re

from playwright.sync_api import BrowserContext, Request

STREAM = re.compile(r"/stream\?")


class OpenStreams:
    """Counts from when it is made: make it before the first page is loaded."""

    def __init__(self, context: BrowserContext) -> None:
        self.most = 0
        self._begun: list[Request] = []
        self._over: list[Request] = []
        context.on("request", self._begins)
        context.on("requestfinished", self._ends)
        context.on("requestfailed", self._ends)

    @property
    def now(self) -> int:
        """How many are open."""
        here = (one for one in self._begun if not one.frame.page.is_closed())
        return len([one for one in here if one not in self._over])

    def count_anew(self) -> None:
        """Let `most` be of what is open now and after: a page that closes is heard of late."""
        self.most = self.now

    def _begins(self, request: Request) -> None:
        if STREAM.search(request.url):
            self._begun.append(request)
            self.most = max(self.most, self.now)

    def _ends(self, request: Request) -> None:
        self._over.append(request)
