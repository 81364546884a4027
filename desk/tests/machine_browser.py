"""Which browser the tests drive, and how: the machine's own, else the one Playwright fetched.

`NIGHTDESK_TEST_BROWSER` names one; without it, Chromium.
"""

import os
import shutil

CHROMIUM = "chromium"
FIREFOX = "firefox"

# The same as setup/browser.py looks for.
NAMES = {
    CHROMIUM: ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome"),
    FIREFOX: ("firefox-esr",),
}

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


def chosen() -> str:
    """Give the browser that the tests are to run in. Raises ValueError for one we don't drive."""
    name = os.environ.get("NIGHTDESK_TEST_BROWSER", CHROMIUM)
    if name not in NAMES:
        raise ValueError(f"NIGHTDESK_TEST_BROWSER is {name!r}, not one of {', '.join(NAMES)}")
    return name


def browser_path(name: str = CHROMIUM) -> str | None:
    """Give the path of the machine's own browser; None where only Playwright's is left."""
    return next((path for each in NAMES[name] if (path := shutil.which(each))), None)
