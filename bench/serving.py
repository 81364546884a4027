"""Models in processes of their own, asked in turns."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from bench.outcomes import Parsed, read_parsed
from nightdesk.run import leash
from nightdesk.run.progress import StepFailed

WARM_UP = 50
"""Messages that a process parses before its memory is read or a message is timed."""

BLOCK = 25


@dataclass(frozen=True)
class Answered:
    """What a model understood of one message, and how long it took (milliseconds)."""

    parsed: Parsed
    ms: float


class ModelProcess:
    """One model that is loaded and waits; a context manager that ends it."""

    def __init__(
        self, name: str, model: Path, log: Path, root: Path, environment: Mapping[str, str]
    ) -> None:
        """Start it and wait until it is ready. Raises StepFailed when it does not get there."""
        self.name = name
        self.resident_mib = 0.0
        self._log = log
        began = time.monotonic()
        with log.open("wb") as output:
            self._child = subprocess.Popen(
                [sys.executable, leash.__file__, sys.executable, "-m", "bench.serve", str(model)],
                cwd=root,
                env=dict(environment),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=output,
                text=True,
                encoding="utf-8",
            )
        try:
            self.load_s = float(self._read()["load_s"])
        except BaseException:
            self._end()
            raise
        self.ready_s = time.monotonic() - began

    def __enter__(self) -> "ModelProcess":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    def ask(self, texts: Sequence[str]) -> list[Answered]:
        """Give what the model understood of each text. Raises StepFailed when it has ended."""
        assert self._child.stdin is not None
        try:
            self._child.stdin.write(json.dumps(list(texts)) + "\n")
            self._child.stdin.flush()
        except BrokenPipeError:
            pass  # Reading says so.
        row = self._read()
        self.resident_mib = float(row["resident_mib"])
        return [Answered(read_parsed(found), float(found["ms"])) for found in row["parsed"]]

    def _read(self) -> dict[str, Any]:
        assert self._child.stdout is not None
        line = self._child.stdout.readline()
        if not line:
            raise StepFailed(f"The model of {self.name} has ended. Its output is in {self._log}")
        row: dict[str, Any] = json.loads(line)
        return row

    def _end(self) -> None:
        self._child.terminate()
        self._child.communicate()


def turns(messages: int, block: int = BLOCK) -> Iterator[tuple[slice, bool]]:
    """Give blocks of messages, and whether the second model goes first: each first equally often.

    What else the machine does in a moment then falls on both.
    """
    for number, start in enumerate(range(0, messages, block)):
        yield slice(start, min(start + block, messages)), bool(number % 2)


def ask_in_turns(
    pair: tuple[ModelProcess, ModelProcess],
    texts: Sequence[str],
    tell: Callable[[int], None] = lambda done: None,
) -> tuple[list[Answered], list[Answered]]:
    """Ask both models every text, block by block; give their answers in the texts' order."""
    found: dict[str, list[Answered]] = {model.name: [] for model in pair}
    for part, swapped in turns(len(texts)):
        for model in reversed(pair) if swapped else pair:
            found[model.name] += model.ask(texts[part])
        tell(part.stop)
    first, second = pair
    return found[first.name], found[second.name]


def warm_up(model: ModelProcess, texts: Sequence[str]) -> None:
    """Let a model parse as many messages as it takes to be warm, from `texts` over and over."""
    model.ask([texts[i % len(texts)] for i in range(WARM_UP)])
