"""Which browser the tests drive, and how: the machine's own, else the one Playwright fetched."""

import shutil

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
