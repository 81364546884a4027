"""Browsers without a window, for tests that talk to them step by step.

Chromium, or Debian's Firefox over WebDriver BiDi. Over BiDi, Playwright 1.64 cannot tell Firefox
which colours, contrast or motion somebody likes (`Page.emulate_media` does nothing there, and says
nothing), so a Firefox is started for each such liking, with settings of its own.
"""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from machine_browser import FIREFOX, FLAGS, browser_path, chosen
from playwright.sync_api import Browser, BrowserContext, Playwright, expect, sync_playwright

WAIT_MS = 15_000
"""Longest wait for anything to be seen; a turn has 6 s before the desk itself gives up on it."""

FIREFOX_SETTINGS: dict[str, bool] = {
    # Without a loudspeaker, as on most machines for tests, it would wait for one before any tone.
    "media.cubeb.force_mock_context": True,
    # The list of what was saved would take the focus from the page.
    "browser.download.alwaysOpenPanel": False,
}

# What `new_context` takes, as Firefox's own settings.
FIREFOX_LIKINGS: dict[tuple[str, str], dict[str, int]] = {
    ("color_scheme", "light"): {"ui.systemUsesDarkTheme": 0},
    ("color_scheme", "dark"): {"ui.systemUsesDarkTheme": 1},
    ("reduced_motion", "reduce"): {"ui.prefersReducedMotion": 1},
    ("reduced_motion", "no-preference"): {"ui.prefersReducedMotion": 0},
    ("forced_colors", "active"): {"browser.display.document_color_use": 2},
    ("forced_colors", "none"): {"browser.display.document_color_use": 1},
    # A theme of much contrast, whose colours a page need not use.
    ("contrast", "more"): {
        "ui.useAccessibilityTheme": 1,
        "browser.display.document_color_use": 1,
    },
    ("contrast", "no-preference"): {"ui.useAccessibilityTheme": 0},
}
LIKINGS = {name for name, _ in FIREFOX_LIKINGS}


def over_bidi() -> bool:
    """Whether the tests drive the machine's own Firefox, which Playwright can do less with."""
    return chosen() == FIREFOX and browser_path(FIREFOX) is not None


class Browsers:
    """The chosen browser: one of it or, of Firefox, one for each liking that is asked for."""

    def __init__(self, playwright: Playwright, saved: Path, keeps: bool = False) -> None:
        self._playwright = playwright
        self._keeps = keeps
        self.saved = saved
        """The folder for what is saved from pages."""
        self._started: dict[frozenset[tuple[str, str]], Browser] = {}

    def new_context(self, **how: Any) -> BrowserContext:
        """Make a profile; takes what Playwright's `Browser.new_context` takes."""
        name = chosen()
        if not over_bidi():
            return self._browser(name, frozenset()).new_context(**how)
        likings = {key: how.pop(key) for key in LIKINGS & how.keys()}
        return self._browser(name, frozenset(likings.items())).new_context(**how)

    def keeping_pages(self) -> "Browsers":
        """Give browsers that keep pages for "Back", as people's do; the caller ends them."""
        return Browsers(self._playwright, self.saved, keeps=True)

    def close(self) -> None:
        """End all that was started."""
        for browser in self._started.values():
            browser.close()

    def _browser(self, name: str, likings: frozenset[tuple[str, str]]) -> Browser:
        if likings not in self._started:
            start = self._firefox if name == FIREFOX else self._chromium
            self._started[likings] = start(likings)
        return self._started[likings]

    def _chromium(self, _: frozenset[tuple[str, str]]) -> Browser:
        without = ["--disable-back-forward-cache"] if self._keeps else []
        return self._playwright.chromium.launch(
            executable_path=browser_path(), args=FLAGS, ignore_default_args=without
        )

    def _firefox(self, likings: frozenset[tuple[str, str]]) -> Browser:
        path = browser_path(FIREFOX)
        if path is None:
            return self._playwright.firefox.launch()
        settings: dict[str, str | float | bool] = {**FIREFOX_SETTINGS}
        if not self._keeps:
            # As Playwright has it in Chromium. It is not told when a kept page is there again.
            settings["browser.sessionhistory.max_total_viewers"] = 0
        for liking in likings:
            settings |= FIREFOX_LIKINGS[liking]
        return self._playwright.firefox.launch(
            channel="moz-firefox",
            executable_path=path,
            firefox_user_prefs=settings,
            downloads_path=self.saved,
        )


@contextlib.contextmanager
def launched() -> Iterator[Browsers]:
    """Have a browser without a window, and end it at the end."""
    expect.set_options(timeout=WAIT_MS)
    with (
        tempfile.TemporaryDirectory(prefix="nightdesk-") as saved,
        sync_playwright() as playwright,
    ):
        browsers = Browsers(playwright, Path(saved))
        try:
            yield browsers
        finally:
            browsers.close()
