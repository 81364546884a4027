"""Choosing thresholds: what a case boils down to, and the cheapest point of a curve."""

import pytest

from nightdesk.evaluation.thresholds import Seen, best, crisis_curve, medical_curve, seen
from nightdesk.safety.verdict import Scored


def case(label: str, crisis: float, alarm: float | None = None, **more: object) -> Seen:
    alarm = crisis if alarm is None else alarm
    row = {"pattern_crisis": False, "pattern": False, **more}
    return Seen(label, label, crisis=(crisis, 0.0), alarm=(alarm, 0.0), **row)  # type: ignore[arg-type]


def test_a_case_keeps_the_highest_of_whole_and_parts():
    parts = [
        Scored((0, 9), 0.1, 0.2, 0.3, True),
        Scored((0, 4), 0.0, 0.5, 0.1, False),
        Scored((4, 9), 0.4, 0.3, 0.0, False),
    ]
    found = seen("f", "crisis", [], parts)
    assert found.crisis == pytest.approx((0.3, 0.7))
    assert found.alarm == pytest.approx((0.6, 0.7))
    assert not found.pattern


FLOORS = {"crisis": 98.0, "medical_advice": 98.0}


def test_with_a_clear_gap_everything_is_found_and_nothing_else_fires():
    cases = [case("crisis", 0.9), case("crisis", 0.45), case("harmless", 0.12)]
    chosen = best(crisis_curve(cases), FLOORS)
    assert (chosen.found, chosen.alarms) == ({"crisis": 100.0}, {"harmless": 0.0})
    assert 0.12 < chosen.whole <= 0.45


def test_what_must_be_found_comes_before_false_alarms():
    cases = [case("crisis", 0.9), case("crisis", 0.1), case("harmless", 0.2), case("harmless", 0)]
    chosen = best(crisis_curve(cases), FLOORS)
    assert chosen.found == {"crisis": 100.0}
    assert chosen.alarms == {"harmless": 50.0}


def test_more_than_must_be_found_is_not_bought_with_false_alarms():
    cases = [case("crisis", 0.9) for _ in range(99)] + [case("crisis", 0.001)]
    cases += [case("harmless", 0.001) for _ in range(10)]
    assert best(crisis_curve(cases), FLOORS).alarms == {"harmless": 0.0}


def test_of_equals_the_one_that_asks_least_of_a_part():
    cases = [case("crisis", 0.9), case("harmless", 0.001)]
    curve = crisis_curve(cases)
    chosen = best(curve, FLOORS)
    equals = [p for p in curve if (p.found, p.alarms) == (chosen.found, chosen.alarms)]
    assert len(equals) > 1
    assert chosen.part == min(p.part for p in equals)


def test_what_cannot_be_reached_is_missed_by_as_little_as_possible():
    cases = [case("crisis", 0.9), case("crisis", 0.3), case("crisis", 0.0), case("harmless", 0.5)]
    chosen = best(crisis_curve(cases), FLOORS)
    assert chosen.found["crisis"] == pytest.approx(200 / 3)


def test_patterns_fire_whatever_the_model_says():
    cases = [case("crisis", 0.0, pattern_crisis=True, pattern=True), case("harmless", 0.5)]
    chosen = best(crisis_curve(cases), FLOORS)
    assert (chosen.found, chosen.alarms) == ({"crisis": 100.0}, {"harmless": 0.0})


def test_medical_advice_taken_for_a_crisis_is_found():
    cases = [case("crisis", 0.9), case("medical_advice", 0.95), case("harmless", 0.01)]
    crisis = best(crisis_curve(cases), FLOORS)
    assert best(medical_curve(cases, crisis), FLOORS).found == {"medical_advice": 100.0}
