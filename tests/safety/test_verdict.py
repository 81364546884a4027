"""From what fired to one verdict."""

import pytest
import regex

from nightdesk.safety.patterns import Hit, Pattern
from nightdesk.safety.verdict import Scored, Thresholds, judge

LIMITS = Thresholds(
    crisis=0.5, medical_advice=0.5, part_crisis=0.6, part_medical_advice=0.7, emergency=0.5
)


def hit(name: str, category: str, level: str, span: tuple[int, int] = (0, 4)) -> Hit:
    return Hit(Pattern(name, category, "k", level, regex.compile("x"), (), ()), span)


def scored(
    emergency: float = 0.0,
    crisis: float = 0.0,
    medical: float = 0.0,
    whole: bool = True,
    span: tuple[int, int] = (0, 10),
) -> Scored:
    return Scored(span, emergency, crisis, medical, whole)


P0 = hit("p0", "crisis", "P0")
P1 = hit("p1", "crisis", "P1")
P2 = hit("p2", "medical_advice", "P2")


def test_nothing_fired():
    assert judge([], [scored(), scored(whole=False)], LIMITS) is None
    assert judge([], [], LIMITS) is None


@pytest.mark.parametrize(
    ("hits", "scores", "category", "level", "detector"),
    [
        ([P2], [], "medical_advice", "P2", "pattern"),
        ([P1], [], "crisis", "P1", "pattern"),
        ([P0], [], "crisis_emergency", "P0", "pattern"),
        ([P2, P1, P0], [], "crisis_emergency", "P0", "pattern"),
        ([P2, P1], [], "crisis", "P1", "pattern"),
        ([], [scored(medical=0.9)], "medical_advice", "P2", "model"),
        ([], [scored(crisis=0.9)], "crisis", "P1", "model"),
        ([], [scored(emergency=0.9)], "crisis_emergency", "P0", "model"),
        # The more serious wins, whichever detector says it.
        ([P2], [scored(crisis=0.9)], "crisis", "P1", "model"),
        ([P1], [scored(medical=0.9)], "crisis", "P1", "pattern"),
        ([P1], [scored(emergency=0.9)], "crisis_emergency", "P0", "model"),
        # The same from both: the pattern can be read.
        ([P1], [scored(crisis=0.99)], "crisis", "P1", "pattern"),
    ],
)
def test_the_most_serious_speaks(hits, scores, category, level, detector):
    verdict = judge(hits, scores, LIMITS)
    assert verdict is not None
    assert (verdict.category, verdict.level, verdict.detector) == (category, level, detector)


@pytest.mark.parametrize(
    ("score", "fires"),
    [
        (scored(crisis=0.5), "crisis"),
        (scored(crisis=0.49), None),
        (scored(crisis=0.59, whole=False), None),
        (scored(crisis=0.6, whole=False), "crisis"),
        (scored(medical=0.5), "medical_advice"),
        (scored(medical=0.49), None),
        (scored(medical=0.69, whole=False), None),
        (scored(medical=0.7, whole=False), "medical_advice"),
        # A crisis of either level adds up, and so does doubt between medical and crisis.
        (scored(emergency=0.2, crisis=0.3), "crisis"),
        (scored(emergency=0.3, crisis=0.2), "crisis_emergency"),
        (scored(crisis=0.25, medical=0.25), "medical_advice"),
        (scored(crisis=0.45, medical=0.45), "medical_advice"),
    ],
)
def test_thresholds(score, fires):
    verdict = judge([], [score], LIMITS)
    assert (verdict.category if verdict else None) == fires


def test_of_two_parts_the_surer_one_is_marked():
    weak = scored(crisis=0.61, whole=False, span=(0, 5))
    strong = scored(crisis=0.95, whole=False, span=(20, 30))
    verdict = judge([], [scored(), weak, strong], LIMITS)
    assert verdict is not None
    assert verdict.spans == ((20, 30),)
    assert verdict.score == pytest.approx(0.95)
    assert verdict.rule == "model"


def test_every_pattern_of_the_same_kind_is_marked():
    hits = [hit("b", "crisis", "P1", (30, 40)), hit("a", "crisis", "P1", (5, 9)), P2]
    verdict = judge(hits, [], LIMITS)
    assert verdict is not None
    assert verdict.spans == ((5, 9), (30, 40))
    assert verdict.rule == "b"
    assert verdict.score == 1.0


def test_lower_thresholds_fire_more():
    low = Thresholds(0.1, 0.1, 0.1, 0.1, 0.5)
    part = scored(crisis=0.2, whole=False)
    assert judge([], [part], LIMITS) is None
    assert judge([], [part], low) is not None
