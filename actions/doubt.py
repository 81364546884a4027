"""What to do with a message that was not understood: a pure decision."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from actions.reply import group_and_topic

RESPONSES = {
    "unknown": "utter_unknown",
    "offer_staff": "utter_offer_staff",
    "hand_over": "utter_hand_over_unclear",
}
"""How each act but asking is worded in the domain; each has a field `nearest`."""

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
    again = missed_again(misses)
    if again:
        return again
    likely = [(name, p) for name, p in ranking if group_and_topic(name) and p >= LIKELY]
    likely = likely[:MOST_OPTIONS]
    if not likely or sum(p for _, p in likely) < CLEAR_ENOUGH:
        return Doubt("unknown")
    return Doubt("ask", tuple(name for name, _ in likely))


def nearest(ranking: Sequence[tuple[str, float]]) -> str:
    """Give the intent about a topic that a message came nearest to, however far; "" for none.

    Visitors are not told of it: it is for those who look at what could not be answered.
    """
    return next((name for name, _ in ranking if group_and_topic(name)), "")


def missed_again(misses: int) -> Doubt | None:
    """Give what follows when there were misses before in a row; None for the first."""
    if misses == 0:
        return None
    return Doubt("offer_staff" if misses == 1 else "hand_over")
