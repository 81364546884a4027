"""uv and the two Pythons: those that are there, or else fetched."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from nightdesk.run.progress import Step, StepFailed, run_logged

LEAST_UV = (0, 8, 0)
"""The first uv whose `uv venv --clear` we use."""

OWN_UV = ".uv"
"""Folder of the uv that we fetch when the machine has none; its version is in uv.lock.txt."""


def ensure_uv(root: Path, log: Path) -> Path:
    """Give a uv that is new enough: the machine's, or our own, fetched if need be.

    Raises StepFailed when there is none and none can be fetched.
    """
    on_path = shutil.which("uv")
    for candidate in ([Path(on_path)] if on_path else []) + [root / OWN_UV / "bin" / "uv"]:
        if uv_version(candidate) >= LEAST_UV:
            return candidate
    return _fetch_uv(root / OWN_UV, Path(__file__).with_name("uv.lock.txt"), log)


def uv_version(uv: Path) -> tuple[int, ...]:
    """Give the version of the program `uv`, or () if it does not run."""
    said = _said([str(uv), "--version"])
    found = re.match(r"uv (\d+)\.(\d+)\.(\d+)", said)
    return tuple(int(part) for part in found.groups()) if found else ()


def ensure_python(uv: Path, version: str, log: Path) -> str:
    """Give the path of Python `version` (such as `3.10`); uv fetches it where there is none.

    Raises StepFailed, saying what to install, when it can be neither found nor fetched.
    """
    found = _find_python(uv, version)
    if found:
        return found
    with Step(f"Fetching Python {version}"):
        run_logged(
            [str(uv), "python", "install", version],
            log,
            f"Python {version} is not on this machine and could not be fetched: install it "
            f"(with pyenv: `pyenv install {version}`; or your system's packages) and run this "
            "again.",
        )
    found = _find_python(uv, version)
    if not found:
        raise StepFailed(f"Python {version} was fetched but cannot be found. Output: {log}")
    return found


def _find_python(uv: Path, version: str) -> str:
    # --system: an environment of an earlier set-up must not become the base of the next.
    return _said(
        [str(uv), "python", "find", "--system", "--no-project", "--no-python-downloads", version]
    )


def _fetch_uv(home: Path, lock: Path, log: Path) -> Path:
    shutil.rmtree(home, ignore_errors=True)
    with Step("Fetching uv"):
        make = [sys.executable, "-m", "venv", str(home)]
        try:
            run_logged(make, log, "")
        except StepFailed:
            _install_venv(log)
            run_logged(make, log, "Python's venv does not work here.")
        run_logged(
            [
                *(str(home / "bin" / "python"), "-m", "pip", "install", "--quiet"),
                *("--disable-pip-version-check", "--only-binary", ":all:"),
                *("--require-hashes", "-r", str(lock)),
            ],
            log,
            "uv could not be fetched: is there a network?",
        )
    uv = home / "bin" / "uv"
    if uv_version(uv) < LEAST_UV:
        raise StepFailed(f"The uv that was fetched does not run. Output: {log}")
    return uv


def _install_venv(log: Path) -> None:
    """Debian keeps Python's venv in a package of its own."""
    sentence = (
        "Python's venv module is missing: install it (on Debian: apt-get install python3-venv), "
        "or install uv, and run this again."
    )
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise StepFailed(sentence)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run_logged(["apt-get", "update"], log, sentence, env=quiet)
    run_logged(
        ["apt-get", "install", "-y", "--no-install-recommends", "python3-venv"],
        log,
        sentence,
        env=quiet,
    )


def _said(command: list[str]) -> str:
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return answer.stdout.strip() if answer.returncode == 0 else ""
