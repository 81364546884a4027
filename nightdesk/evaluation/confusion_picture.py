"""The confusions as a heat map: what a line is by row, what it was taken for by column."""

import importlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nightdesk.evaluation.confusion import Guess, in_groups

_INCHES_AN_INTENT = 0.23
_MARGIN = 4.2
_DPI = 110


def matrix(guesses: Sequence[Guess], intents: Sequence[str]) -> np.ndarray:
    """Count lines: shape (intents, intents), rows what they are, columns what they were taken for.

    `intents` holds every intent of the guesses.
    """
    place = {intent: i for i, intent in enumerate(intents)}
    counts = np.zeros((len(intents), len(intents)), dtype=int)
    for (intent, taken_for), number in Counter((g.intent, g.taken_for) for g in guesses).items():
        counts[place[intent], place[taken_for]] = number
    return counts


def draw(guesses: Sequence[Guess], target: Path, title: str) -> None:
    """Write the picture, as .png or .svg by the name of `target`. Raises OSError."""
    groups = in_groups({g.intent for g in guesses} | {g.taken_for for g in guesses})
    intents = [intent for group in groups for intent in group]
    counts = matrix(guesses, intents)
    shares = 100 * counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    size = max(7.0, _MARGIN + _INCHES_AN_INTENT * len(intents))
    # Here, not above: importing it takes a second that no other command should pay. By name,
    # because the version that Rasa allows carries no types.
    matplotlib: Any = importlib.import_module("matplotlib")
    figures: Any = importlib.import_module("matplotlib.figure")
    # Letters stay letters in an .svg: it can be searched, and is a tenth of the size.
    with matplotlib.rc_context({"svg.fonttype": "none"}):
        figure = figures.Figure(figsize=(size, 0.95 * size), dpi=_DPI, layout="constrained")
        axes = figure.add_subplot()
        _paint(axes, figure, shares)
        _write_counts(axes, counts, shares)
        _label(axes, groups, title)
        figure.savefig(target, format=target.suffix[1:])


def _paint(axes: Any, figure: Any, shares: np.ndarray) -> None:
    """Paint right lines blue and mistakes red, on scales of their own: mistakes are few."""
    colors: Any = importlib.import_module("matplotlib.colors")
    diagonal = np.eye(len(shares), dtype=bool)
    # What is not a number is not painted.
    right = np.where(diagonal, shares, np.nan)
    wrong = np.where(diagonal | (shares == 0), np.nan, shares)
    most = max(1.0, float(shares[~diagonal].max(initial=0.0)))
    axes.imshow(right, cmap="Blues", vmin=0, vmax=250)
    # The palest red is still red: one line of three hundred can be seen.
    reds = colors.LinearSegmentedColormap.from_list("mistakes", ["#fdc9b4", "#e8412f", "#6b0010"])
    image = axes.imshow(wrong, cmap=reds, norm=colors.PowerNorm(0.6, vmin=0, vmax=most))
    bar = figure.colorbar(image, ax=axes, shrink=0.4, pad=0.01)
    bar.set_label("mistakes, % of the row's lines")


def _write_counts(axes: Any, counts: np.ndarray, shares: np.ndarray) -> None:
    off = shares.copy()
    np.fill_diagonal(off, 0)
    dark = 0.45 * max(1.0, float(off.max(initial=0.0)))
    for row, column in zip(*np.nonzero(counts), strict=True):
        right = row == column
        text = f"{shares[row, column]:.0f}" if right else str(counts[row, column])
        color = "#10305c" if right else "white" if off[row, column] > dark else "#3a0008"
        axes.text(column, row, text, ha="center", va="center", fontsize=5.5, color=color)


def _label(axes: Any, groups: Sequence[Sequence[str]], title: str) -> None:
    intents = [intent for group in groups for intent in group]
    places = range(len(intents))
    axes.set_xticks(places, labels=intents, rotation=90, fontsize=7)
    axes.set_yticks(places, labels=intents, fontsize=7)
    axes.set_xlabel("taken for")
    axes.set_ylabel("is")
    axes.set_title(f"{title}\nblue: right, % of the row; red: mistakes, lines", fontsize=11)
    axes.tick_params(length=2)
    edge = 0
    for group in groups[:-1]:
        edge += len(group)
        axes.axhline(edge - 0.5, color="#666666", linewidth=0.8)
        axes.axvline(edge - 0.5, color="#666666", linewidth=0.8)
