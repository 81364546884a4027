"""A browser without a window, for tests that talk to it step by step."""

import contextlib
from collections.abc import Iterator

from guest import WAIT_MS
from machine_browser import FLAGS, browser_path
from playwright.sync_api import Browser, expect, sync_playwright


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
