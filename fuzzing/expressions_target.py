"""A target that tries expressions on near misses of their own."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from random import Random

from fuzzing.expressions import Expression, searched
from fuzzing.near_misses import LENGTHS, near_misses
from fuzzing.target import Check, Environment, Target


def expressions_target(
    environment: Environment, expressions: Callable[[], Sequence[Expression]], share: int
) -> Target:
    """Give the target of an environment's expressions, which are looked for when it is used."""

    def tried(rng: Random) -> tuple[int, str]:
        number = rng.randrange(len(expressions()))
        text = near_misses(expressions()[number].text, rng.choice(LENGTHS), rng, 2)
        return number, rng.choice(text)

    @contextmanager
    def opened() -> Iterator[Check]:
        def check(found: tuple[int, str]) -> None:
            number, text = found
            searched(expressions()[number], text)

        yield check

    about = "every regular expression on texts that are nearly what it looks for"
    return Target(f"{environment}-expressions", about, environment, tried, opened, share, 2.5)
