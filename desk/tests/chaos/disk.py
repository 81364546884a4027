"""A small disk of its own for the system's state, so that it can be filled up."""

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

MEGABYTES = 400
"""The trained model takes 70 of them; the record and the logs of a run some more."""


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """Mount a small disk in memory at `folder`; gives false where this user or machine cannot."""
    folder.mkdir(parents=True, exist_ok=True)
    mounted = _run("mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", str(folder))
    try:
        yield mounted
    finally:
        if mounted:
            # Lazily: a log may still be open somewhere.
            _run("umount", "--lazy", str(folder))


def _run(*command: str) -> bool:
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=30)
    except OSError:
        return False
    return done.returncode == 0
