"""Figures of an evaluation: numbers for machines, a table for people, and the gate."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from nightdesk.evaluation.interval import wilson
from nightdesk.evaluation.judge import Judged, share

FIGURES = ("right", "wrong_answer", "withheld", "false_alarm")
_HEADS = {"right": "right", "wrong_answer": "wrong", "withheld": "withheld", "false_alarm": "alarm"}


class ThresholdsError(ValueError):
    """The thresholds file cannot be used."""


def figures(judged: Sequence[Judged]) -> dict[str, Any]:
    """Give cases and, for each figure, percent with its Wilson 95 % interval in percent."""
    row: dict[str, Any] = {"cases": len(judged)}
    for name in FIGURES:
        hits, total = share(judged, name)
        low, high = wilson(hits, total)
        row[name] = {
            "count": hits,
            "percent": _percent(hits, total),
            "low": round(100 * low, 1),
            "high": round(100 * high, 1),
        }
    return row


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
    """Give each case that was not right: label, outcome, text."""
    return "\n".join(
        f"  {row.case.label:34} {row.outcome:34} {row.case.text[:120]!r}"
        for row in judged
        if not row.right
    )


def load_thresholds(path: Path) -> dict[str, dict[str, float]]:
    """Read limits by file name: `<figure>_at_least` or `<figure>_at_most`, in percent.

    Raises ThresholdsError naming what is wrong.
    """
    try:
        rows = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ThresholdsError(f"{path}: cannot be read ({type(error).__name__})") from error
    allowed = {f"{figure}_{side}" for figure in FIGURES for side in ("at_least", "at_most")}
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
        percent = row[figure]["percent"]
        if (percent < limit) if side == "least" else (percent > limit):
            found.append(f"{name}: {figure} is {percent} %, must be at {side} {limit} %")
    return found


def _line(name: str, row: Mapping[str, Any], width: int) -> str:
    cells = " ".join(
        f"{row[f]['percent']:6.1f} ({row[f]['low']:5.1f}-{row[f]['high']:5.1f})" for f in FIGURES
    )
    return f"{name:{width}} {row['cases']:>6} {cells}"


def _percent(hits: int, total: int) -> float:
    return round(100 * hits / total, 2) if total else 0.0
