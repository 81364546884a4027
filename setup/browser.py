"""Browsers for the tests: Debian's where they can be had, otherwise Playwright's own."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import NamedTuple

from nightdesk.run.progress import Step, run_logged


class Browser(NamedTuple):
    """One that the tests run in: by these names on a machine, and from these packages of Debian."""

    title: str
    names: tuple[str, ...]
    packages: tuple[str, ...]

    @property
    def of_playwright(self) -> str:
        """Its name among those that Playwright fetches."""
        return self.title.lower()


BROWSERS = (
    Browser(
        "Chromium",
        ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome"),
        ("chromium", "fonts-liberation", "fonts-noto-color-emoji"),
    ),
    Browser("Firefox", ("firefox-esr",), ("firefox-esr",)),
)


def ensure_browsers(root: Path, log: Path) -> None:
    """Have every browser on this machine. Raises StepFailed when one can't be installed."""
    for browser in BROWSERS:
        if not is_there(browser):
            _install(browser, root, log)


def is_there(browser: Browser) -> bool:
    """Whether the machine has it, or Playwright has fetched it before."""
    return any(shutil.which(name) for name in browser.names) or playwright_has(browser)


def _install(browser: Browser, root: Path, log: Path) -> None:
    name = browser.title
    if debian_packages_usable():
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        failed = f"Installing {name} for the browser tests failed."
        with Step(f"Installing {name} for the browser tests"):
            run_logged(["apt-get", "update"], log, failed, env=quiet)
            run_logged(
                ["apt-get", "install", "-y", "--no-install-recommends", *browser.packages],
                log,
                failed,
                env=quiet,
            )
        return
    with Step(f"Fetching Playwright's {name} for the browser tests"):
        run_logged(
            [str(root / "desk" / ".venv" / "bin" / "playwright"), "install", browser.of_playwright],
            log,
            f"No {name} for the tests: install it (on Debian: apt-get install "
            f"{browser.packages[0]}) and run this again.",
        )


def debian_packages_usable(release: Path = Path("/etc/os-release")) -> bool:
    """Whether we may install packages and are on Debian: Ubuntu's `chromium` is an empty shell."""
    try:
        lines = release.read_text().splitlines()
    except OSError:
        return False
    return "ID=debian" in lines and os.geteuid() == 0 and shutil.which("apt-get") is not None


def playwright_has(browser: Browser) -> bool:
    """Whether Playwright has fetched one before."""
    named = os.environ.get("PLAYWRIGHT_BROWSERS_PATH", "")
    folder = Path(named) if named else Path.home() / ".cache" / "ms-playwright"
    return any(folder.glob(f"{browser.of_playwright}-*/INSTALLATION_COMPLETE"))
