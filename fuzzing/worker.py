"""One process that tries a row of inputs of one target, and says what came of them.

`python -m fuzzing.worker list` gives the environment's targets as JSON;
`python -m fuzzing.worker TARGET SEED FIRST COUNT SLOT` tries inputs and writes the number of the
one that is being tried into the file SLOT, so that it is known even when the process dies of it.
What it says are lines of JSON: `done` now and then, `failed` for an input, `ended` once.
"""

import faulthandler
import json
import logging
import mmap
import struct
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fuzzing.registry import targets
from fuzzing.target import Check, Target, input_of

EVERY = 1.0
"""Seconds between two signs of life."""

MOST_FAILURES = 20
"""Failing inputs of one row that are told one by one; the rest is counted."""

SHOWN = 120
Say = Callable[[dict[str, Any]], None]


class TooSlow(Exception):
    """An input took more processor time than its target may take."""


def tried(check: Check, found: Any, most: float) -> tuple[float, BaseException | None]:
    """Try one input: give the processor time that it took, and what went wrong."""
    began = time.process_time()
    fault: BaseException | None = None
    try:
        check(found)
    except Exception as error:
        fault = error
    took = time.process_time() - began
    if fault is None and took > most:
        fault = TooSlow(f"{took:.1f} s of processor time; allowed: {most} s")
    return took, fault


def kind_of(fault: BaseException) -> str:
    """Give what sort of failure it is: a crash, something that does not hold, or too slow."""
    if isinstance(fault, AssertionError):
        return "broken"
    return "slow" if isinstance(fault, TooSlow | TimeoutError) else "crash"


def work(target: Target, seed: int, first: int, count: int, slot: mmap.mmap, say: Say) -> None:
    """Try `count` inputs from number `first` on."""
    slowest, slowest_at, failures, next_sign = 0.0, first, 0, time.monotonic() + EVERY
    with target.opened() as check:
        for number in range(first, first + count):
            slot[:8] = struct.pack("<q", number)
            found = input_of(target, seed, number)
            took, fault = tried(check, found, target.seconds)
            if took > slowest:
                slowest, slowest_at = took, number
            if fault is not None:
                failures += 1
                if failures <= MOST_FAILURES:
                    say({"failed": failure(target, seed, number, found, fault)})
                else:
                    say({"failed": None})
            if time.monotonic() > next_sign:
                next_sign = time.monotonic() + EVERY
                say({"done": number - first + 1})
    say(
        {
            "ended": count,
            "slowest": slowest,
            "slowest_number": slowest_at,
            "slowest_input": shown(input_of(target, seed, slowest_at)),
        }
    )


def failure(
    target: Target, seed: int, number: int, found: Any, fault: BaseException
) -> dict[str, Any]:
    """Give a failing input as it is told and kept."""
    return {
        "target": target.name,
        "seed": seed,
        "number": number,
        "kind": kind_of(fault),
        "error": f"{type(fault).__name__}: {fault}"[:500],
        "where": traceback.format_tb(fault.__traceback__)[-3:],
        "input": ascii(found),
    }


def shown(found: Any) -> str:
    """Give an input as a line may show it."""
    text = ascii(found)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}… ({len(text)} characters)"


def main(arguments: list[str]) -> int:
    """Run what was asked for; gives the exit status."""
    faulthandler.enable()
    # What is refused on purpose is logged as it should be; a million lines of it help nobody.
    logging.disable(logging.CRITICAL)
    known = targets()

    def say(row: dict[str, Any]) -> None:
        print(json.dumps(row), flush=True)

    if arguments == ["list"]:
        say({name: [target.share, target.about] for name, target in known.items()})
        return 0
    name, seed, first, count, slot = arguments
    with Path(slot).open("r+b") as file, mmap.mmap(file.fileno(), 8) as number:
        work(known[name], int(seed), int(first), int(count), number, say)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
