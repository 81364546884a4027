"""Progress on the screen: each step's name, and how long it has been at it.

Standard library only and Python 3.9: the set-up uses it before any environment exists.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

PLAIN_INTERVAL = 15.0
"""Seconds between signs of life where the output is not a terminal."""


class StepFailed(Exception):
    """A step did not work; the text is one sentence for the person at the screen."""


class Step:
    """One step, as a context manager: `with Step("Training the model") as step: …`.

    On a terminal its line ticks in place; elsewhere it is a line at the start, one now and then,
    and one at the end.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._note = ""
        self._tty = sys.stderr.isatty()
        self._ended = threading.Event()
        self._ticker = threading.Thread(target=self._tick, daemon=True)
        self._begun = 0.0

    def __enter__(self) -> Step:
        self._begun = time.monotonic()
        if not self._tty:
            _show(f"· {self._name} …\n")
        self._ticker.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._ticker.join()
        clear = "\r\033[K" if self._tty else ""
        mark = "✓" if error is None else "✗"
        _show(f"{clear}{mark} {self._name} ({self._elapsed()})\n")

    def note(self, text: str) -> None:
        """Say what the step is at; shown beside its name while it goes on."""
        self._note = text

    def _elapsed(self) -> str:
        return in_words(time.monotonic() - self._begun)

    def _line(self) -> str:
        note = f" – {self._note}" if self._note else ""
        return f"{self._name} … {self._elapsed()}{note}"

    def _tick(self) -> None:
        while not self._ended.wait(0.5 if self._tty else PLAIN_INTERVAL):
            if self._tty:
                _show(f"\r\033[K· {self._line()}"[:160])
            else:
                _show(f"  {self._line()}\n")


def _show(text: str) -> None:
    # Not on standard output, where a command's result may be read by a program.
    sys.stderr.write(text)
    sys.stderr.flush()


def in_words(seconds: float) -> str:
    """Give a span of time as people say it: `0.4 s`, `12 s`, `2 min 5 s`."""
    if seconds < 1:
        return f"{seconds:.1f} s"
    whole = int(seconds)
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60} s"


def run_logged(
    command: Sequence[str],
    log: Path,
    failed: str,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> None:
    """Run `command` with its output appended to `log`.

    Raises StepFailed with the sentence `failed` and where the log is, when it exits non-zero or
    cannot be started. It is ended with us when we are interrupted.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        output.write(f"\n$ {' '.join(command)}\n".encode())
        output.flush()
        try:
            child = subprocess.Popen(
                list(command),
                cwd=cwd,
                env=None if env is None else dict(env),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        except OSError as error:
            raise StepFailed(f"{failed} ({error.strerror}: {command[0]})") from error
        try:
            status = child.wait()
        except BaseException:
            child.terminate()
            child.wait()
            raise
    if status:
        raise StepFailed(f"{failed} Its output is in {log}")
