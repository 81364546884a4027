"""Progress of long work, on standard error: what is done now, and how far it is."""

import sys
import threading
import time
from collections.abc import Callable
from types import TracebackType

EVERY_ON_TERMINAL, EVERY_ELSEWHERE = 0.5, 15.0
"""Seconds between signs of life."""


class Step:
    """One step: `with Step("Copying", lambda: "3 of 10 MB"): …`."""

    def __init__(self, name: str, so_far: Callable[[], str] = lambda: "") -> None:
        """Take the step's name, and what gives how far it is."""
        self._name = name
        self._so_far = so_far
        self._terminal = sys.stderr.isatty()
        self._over = threading.Event()
        self._ticker = threading.Thread(target=self._tick, daemon=True)
        self._begun = 0.0

    def __enter__(self) -> "Step":
        self._begun = time.monotonic()
        self._ticker.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._ticker.join()
        clear = "\r\033[K" if self._terminal else ""
        mark = "✓" if error is None else "✗"
        seconds = time.monotonic() - self._begun
        print(f"{clear}{mark} {self._name} ({seconds:.1f} s)", file=sys.stderr, flush=True)

    def _tick(self) -> None:
        while not self._over.wait(EVERY_ON_TERMINAL if self._terminal else EVERY_ELSEWHERE):
            said = f"· {self._name} … {self._so_far()}".rstrip()
            if self._terminal:
                print(f"\r\033[K{said[:100]}", end="", file=sys.stderr, flush=True)
            else:
                print(said, file=sys.stderr, flush=True)


def megabytes(size: int) -> str:
    """Give a size as people read it."""
    return f"{size / 1_000_000:.1f} MB"
