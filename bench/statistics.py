"""Figures of a comparison, as pure functions: intervals, ranks, percentiles."""

import math
import random
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

Z_95 = 1.959964
"""Two-sided 95 % point of the normal distribution."""

REPEATS = 1000


def percentile(values: Sequence[float], percent: float) -> float:
    """Give the smallest value that at least `percent` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def median(values: Sequence[float]) -> float:
    """Give the middle value, or the mean of the two in the middle."""
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def gain(ours: Sequence[bool], theirs: Sequence[bool]) -> tuple[float, float, float]:
    """Give how much more often we are right on the same cases, with its 95 % interval (-1..1).

    The interval is that of paired shares: what counts are the cases on which the two differ.
    """
    n = len(ours)
    better = sum(a and not b for a, b in zip(ours, theirs, strict=True))
    worse = sum(b and not a for a, b in zip(ours, theirs, strict=True))
    mean = (better - worse) / n
    half = Z_95 * math.sqrt(max(0.0, better + worse - (better - worse) ** 2 / n)) / n
    return mean, mean - half, mean + half


def auroc(inside: Sequence[float], outside: Sequence[float]) -> float:
    """Give how often a score from `inside` is above one from `outside`; a tie counts half."""
    ordered = sorted(outside)
    wins = sum(bisect_left(ordered, s) + bisect_right(ordered, s) for s in inside) / 2
    return wins / (len(inside) * len(outside))


def auroc_interval(
    inside: Sequence[float], outside: Sequence[float], seed: int
) -> tuple[float, float]:
    """Give the 95 % interval of the AUROC: both sides drawn anew a thousand times, by `seed`."""
    chance = random.Random(seed)
    found = [
        auroc(chance.choices(inside, k=len(inside)), chance.choices(outside, k=len(outside)))
        for _ in range(REPEATS)
    ]
    return percentile(found, 2.5), percentile(found, 97.5)


def found_outside(inside: Sequence[float], outside: Sequence[float], rejected: float) -> int:
    """Count the scores from `outside` under a limit that rejects at most `rejected` of `inside`."""
    ordered = sorted(inside)
    limit = ordered[math.floor(rejected * len(ordered))]
    return sum(score < limit for score in outside)
