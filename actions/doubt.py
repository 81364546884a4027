"""What to do with a message that was not understood: a pure decision."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from actions.reply import group_and_topic

MOST_OPTIONS = 3
LIKELY = 0.12
"""From which confidence on an intent is worth offering."""
CLEAR_ENOUGH = 0.3
"""What the offered intents must hold together; below it the options would be a lucky dip."""


@dataclass(frozen=True)
class Doubt:
    """Ask which of `options` (intents) is meant, say that it is unknown, offer staff, hand over."""

    act: Literal["ask", "unknown", "offer_staff", "hand_over"]
    options: tuple[str, ...] = ()


def in_doubt(ranking: Sequence[tuple[str, float]], misses: int) -> Doubt:
    """Decide from the ranking (intents with confidence, best first) and the misses before in a row.

    The first miss asks, the second offers staff, the third hands over: no loops.
    """
    if misses == 1:
        return Doubt("offer_staff")
    if misses > 1:
        return Doubt("hand_over")
    likely = [(name, p) for name, p in ranking if group_and_topic(name) and p >= LIKELY]
    likely = likely[:MOST_OPTIONS]
    if not likely or sum(p for _, p in likely) < CLEAR_ENOUGH:
        return Doubt("unknown")
    return Doubt("ask", tuple(name for name, _ in likely))
