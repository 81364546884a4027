"""Every expression of the bot and of what both sides share, on near misses of its own."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from fuzzing.bot.safety_targets import patterns
from fuzzing.expressions import ROOT, Expression, expressions_in, in_schemas
from fuzzing.expressions_target import expressions_target
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


TARGETS = (expressions_target("bot", expressions, share=30),)
