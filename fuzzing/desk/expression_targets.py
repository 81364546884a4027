"""Every expression of the desk on near misses of its own."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from random import Random

from fuzzing.expressions import ROOT, Expression, expressions_in, searched
from fuzzing.near_misses import LENGTHS, near_misses
from fuzzing.target import Check, Target

PACKAGES = ((ROOT / "desk" / "nightdesk_desk", "nightdesk_desk"),)


@lru_cache(maxsize=1)
def expressions() -> Sequence[Expression]:
    """Give the expressions in the desk's code."""
    return expressions_in(PACKAGES)


def tried(rng: Random) -> tuple[int, str]:
    """Give the number of an expression and a near miss of it."""
    number = rng.randrange(len(expressions()))
    text = near_misses(expressions()[number].text, rng.choice(LENGTHS), rng, 2)
    return number, rng.choice(text)


@contextmanager
def _opened() -> Iterator[Check]:
    def check(found: tuple[int, str]) -> None:
        number, text = found
        searched(expressions()[number], text)

    yield check


TARGETS = (
    Target(
        "desk-expressions",
        "every regular expression on texts that are nearly what it looks for",
        "desk",
        tried,
        _opened,
        10,
        2.5,
    ),
)
