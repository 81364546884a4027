"""From what was measured to the figures of the comparison: pure functions over plain values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bench.outcomes import Replies, answerable, outcome_of
from bench.serving import Answered
from bench.statistics import auroc, auroc_interval, found_outside, gain, median, percentile
from bench.training import Trained
from nightdesk.evaluation.cases import Case
from nightdesk.evaluation.judge import Judged, judge
from nightdesk.evaluation.report import figures

JUDGED = ("faq", "logistics", "not_in_source", "out_of_scope")
"""Labels that understanding alone can get right: the others need the safety detector."""

ANSWERABLE = ("faq", "logistics")
FALSE_REJECTION = 0.05
FIGURES = ("right", "wrong_answer", "withheld")

MORE_RIGHT = 8.0
"""Goal: percentage points more right."""
WRONG_SHARE = 0.2
"""Goal: our wrong answers as a share of Rasa's, at most."""
TRAINING_SHARE = 0.1
"""Goal: our training time as a share of Rasa's, at most."""


@dataclass(frozen=True)
class Messages:
    """What both are asked: cases by file, as written and with typos, and off-topic messages."""

    clean: dict[str, list[Case]]
    typos: dict[str, list[Case]]
    off_topic: list[str]

    def texts(self) -> list[str]:
        """Give every text, in the order in which `Answers` wants the answers."""
        cases = [
            case for part in (self.clean, self.typos) for rows in part.values() for case in rows
        ]
        return [*(case.text for case in cases), *self.off_topic]


@dataclass(frozen=True)
class Start:
    """One start of a process: seconds until ready, of these for loading the model, and memory."""

    ready_s: float
    load_s: float
    resident_mib: float


@dataclass(frozen=True)
class Answers:
    """What one pipeline made of the messages: judged cases by file, and off-topic scores (0..1)."""

    clean: dict[str, list[Judged]]
    typos: dict[str, list[Judged]]
    inside: list[float]
    outside: list[float]
    ms: list[float]


def judged_label(case: Case) -> bool:
    """Say whether a case is part of the comparison."""
    return case.label.partition(":")[0] in JUDGED


def answers(messages: Messages, answered: Sequence[Answered], replies: Replies) -> Answers:
    """Judge what a pipeline understood, in the order of `messages.texts()`."""
    rows = iter(answered)
    inside: list[float] = []
    outside: list[float] = []

    def judged(files: Mapping[str, Sequence[Case]], scores: bool) -> dict[str, list[Judged]]:
        found: dict[str, list[Judged]] = {}
        for name, cases in files.items():
            found[name] = []
            for case in cases:
                parsed = next(rows).parsed
                found[name].append(judge(case, outcome_of(parsed, replies)))
                kind = case.label.partition(":")[0]
                if scores and kind in (*ANSWERABLE, "out_of_scope"):
                    (inside if kind in ANSWERABLE else outside).append(answerable(parsed))
        return found

    clean, typos = judged(messages.clean, True), judged(messages.typos, False)
    outside += [answerable(next(rows).parsed) for _ in messages.off_topic]
    return Answers(clean, typos, inside, outside, [row.ms for row in answered])


def system(found: Answers, trained: Trained, starts: Sequence[Start], seed: int) -> dict[str, Any]:
    """Give one pipeline's figures as a JSON object."""
    cost = trained.cost
    return {
        "scores": {
            "all": _score(_all(found.clean), _all(found.typos)),
            "files": {name: _score(found.clean[name], found.typos[name]) for name in found.clean},
        },
        "off_topic": _off_topic(found, seed),
        "training": {
            "cpu_s": round(cost.cpu_s, 1),
            "wall_s": round(cost.wall_s, 1),
            "peak_mib": round(cost.peak_mib),
            "at": trained.at,
        },
        "ready_s": round(median([start.ready_s for start in starts]), 2),
        "load_s": round(median([start.load_s for start in starts]), 2),
        "resident_mib": round(median([start.resident_mib for start in starts])),
        "parse_ms": {
            "p50": round(percentile(found.ms, 50), 2),
            "p99": round(percentile(found.ms, 99), 2),
            "messages": len(found.ms),
        },
    }


