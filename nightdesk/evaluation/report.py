"""Figures of an evaluation: numbers for machines, a table for people, and the gate."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from nightdesk.evaluation.interval import wilson
from nightdesk.evaluation.judge import Judged, share
from nightdesk_contract.outcome import LEVELS

FIGURES = ("right", "wrong_answer", "withheld", "false_alarm")
LEVEL_FIGURES = ("level_right", "emergency_found")
"""Over the cases with a level: hand-overs that have it; and of P0, those found as P0, for an
emergency that waits like a crisis is the serious mistake."""

ABOUT = "about_right"
"""Over the cases that say what their crisis is about: those that got a text about it."""

_HEADS = {"right": "right", "wrong_answer": "wrong", "withheld": "withheld", "false_alarm": "alarm"}


class ThresholdsError(ValueError):
    """The thresholds file cannot be used."""


def figures(judged: Sequence[Judged]) -> dict[str, Any]:
    """Give cases and, for each figure, percent with its Wilson 95 % interval in percent."""
    return {"cases": len(judged), **{name: _figure(*share(judged, name)) for name in FIGURES}}


def level_figures(judged: Sequence[Judged]) -> dict[str, Any]:
    """Give LEVEL_FIGURES as `figures` does, each with how many cases it is of; nothing without."""
    asked = [row for row in judged if row.case.level]
    if not asked:
        return {}
    urgent = [row for row in asked if row.case.level == LEVELS[0]]
    return {
        name: {"cases": len(rows), **_figure(*share(rows, "level_right"))}
        for name, rows in zip(LEVEL_FIGURES, (asked, urgent), strict=True)
    }


def about_figure(judged: Sequence[Judged]) -> dict[str, Any]:
    """Give ABOUT as `figures` does, with how many cases it is of; nothing without such cases."""
    asked = [row for row in judged if row.case.about]
    return {ABOUT: {"cases": len(asked), **_figure(*share(asked, ABOUT))}} if asked else {}


def all_figures(judged: Sequence[Judged]) -> dict[str, Any]:
    """Give every figure that a limit may be set for."""
    return {**figures(judged), **level_figures(judged), **about_figure(judged)}


def about_table(judged: Sequence[Judged]) -> str:
    """Give what the texts came to, and what was taken for what; "" without such cases."""
    row = about_figure(judged)
    if not row:
        return ""
    asked = ((j.case.about, j.about or "no crisis") for j in judged if j.case.about)
    head = f"text about the right thing {_cell(row[ABOUT])}, of {row[ABOUT]['cases']}"
    return "\n".join([head, *_taken_for(asked)])


def levels_table(judged: Sequence[Judged]) -> str:
    """Give what the levels came to, and which was taken for which; "" without cases of levels."""
    row = level_figures(judged)
    if not row:
        return ""
    right, found = (_cell(row[name]) for name in LEVEL_FIGURES)
    asked = ((j.case.level, j.level or "no hand-over") for j in judged if j.case.level)
    heads = [
        f"level right {right}, of {row['level_right']['cases']}",
        f"P0 found as P0 {found}, of {row['emergency_found']['cases']}",
    ]
    return "\n".join([*heads, *_taken_for(asked)])


def _taken_for(pairs: Iterable[tuple[str, str]]) -> list[str]:
    """Give how often each was taken for another, of (what it should be, what it was taken for)."""
    counted = Counter((want, got) for want, got in pairs if want != got)
    return [f"  {want} taken for {got}: {n}" for (want, got), n in sorted(counted.items())]


def by_group(judged: Sequence[Judged], key: str) -> dict[str, dict[str, Any]]:
    """Give the figures by `label` or `kind`."""
    groups: dict[str, list[Judged]] = {}
    for row in judged:
        groups.setdefault(getattr(row.case, key), []).append(row)
    return {name: figures(rows) for name, rows in sorted(groups.items())}


def table(name: str, judged: Sequence[Judged]) -> str:
    """Give a table: the whole file, then its kinds."""
    width = max([len(name), 24, *(len(row.case.kind) for row in judged)])
    lines = [f"{'':{width}} {'cases':>6} " + " ".join(f"{_HEADS[f]:>21}" for f in FIGURES)]
    lines.append(_line(name, figures(judged), width))
    groups = by_group(judged, "kind")
    if len(groups) > 1:
        lines += [_line(f"  {kind}"[:width], row, width) for kind, row in groups.items()]
    return "\n".join(lines)


def misses(judged: Sequence[Judged]) -> str:
    """Give each case that was not right, or had another level: label, outcome, text."""
    return "\n".join(
        f"  {_wanted(row.case.label, row.case.level):34} {_wanted(row.outcome, row.level):34} "
        f"{row.case.text[:120]!r}"
        for row in judged
        if not row.right or (row.case.level and not row.level_right)
    )


def load_thresholds(path: Path) -> dict[str, dict[str, float]]:
    """Read limits by file name: `<figure>_at_least` or `<figure>_at_most`, in percent.

    Raises ThresholdsError naming what is wrong.
    """
    try:
        rows = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ThresholdsError(f"{path}: cannot be read ({type(error).__name__})") from error
    known = (*FIGURES, *LEVEL_FIGURES, ABOUT)
    allowed = {f"{figure}_{side}" for figure in known for side in ("at_least", "at_most")}
    if not isinstance(rows, dict):
        raise ThresholdsError(f"{path}: expected a mapping of file names to limits")
    for name, limits in rows.items():
        if not isinstance(limits, dict) or not limits:
            raise ThresholdsError(f"{path}: {name}: expected limits")
        for key, value in limits.items():
            if key not in allowed or isinstance(value, bool) or not isinstance(value, (int, float)):
                raise ThresholdsError(
                    f"{path}: {name}.{key}: found {value!r}; allowed: a number under one of "
                    + ", ".join(sorted(allowed))
                )
    return rows


def below(name: str, row: Mapping[str, Any], limits: Mapping[str, float]) -> list[str]:
    """Give a sentence for each limit that the figures of file `name` do not keep."""
    found = []
    for key, limit in limits.items():
        figure, _, side = key.partition("_at_")
        if figure not in row:
            found.append(f"{name}: {figure} is asked for, but no case says what it should be")
            continue
        percent = row[figure]["percent"]
        if (percent < limit) if side == "least" else (percent > limit):
            found.append(f"{name}: {figure} is {percent} %, must be at {side} {limit} %")
    return found


def _line(name: str, row: Mapping[str, Any], width: int) -> str:
    cells = " ".join(_cell(row[f]) for f in FIGURES)
    return f"{name:{width}} {row['cases']:>6} {cells}"


def _cell(figure: Mapping[str, Any]) -> str:
    return f"{figure['percent']:6.1f} ({figure['low']:5.1f}-{figure['high']:5.1f})"


def _wanted(outcome: str, level: str) -> str:
    return f"{outcome} {level}".strip()


def _figure(hits: int, total: int) -> dict[str, Any]:
    low, high = wilson(hits, total)
    return {
        "count": hits,
        "percent": _percent(hits, total),
        "low": round(100 * low, 1),
        "high": round(100 * high, 1),
    }


def _percent(hits: int, total: int) -> float:
    return round(100 * hits / total, 2) if total else 0.0
