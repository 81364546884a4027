"""By when staff must have seen a hand-over: the clinic's minutes, in an order that makes sense."""

import pytest

from contract.tests.good_clinic import GOOD
from nightdesk_contract.clinic import ClinicError, Problem, parse_clinic


def problems(times: object) -> list[Problem]:
    with pytest.raises(ClinicError) as caught:
        parse_clinic({**GOOD, "staff_times": times})
    return caught.value.problems


def test_left_out_they_are_the_projects_own():
    assert parse_clinic(GOOD).staff_times == {"P0": 2, "P1": 5, "P2": 15}


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ({}, {"P0": 2, "P1": 5, "P2": 15}),
        ({"P0": 1}, {"P0": 1, "P1": 5, "P2": 15}),
        ({"P2": 60}, {"P0": 2, "P1": 5, "P2": 60}),
        # Nobody set the more serious ones: they do not wait longer than what was set.
        ({"P1": 1}, {"P0": 1, "P1": 1, "P2": 15}),
        ({"P2": 1}, {"P0": 1, "P1": 1, "P2": 1}),
        # A request is no milder emergency: its time stands for itself.
        ({"P3": 2}, {"P0": 2, "P1": 5, "P2": 15, "P3": 2}),
        ({"P0": 240, "P1": 240, "P2": 240}, {"P0": 240, "P1": 240, "P2": 240}),
    ],
)
def test_what_is_set_and_what_follows(times, expected):
    assert parse_clinic({**GOOD, "staff_times": times}).staff_times == expected


@pytest.mark.parametrize("value", [0, 241, 2.5, "5", None, True])
@pytest.mark.parametrize("level", ["P0", "P1", "P2", "P3"])
def test_a_time_that_is_none_is_named(level, value):
    (problem,) = problems({level: value})
    assert (problem.key, problem.found) == (f"staff_times.{level}", repr(value))
    assert "whole minutes, 1 to 240" in problem.allowed


@pytest.mark.parametrize(
    ("times", "key", "allowed"),
    [
        ({"P0": 6}, "P0", "at most the 5 minutes of P1"),
        ({"P1": 16}, "P1", "at most the 15 minutes of P2"),
        ({"P0": 4, "P1": 3}, "P0", "at most the 3 minutes of P1"),
    ],
)
def test_what_is_more_serious_must_not_wait_longer(times, key, allowed):
    (problem,) = problems(times)
    assert (problem.key, problem.allowed) == (f"staff_times.{key}", allowed)


@pytest.mark.parametrize("times", [5, None, ["P0"]])
def test_what_holds_no_levels_is_named(times):
    (problem,) = problems(times)
    assert (problem.key, problem.found) == ("staff_times", repr(times))
    assert "P0, P1, P2 and P3" in problem.allowed
