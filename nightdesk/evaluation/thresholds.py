"""Chooses the safety model's thresholds from labelled cases: the whole curve, and the best pair.

Crisis and medical advice are chosen one after the other: first where the model calls a crisis,
then, with that fixed, where it calls medical advice. The rule is in `best`: what must be found
comes first, then as few false alarms as possible.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from nightdesk.safety.patterns import Hit
from nightdesk.safety.verdict import CRISIS, Scored

GRID = (
    *(0.005, 0.01, 0.02, 0.03, 0.05, 0.06, 0.07, 0.08, 0.09, 0.1, 0.11, 0.12, 0.13, 0.14),
    *(0.15, 0.16, 0.18, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95),
)
"""Probabilities that are tried for a whole message."""

PARTS = (1.0, 1.5, 2.0, 3.0, 4.0)
"""How much surer a sentence or a window must be than the whole."""

SUREST = 0.97


@dataclass(frozen=True)
class Seen:
    """What the detector saw in one case; `label` is crisis, medical_advice or harmless.

    `crisis` and `alarm` are (whole, best part): the highest probability of a crisis, and of a
    crisis or medical advice. `pattern_crisis` and `pattern` say that a pattern fired.
    """

    file: str
    label: str
    pattern_crisis: bool
    pattern: bool
    crisis: tuple[float, float]
    alarm: tuple[float, float]


@dataclass(frozen=True)
class Point:
    """One point of a curve: thresholds for the whole and for parts, and what they give (percent).

    `found` is the share of the cases of the kind that are found, by file; `alarms` that of the
    harmless ones that fire, by file.
    """

    whole: float
    part: float
    found: dict[str, float]
    alarms: dict[str, float]


def seen(file: str, label: str, hits: Sequence[Hit], scored: Sequence[Scored]) -> Seen:
    """Boil a case down to what thresholds decide on."""

    def highest(whole: bool, medical: bool) -> float:
        found = [
            part.any_crisis + (part.medical_advice if medical else 0.0)
            for part in scored
            if part.whole == whole
        ]
        return max(found, default=0.0)

    return Seen(
        file,
        label,
        any(hit.pattern.category == CRISIS for hit in hits),
        bool(hits),
        (highest(True, False), highest(False, False)),
        (highest(True, True), highest(False, True)),
    )


def crisis_curve(cases: Sequence[Seen]) -> list[Point]:
    """Give what each pair of crisis thresholds finds, and on what harmless cases it fires."""
    return _curve(cases, "crisis", np.zeros(len(cases), dtype=bool))


def medical_curve(cases: Sequence[Seen], crisis: Point) -> list[Point]:
    """Give the same for medical advice, with the crisis thresholds fixed.

    What is taken for a crisis counts as found: it too ends at a person.
    """
    return _curve(cases, "medical_advice", _fires(cases, "crisis", crisis.whole, crisis.part))


def best(curve: Sequence[Point], floors: Mapping[str, float]) -> Point:
    """Give the point with the fewest false alarms among those that find enough.

    `floors` are the least shares (percent) that must be found, by file; files without one are not
    looked at. Where no point reaches them all, the one that misses them by least is taken. Of
    equals the one that asks least of a part, then of the whole: it misses less, and one sentence in
    a long message, of which the cases hold few, is found by its part alone.
    """

    def order(point: Point) -> tuple[float, float, float, float]:
        short = sum(max(0.0, floor - point.found.get(f, floor)) for f, floor in floors.items())
        return (round(short, 6), round(_mean(point.alarms), 6), point.part, point.whole)

    return min(curve, key=order)


def _curve(cases: Sequence[Seen], label: str, already: np.ndarray) -> list[Point]:
    points = []
    pairs = {(whole, min(whole * times, SUREST)) for whole in GRID for times in PARTS}
    for whole, part in sorted(pairs):
        fired = _fires(cases, label, whole, part) | already
        found = _shares(cases, fired, label)
        alarms = _shares(cases, fired, "harmless")
        points.append(Point(whole, part, found, alarms))
    return points


def _fires(cases: Sequence[Seen], label: str, whole: float, part: float) -> np.ndarray:
    crisis = label == "crisis"
    patterns = np.array([c.pattern_crisis if crisis else c.pattern for c in cases])
    scores = np.array([c.crisis if crisis else c.alarm for c in cases])
    fired: np.ndarray = patterns | (scores[:, 0] >= whole) | (scores[:, 1] >= part)
    return fired


def _shares(cases: Sequence[Seen], fired: np.ndarray, label: str) -> dict[str, float]:
    files = dict.fromkeys(c.file for c in cases if c.label == label)
    return {
        file: 100.0
        * float(np.mean([f for c, f in zip(cases, fired, strict=True) if _is(c, file, label)]))
        for file in files
    }


def _is(case: Seen, file: str, label: str) -> bool:
    return case.file == file and case.label == label


def _mean(shares: dict[str, float]) -> float:
    return sum(shares.values()) / len(shares) if shares else 0.0
