"""What a run says: percentiles, what was lost, the processor's time, and ratios."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from bench.statistics import median, percentile

P99_WITHIN = 0.25
"""Seconds that the whole way of 99 in 100 messages may take: the goal's own figure."""

TIMES_STOCK = 2.0
"""The goal: so many times the throughput of a stock Rasa."""

PERCENTS = (("p50", 50), ("p95", 95), ("p99", 99))

End = Literal["answered", "failed", "lost"]
"""`failed`: the visitor got words, but not the bot's (Rasa gave no usable answer in time)."""


@dataclass(frozen=True)
class Sent:
    """What became of a message, in seconds from when it was due.

    `stored` is when the system had confirmed it, `shown` when the visitor had the answer.
    """

    due: float
    end: End
    stored: float | None = None
    shown: float | None = None


def run_figures(
    rate: float, sent: Sequence[Sent], cpu: Mapping[str, float], took: float
) -> dict[str, Any]:
    """Give the figures of one run at one rate (messages a second).

    `cpu` are the seconds of processor that each process used in the run's `took` seconds.
    """
    shown = [row.shown for row in sent if row.shown is not None]
    stored = [row.stored for row in sent if row.stored is not None]
    return {
        "rate": round(rate, 2),
        "messages": len(sent),
        "lost": sum(row.end == "lost" for row in sent),
        "failed": sum(row.end == "failed" for row in sent),
        "ms": {name: _ms(shown, percent) for name, percent in PERCENTS},
        "stored_ms": {name: _ms(stored, percent) for name, percent in PERCENTS},
        "cpu": {name: round(seconds / took, 3) for name, seconds in cpu.items()},
    }


def held(run: Mapping[str, Any]) -> bool:
    """Say whether a run kept p99 within the goal and lost nothing."""
    p99 = run["ms"]["p99"]
    whole = run["messages"] and not run["lost"] and not run["failed"]
    return bool(whole) and p99 is not None and p99 <= 1000 * P99_WITHIN


def spread(values: Iterable[float]) -> dict[str, float] | None:
    """Give the median, the lowest and the highest of some repetitions; None of none."""
    found = sorted(values)
    if not found:
        return None
    return {
        "median": round(median(found), 2),
        "low": round(found[0], 2),
        "high": round(found[-1], 2),
    }


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    """Give ours over theirs, repetition by repetition; one in which theirs held nothing is left."""
    return [a / b for a, b in zip(ours, theirs, strict=True) if b]


def _ms(seconds: Sequence[float], percent: float) -> float | None:
    return round(1000 * percentile(seconds, percent), 1) if seconds else None
