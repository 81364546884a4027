"""Pictures of figures, drawn by the server: plain values to where each bar stands."""

from collections.abc import Mapping, Sequence
from math import ceil, log10
from typing import NamedTuple

WIDTH, HEIGHT = 720, 180
"""The picture's own units; it is shown as wide as its place."""
LEFT, BOTTOM, TOP = 36, 22, 8
MOST_LABELS = 10


class Bar(NamedTuple):
    """A part of a slot's bar: `number` of `part` in the slot of that name."""

    x: float
    y: float
    width: float
    height: float
    part: str
    slot: str
    number: int


class Label(NamedTuple):
    """Words at a place."""

    x: float
    y: float
    text: str


class Chart(NamedTuple):
    """A picture of stacked bars, with lines at round values."""

    bars: list[Bar]
    slots: list[Label]
    values: list[Label]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT


def stacked(names: Sequence[str], slots: Sequence[Mapping[str, int]]) -> Chart:
    """Give a chart of one bar a slot, its parts (by name) one on the other in their order."""
    top = _round_up(max((sum(parts.values()) for parts in slots), default=0))
    floor, tall = HEIGHT - BOTTOM, HEIGHT - BOTTOM - TOP
    pace = (WIDTH - LEFT) / max(1, len(slots))
    bars: list[Bar] = []
    for number, parts in enumerate(slots):
        y = float(floor)
        for part, count in parts.items():
            height = tall * count / top
            y -= height
            if count:
                x, wide = round(LEFT + pace * (number + 0.1), 1), round(pace * 0.8, 1)
                place = (x, round(y, 1), wide, round(height, 1))
                bars.append(Bar(*place, part, names[number], count))
    every = ceil(len(names) / MOST_LABELS) or 1
    labels = [
        Label(round(LEFT + pace * (number + 0.5), 1), HEIGHT - 6, name)
        for number, name in enumerate(names)
        if number % every == 0
    ]
    values = [Label(LEFT - 6, round(floor - tall * v / top, 1), str(v)) for v in (0, top // 2, top)]
    return Chart(bars, labels, values)


def _round_up(value: int) -> int:
    """Give the next even round number: 2, 4, 10, 20, 40, 100 …"""
    if value <= 2:
        return 2
    power = int(10 ** int(log10(value)))
    return next(n for n in (power, 2 * power, 4 * power, 10 * power) if n >= value)
