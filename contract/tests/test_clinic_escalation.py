"""After how many minutes who is told: the clinic's own, or the project's."""

import pytest

from contract.tests.good_clinic import GOOD as LEAST
from nightdesk_contract.clinic import ClinicError, parse_clinic
from nightdesk_contract.clinic_escalation import (
    ESCALATION,
    Step,
    chain,
    escalation_warnings,
    team_addresses,
)

GOOD = {
    **LEAST,
    "alerts": [{"name": "team", "url": "json://x"}, {"name": "ann phone", "url": "json://x"}],
}
ON_CALL = {"people": [{"name": "Ann", "addresses": ["ann phone"]}]}


def test_left_out_they_are_the_projects_own():
    assert parse_clinic(GOOD).escalation == ESCALATION
    assert ESCALATION["P1"] == {"first": 0, "backup": 6, "lead": 11, "manager": 16}


def test_what_is_set_stands_beside_what_is_not():
    found = parse_clinic({**GOOD, "escalation": {"P1": {"lead": 8}, "P3": {"lead": 60}}})
    assert found.escalation["P1"] == {"first": 0, "backup": 6, "lead": 8, "manager": 16}
    assert found.escalation["P3"] == {"lead": 60}
    assert found.escalation["P0"] == ESCALATION["P0"]


@pytest.mark.parametrize(
    ("escalation", "key"),
    [
        ({"P1": {"lead": -1}}, "escalation.P1.lead"),
        ({"P1": {"lead": 1441}}, "escalation.P1.lead"),
        ({"P1": {"lead": "5"}}, "escalation.P1.lead"),
        ({"P1": {"chief": 5}}, "escalation.P1.chief"),
        ({"P1": {"again": 5}}, "escalation.P1.again"),
        ({"P4": {}}, "escalation.P4"),
        ({"P1": 5}, "escalation.P1"),
        (5, "escalation"),
    ],
)
def test_what_is_wrong_is_named(escalation, key):
    with pytest.raises(ClinicError) as caught:
        parse_clinic({**GOOD, "escalation": escalation})
    assert [problem.key for problem in caught.value.problems] == [key]


def test_the_steps_in_the_order_of_their_minutes():
    row = {**GOOD, "on_call": ON_CALL, "escalation": {"P1": {"manager": 3, "everyone": 3}}}
    assert chain(parse_clinic(row), "P1") == [
        Step("first", 0),
        Step("everyone", 3),
        Step("manager", 3),
        Step("backup", 6),
        Step("lead", 11),
    ]


def test_without_people_there_is_one_step_when_time_is_up():
    found = parse_clinic({**GOOD, "staff_times": {"P1": 7}})
    assert chain(found, "P1") == [Step("again", 7)]
    assert chain(found, "P3") == []


def test_addresses_that_belong_to_nobody_are_the_teams():
    assert [a.name for a in team_addresses(parse_clinic(GOOD))] == ["team", "ann phone"]
    with_people = parse_clinic({**GOOD, "on_call": ON_CALL})
    assert [a.name for a in team_addresses(with_people)] == ["team"]


@pytest.mark.parametrize("level", ["P0", "P1"])
@pytest.mark.parametrize(("minutes", "warns"), [(0, False), (5, False), (6, True)])
def test_a_late_first_step_of_what_must_not_wait_is_worth_a_look(level, minutes, warns):
    found = escalation_warnings(parse_clinic({**GOOD, "escalation": {level: {"first": minutes}}}))
    assert [key for key, _ in found] == ([f"escalation.{level}.first"] if warns else [])


def test_milder_levels_may_wait_and_the_projects_own_minutes_are_fine():
    late = {"P2": {"first": 60}, "P3": {"first": 60}}
    assert escalation_warnings(parse_clinic({**GOOD, "escalation": late})) == []
    assert escalation_warnings(parse_clinic(GOOD)) == []
