"""Somebody with a browser of their own, all of whose requests and complaints are on record."""

from typing import Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, StorageState, WebError

WAIT_MS = 15_000
"""Longest wait for anything to be seen; a turn has 6 s before the desk itself gives up on it."""

DESKTOP = (1200, 800)
PHONE = (320, 640)

# A policy that stops something says so in words of the browser's own making: in one form here.
TELL_VIOLATIONS = """addEventListener("securitypolicyviolation", (event) =>
  console.error("policy violated:", event.effectiveDirective, event.blockedURI))"""


class Guest:
    """A browser profile of its own: its own storage and cookies, shared by its tabs.

    `state` holds cookies to begin with: those of a person who has signed in.
    """

    def __init__(
        self,
        browser: Browser,
        url: str,
        size: tuple[int, int] = DESKTOP,
        scheme: Literal["light", "dark"] = "light",
        scale: float = 1,
        state: StorageState | None = None,
    ) -> None:
        self.url = url
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme=scheme,
            device_scale_factor=scale,
            locale="en-US",
            # The made-up clinic's own, so that visitors and staff read the same times.
            timezone_id="America/Chicago",
            storage_state=state,
            # Nothing moves on its own while it is looked at.
            reduced_motion="reduce",
        )
        self.context.set_default_timeout(WAIT_MS)
        self.context.add_init_script(TELL_VIOLATIONS)
        self.context.on("request", self._requested)
        self.context.on("console", self._said)
        self.context.on("weberror", self._failed)

    def tab(self) -> Page:
        """Open an empty tab."""
        return self.context.new_page()

    def strangers(self) -> list[str]:
        """Give the addresses that were asked for and are not the desk's."""
        return [url for url in self.requests if not url.startswith(self.url + "/")]

    def _requested(self, request: Request) -> None:
        # What an address holds in itself is not asked of anybody.
        if urlsplit(request.url).scheme not in ("data", "about", "blob"):
            self.requests.append(request.url)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def _failed(self, error: WebError) -> None:
        self.complaints.append(str(error.error))
