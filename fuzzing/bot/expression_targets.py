"""Every expression of the bot and of what both sides share, on near misses of its own."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from random import Random

from fuzzing.bot.safety_targets import patterns
from fuzzing.expressions import ROOT, Expression, expressions_in, in_schemas, searched
from fuzzing.near_misses import LENGTHS, near_misses
from fuzzing.target import Check, Target
from nightdesk.policies.take_backs import LONGEST, TakeBacks

PACKAGES = (
    (ROOT / "nightdesk", "nightdesk"),
    (ROOT / "actions", "actions"),
    (ROOT / "contract" / "nightdesk_contract", "nightdesk_contract"),
)


GUARDED = {"nightdesk.safety.disguises._NUMBERED": 160}
"""Characters that the code itself looks at, where they are fewer: by the third power of 160."""


@lru_cache(maxsize=1)
def expressions() -> Sequence[Expression]:
    """Give them all: the safety patterns, the take-backs, those in the code and in the schemas."""
    safety = [Expression(f"pattern {p.id}", p.expression) for p in patterns()]
    take_backs = TakeBacks.load(ROOT / "data" / "safety" / "take_backs.yml")
    return (
        *safety,
        # Asked only of what is no longer than this, and with a limit of its own.
        Expression("take_backs.yml", take_backs._whole, anchored=True, longest=LONGEST),
        *(
            replace(found, longest=GUARDED.get(found.where, found.longest))
            for found in expressions_in(PACKAGES)
        ),
        *in_schemas(ROOT / "contract" / "nightdesk_contract"),
    )


def tried(rng: Random) -> tuple[int, str]:
    """Give the number of an expression and a near miss of it."""
    number = rng.randrange(len(expressions()))
    expression = expressions()[number]
    text = near_misses(expression.text, rng.choice(LENGTHS), rng, 2)
    return number, rng.choice(text)


@contextmanager
def _opened() -> Iterator[Check]:
    def check(found: tuple[int, str]) -> None:
        number, text = found
        searched(expressions()[number], text)

    yield check


TARGETS = (
    Target(
        "bot-expressions",
        "every regular expression on texts that are nearly what it looks for",
        "bot",
        tried,
        _opened,
        30,
        2.5,
    ),
)
