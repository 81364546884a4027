"""The browser: Debian's Chromium where there is one, otherwise the one that Playwright fetched."""

import contextlib
import shutil
from collections.abc import Iterator

from guest import WAIT_MS
from playwright.sync_api import Browser, expect, sync_playwright

# The same as setup/browser.py looks for.
NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")

FLAGS = [
    # Nothing but our own pages is opened, often by root in a container.
    "--no-sandbox",
    "--disable-gpu",
    # The browser itself asks nobody anything, so that every request is one of our pages'.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
]


def browser_path() -> str | None:
    """Give the path of the machine's own browser; None where only Playwright's is left."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@contextlib.contextmanager
def launched() -> Iterator[Browser]:
    """Start a browser without a window, and close it at the end."""
    expect.set_options(timeout=WAIT_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(), args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()