def compared(ours: Answers, theirs: Answers) -> dict[str, Any]:
    """Give how many percentage points more we have right, on the same cases, with intervals."""
    return {
        variant: _points(
            [row.right for row in _all(getattr(ours, variant))],
            [row.right for row in _all(getattr(theirs, variant))],
        )
        for variant in ("clean", "typos")
    }


def goals(
    ours: Mapping[str, Any], theirs: Mapping[str, Any], points: float
) -> list[dict[str, Any]]:
    """Give each goal, what was reached, and whether that meets it."""
    wrong = ratio(*(s["scores"]["all"]["clean"]["wrong_answer"]["count"] for s in (ours, theirs)))
    # By the clock and by the processor: the one in which we do worse counts.
    times = [ratio(ours["training"][k], theirs["training"][k]) for k in ("wall_s", "cpu_s")]
    training = None if None in times else max(t for t in times if t is not None)
    memory = ratio(ours["resident_mib"], theirs["resident_mib"])
    speed = ratio(ours["parse_ms"]["p50"], theirs["parse_ms"]["p50"])
    return [
        _goal(
            f"at least {MORE_RIGHT:g} points more right",
            f"{points:+.1f} points",
            points >= MORE_RIGHT,
            f"by {MORE_RIGHT - points:.1f} points",
        ),
        _share_goal("a fifth of the wrong answers", wrong, WRONG_SHARE),
        _share_goal("a tenth of the training time", training, TRAINING_SHARE),
        _share_goal("less memory", memory, 1.0, strict=True),
        _share_goal("a parse (p50) no slower", speed, 1.0),
    ]


def ratio(ours: float, theirs: float) -> float | None:
    """Give ours as a share of theirs; 0 when both are nothing, None when only theirs is."""
    if theirs == 0:
        return 0.0 if ours == 0 else None
    return ours / theirs


def off_topic_rows(cases: Sequence[Case], kind: str) -> list[str]:
    """Give the texts of a file that are about something else: rows of `kind`, and out of scope."""
    return [case.text for case in cases if kind in (case.kind, "") or case.label == "out_of_scope"]


def with_texts(cases: Sequence[Case], texts: Sequence[str]) -> list[Case]:
    """Give the cases with other texts."""
    return [replace(case, text=text) for case, text in zip(cases, texts, strict=True)]


def _all(files: Mapping[str, Sequence[Judged]]) -> list[Judged]:
    return [row for rows in files.values() for row in rows]


def _score(clean: Sequence[Judged], typos: Sequence[Judged]) -> dict[str, Any]:
    return {
        name: {"cases": len(rows), **{figure: figures(rows)[figure] for figure in FIGURES}}
        for name, rows in (("clean", clean), ("typos", typos))
    }


def _off_topic(found: Answers, seed: int) -> dict[str, Any] | None:
    if not found.inside or not found.outside:
        return None
    low, high = auroc_interval(found.inside, found.outside, seed)
    return {
        "auroc": round(auroc(found.inside, found.outside), 4),
        "low": round(low, 3),
        "high": round(high, 3),
        "found": found_outside(found.inside, found.outside, FALSE_REJECTION),
        "off_topic": len(found.outside),
        "answerable": len(found.inside),
    }


def _points(ours: Sequence[bool], theirs: Sequence[bool]) -> dict[str, float]:
    names = ("points", "low", "high")
    return {
        name: round(100 * value, 2) for name, value in zip(names, gain(ours, theirs), strict=True)
    }


def _share_goal(
    name: str, share: float | None, most: float, strict: bool = False
) -> dict[str, Any]:
    if share is None:
        return _goal(name, "Rasa's is 0", False, "ours is more")
    met = share < most if strict else share <= most
    limit = f"must be {'below' if strict else 'at most'} {most:g}"
    return _goal(name, f"{share:.2f} of Rasa's", met, limit)


def _goal(name: str, reached: str, met: bool, missed_by: str) -> dict[str, Any]:
    return {"goal": name, "reached": reached, "met": met, "missed": None if met else missed_by}
