"""In which time a share of them was through, with those counted that still wait.

To leave out who still waits would flatter: the slowest are not through yet. What is known of one
that waits is how long it has waited so far. The Kaplan-Meier estimate takes just that: each time
that one gets through, the share still waiting falls by one of those known to have waited so long.
Where nobody waits, it is the nearest rank.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

_ROUNDING = 1e-9


class Within(NamedTuple):
    """The time in which the share was through; `more` when it is not yet: then at least so long."""

    seconds: float
    more: bool = False


def within(done: Sequence[float], waiting: Sequence[float], percent: int) -> Within | None:
    """Give in how many seconds `percent` of them were through, None without any.

    Takes how long each took that is through, and how long each has waited so far that is not.
    """
    # Of two at the same time, the one that got through comes first.
    known = sorted([(seconds, False) for seconds in done] + [(s, True) for s in waiting])
    if not known:
        return None
    left, still = len(known), 1.0
    for seconds, same in groupby(known, key=lambda one: one[0]):
        ends = [waits for _, waits in same]
        through = ends.count(False)
        still *= 1 - through / left
        left -= len(ends)
        if through and 1 - still >= percent / 100 - _ROUNDING:
            return Within(seconds)
    return Within(known[-1][0], more=True)
