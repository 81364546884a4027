"""What is fuzzed: how its inputs are made, and what must hold for each of them."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from random import Random
from typing import Any, Literal

Environment = Literal["bot", "desk"]

Check = Callable[[Any], None]
"""Tries one input. Raises AssertionError where something does not hold; all else is a crash."""


@dataclass(frozen=True)
class Target:
    """One thing that reads what others wrote.

    `make` gives an input from a random generator; `opened` gives, for a block, the check to try
    inputs with. `share` is its part of all inputs beside the others' parts. `seconds` is the most
    processor time that one input may take.
    """

    name: str
    about: str
    environment: Environment
    make: Callable[[Random], Any]
    opened: Callable[[], AbstractContextManager[Check]]
    share: int
    seconds: float


def input_of(target: Target, seed: int, number: int) -> Any:
    """Give a target's input by its number: the same for the same seed, in any process."""
    return target.make(Random(f"{seed} {target.name} {number}"))
