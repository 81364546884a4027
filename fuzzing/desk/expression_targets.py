"""Every expression of the desk on near misses of its own."""

from collections.abc import Sequence
from functools import lru_cache

from fuzzing.expressions import ROOT, Expression, expressions_in
from fuzzing.expressions_target import expressions_target

PACKAGES = ((ROOT / "desk" / "nightdesk_desk", "nightdesk_desk"),)


@lru_cache(maxsize=1)
def expressions() -> Sequence[Expression]:
    """Give the expressions in the desk's code."""
    return expressions_in(PACKAGES)


TARGETS = (expressions_target("desk", expressions, share=10),)
