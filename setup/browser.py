"""A browser for the tests: Debian's Chromium where it can be had, otherwise Playwright's own."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from nightdesk.run.progress import Step, run_logged

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


def ensure_browser(root: Path, log: Path) -> None:
    """Have a browser on this machine. Raises StepFailed when none can be installed."""
    if any(shutil.which(name) for name in NAMES) or playwright_has_one():
        return
    if debian_packages_usable():
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        failed = "Installing Chromium for the browser tests failed."
        with Step("Installing Chromium for the browser tests"):
            run_logged(["apt-get", "update"], log, failed, env=quiet)
            run_logged(
                [
                    *("apt-get", "install", "-y", "--no-install-recommends"),
                    *("chromium", "fonts-liberation", "fonts-noto-color-emoji"),
                ],
                log,
                failed,
                env=quiet,
            )
        return
    with Step("Fetching Playwright's Chromium for the browser tests"):
        run_logged(
            [str(root / "desk" / ".venv" / "bin" / "playwright"), "install", "chromium"],
            log,
            "No browser for the tests: install Chromium (on Debian: apt-get install chromium) "
            "and run this again.",
        )


def debian_packages_usable(release: Path = Path("/etc/os-release")) -> bool:
    """Whether we may install packages and are on Debian: Ubuntu's `chromium` is an empty shell."""
    try:
        lines = release.read_text().splitlines()
    except OSError:
        return False
    return "ID=debian" in lines and os.geteuid() == 0 and shutil.which("apt-get") is not None


def playwright_has_one() -> bool:
    """Whether Playwright has fetched a Chromium before."""
    named = os.environ.get("PLAYWRIGHT_BROWSERS_PATH", "")
    folder = Path(named) if named else Path.home() / ".cache" / "ms-playwright"
    return any(folder.glob("chromium-*/INSTALLATION_COMPLETE"))
