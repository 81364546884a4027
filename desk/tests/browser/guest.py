"""Somebody with a browser of their own, all of whose requests and complaints are on record."""

from collections.abc import Callable
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from browsers import WAIT_MS, Browsers, over_bidi
from playwright.sync_api import ConsoleMessage, Page, Request, StorageState, WebError
from running_system import wait_for

DESKTOP = (1200, 800)
PHONE = (320, 640)

# A policy that stops something says so in words of the browser's own making: in one form here.
TELL_VIOLATIONS = """addEventListener("securitypolicyviolation", (event) =>
  console.error("policy violated:", event.effectiveDirective, event.blockedURI))"""


class Guest:
    """A browser profile of its own: its own storage and cookies, shared by its tabs.

    `state` holds cookies to begin with: those of a person who has signed in. `likings` are as
    Playwright's `Browser.new_context` names them, for instance `contrast="more"`.
    """

    def __init__(
        self,
        browser: Browsers,
        url: str,
        size: tuple[int, int] = DESKTOP,
        scheme: Literal["light", "dark"] = "light",
        scale: float = 1,
        state: StorageState | None = None,
        **likings: str,
    ) -> None:
        self.url = url
        self.sites: list[str] = []
        """Other sites that are visited on purpose."""
        self._folder = browser.saved
        self.requests: list[str] = []
        self.complaints: list[str] = []
        # Nothing moves on its own while it is looked at.
        likings = {"reduced_motion": "reduce", **likings}
        self.context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme=scheme,
            device_scale_factor=scale,
            locale="en-US",
            # The made-up clinic's own, so that visitors and staff read the same times.
            timezone_id="America/Chicago",
            storage_state=state,
            **likings,
        )
        self.context.set_default_timeout(WAIT_MS)
        self.context.add_init_script(TELL_VIOLATIONS)
        self.context.on("request", self._requested)
        self.context.on("console", self._said)
        self.context.on("weberror", self._failed)

    def tab(self) -> Page:
        """Open an empty tab."""
        return self.context.new_page()

    def save(self, page: Page, press: Callable[[], None]) -> tuple[str, str]:
        """Press what saves a file. Gives the file's name and what is in it."""
        if over_bidi():
            # Playwright is not told of a file that the page made itself: it lies in the folder.
            press()
            wait_for(self._has_saved, WAIT_MS / 1000, "nothing was saved")
            [path] = self._folder.iterdir()
            text = path.read_text(encoding="utf-8")
            path.unlink()
            return path.name, text
        with page.expect_download() as saving:
            press()
        saved = saving.value
        return saved.suggested_filename, Path(saved.path()).read_text(encoding="utf-8")

    def _has_saved(self) -> bool:
        # While it is written, there is a second file, or nothing in the first.
        return [path.stat().st_size > 0 for path in self._folder.iterdir()] == [True]

    def strangers(self) -> list[str]:
        """Give the addresses that were asked for and are not the desk's, nor the page's own."""
        known = tuple(f"{url}/" for url in (self.url, *self.sites))
        return [url for url in self.requests if not url.startswith(known)]

    def _requested(self, request: Request) -> None:
        # What an address holds in itself is not asked of anybody.
        if urlsplit(request.url).scheme not in ("data", "about", "blob"):
            self.requests.append(request.url)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def _failed(self, error: WebError) -> None:
        self.complaints.append(str(error.error))


def paste(page: Page) -> str:
    """Give what lies in the clipboard; pasted, since Firefox lets no page read it."""
    page.evaluate("document.body.append(document.createElement('textarea'))")
    field = page.locator("body > textarea")
    field.press("Control+V")
    pasted = field.input_value()
    field.evaluate("field => field.remove()")
    return pasted


def width(page: Page) -> int:
    """Give how wide a page is shown: a scroll bar takes some of the window, but in Chromium."""
    found: int = page.evaluate("document.documentElement.clientWidth")
    return found
