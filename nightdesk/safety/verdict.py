"""From what fired to one verdict: a pure decision."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from nightdesk.safety.patterns import Hit

Category = Literal["crisis_emergency", "crisis", "medical_advice"]

EMERGENCY, CRISIS, MEDICAL = "crisis_emergency", "crisis", "medical_advice"
HARMLESS = "harmless"


@dataclass(frozen=True)
class Thresholds:
    """From which probability on the model fires (0..1).

    `crisis` and `medical_advice` hold for the whole message, `part_*` for a sentence or window of
    it: parts are many, so each must be surer. `emergency` splits P0 from P1 within a crisis.
    """

    crisis: float
    medical_advice: float
    part_crisis: float
    part_medical_advice: float
    emergency: float


@dataclass(frozen=True)
class Scored:
    """The model's probabilities for one part of the message; `span` in the original message."""

    span: tuple[int, int]
    emergency: float
    crisis: float
    medical_advice: float
    whole: bool

    def moved(self, by: int) -> "Scored":
        """Give the same in a text that has `by` characters more before it."""
        return replace(self, span=(self.span[0] + by, self.span[1] + by))

    @property
    def any_crisis(self) -> float:
        """Probability of a crisis of either level."""
        return self.emergency + self.crisis


@dataclass(frozen=True)
class Verdict:
    """What fired, with the words that did it."""

    category: Category
    level: str
    detector: Literal["pattern", "model"]
    rule: str
    score: float
    spans: tuple[tuple[int, int], ...]


def judge(hits: Sequence[Hit], scored: Sequence[Scored], thresholds: Thresholds) -> Verdict | None:
    """Give the most serious thing that fired, or None.

    Either detector suffices. An emergency outranks a crisis, a crisis medical advice; of two that
    say the same, the pattern speaks, because it can be read.
    """
    found = [verdict for hit in hits if (verdict := _from_hit(hit, hits))]
    found += [v for part in scored if (v := _from_part(part, thresholds))]
    if not found:
        return None
    order = (EMERGENCY, CRISIS, MEDICAL)
    return min(found, key=lambda v: (order.index(v.category), v.detector == "model", -v.score))


def _from_hit(hit: Hit, hits: Sequence[Hit]) -> Verdict | None:
    pattern = hit.pattern
    category: Category = "medical_advice"
    if pattern.category == CRISIS:
        category = "crisis_emergency" if pattern.level == "P0" else "crisis"
    spans = tuple(sorted({h.span for h in hits if h.pattern.category == pattern.category}))
    return Verdict(category, pattern.level, "pattern", pattern.id, 1.0, spans)


def _from_part(part: Scored, limits: Thresholds) -> Verdict | None:
    crisis = limits.crisis if part.whole else limits.part_crisis
    medical = limits.medical_advice if part.whole else limits.part_medical_advice
    if part.any_crisis >= crisis:
        if part.emergency >= limits.emergency * part.any_crisis:
            return Verdict(
                "crisis_emergency", "P0", "model", "model", part.any_crisis, (part.span,)
            )
        return Verdict("crisis", "P1", "model", "model", part.any_crisis, (part.span,))
    if part.medical_advice + part.any_crisis >= medical:
        score = part.medical_advice + part.any_crisis
        return Verdict("medical_advice", "P2", "model", "model", score, (part.span,))
    return None
