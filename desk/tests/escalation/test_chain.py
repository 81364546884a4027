"""What is due now, by a clock that is moved: levels, rounds, opening hours, who is on call."""

from datetime import datetime
from typing import Any

import pytest
from nightdesk_contract.clinic import Clinic
from nightdesk_contract.outcome import Level
from on_call_clinic import MONDAY, NIGHT, ON_CALL, clinic, minutes, on, row

from nightdesk_desk.escalation.chain import (
    Alarm,
    Facts,
    Planned,
    TakenStep,
    due,
    planned,
    waits_since,
)
from nightdesk_desk.models import Handover


def waiting(level: Level, since: datetime = MONDAY, *later: Alarm, **more: Any) -> Facts:
    began = Alarm(MONDAY, more.pop("began", level))
    values = {"state": "open", "waits_since": since} | more
    return Facts(level, alarms=(began, *later), **values)


def told(steps: list[Planned]) -> list[tuple[str, list[tuple[str, str]]]]:
    return [(step.step, [(one.name, one.role) for one in step.told]) for step in steps]


def then(found: Facts, steps: list[Planned]) -> Facts:
    """The facts once these steps are taken."""
    taken = {TakenStep(step.round_at, step.level, step.step) for step in steps}
    return Facts(found.level, found.state, found.waits_since, found.alarms, found.taken | taken)


def walked(
    facts: Facts, settings: Clinic, start: datetime, until: int
) -> list[tuple[int, str, list[str]]]:
    """Look every minute; give when which step was taken, and who was told."""
    found = []
    for minute in range(until + 1):
        steps = due(facts, settings, start + minutes(minute))
        facts = then(facts, steps)
        found += [
            (minute, step.step, [one.name or one.role for one in step.told]) for step in steps
        ]
    return found


EVERYONE = ["Ann", "Bo", "Dee", "Em"]


@pytest.mark.parametrize("start", [MONDAY, NIGHT])
def test_an_emergency_goes_to_the_first_and_soon_to_everyone_at_any_hour(start: datetime) -> None:
    found = walked(waiting("P0", start), clinic(), start, 300)
    assert found == [(0, "first", ["Ann"]), (2, "everyone", EVERYONE)]


@pytest.mark.parametrize("start", [MONDAY, NIGHT])
def test_a_crisis_goes_up_person_by_person_at_any_hour(start: datetime) -> None:
    assert walked(waiting("P1", start), clinic(), start, 300) == [
        (0, "first", ["Ann"]),
        (6, "backup", ["Bo"]),
        (11, "lead", ["Dee"]),
        (16, "manager", ["Em"]),
    ]


def test_a_medical_question_goes_to_the_lead_after_half_an_hour_of_opening() -> None:
    assert walked(waiting("P2"), clinic(), MONDAY, 300) == [(30, "lead", ["Dee"])]


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        # Ten minutes on Monday afternoon, twenty on Tuesday morning.
        ("2026-11-23T16:50", "2026-11-24T09:20"),
        ("2026-11-23T21:00", "2026-11-24T09:30"),
        # Thursday is a closed day, then it is Friday; the weekend does not count either.
        ("2026-11-25T23:00", "2026-11-27T09:30"),
        ("2026-11-27T16:45", "2026-11-30T09:15"),
        ("2026-11-23T16:30", "2026-11-24T09:00"),
    ],
)
def test_a_medical_questions_minutes_count_while_the_clinic_is_open(
    since: str, expected: str
) -> None:
    [step] = planned(waiting("P2", on(since)), clinic())
    assert step.due_at == on(expected)


def test_requests_go_up_to_nobody_unless_the_clinic_says_so() -> None:
    assert planned(waiting("P3"), clinic()) == []
    own = clinic(escalation={"P3": {"lead": 60}})
    assert walked(waiting("P3"), own, MONDAY, 100) == [(60, "lead", ["Dee"])]


def test_a_clinic_that_never_opens_has_no_step_for_milder_levels() -> None:
    assert planned(waiting("P2"), clinic(hours="24/7 off")) == []


def test_the_clinics_own_minutes() -> None:
    own = clinic(escalation={"P1": {"backup": 3, "everyone": 20}})
    assert [(m, name) for m, name, _ in walked(waiting("P1"), own, MONDAY, 60)] == [
        (0, "first"),
        (3, "backup"),
        (11, "lead"),
        (16, "manager"),
        (20, "everyone"),
    ]


def test_after_a_standstill_all_that_is_due_is_taken_at_once_and_once() -> None:
    facts = waiting("P1")
    steps = due(facts, clinic(), MONDAY + minutes(12))
    assert [step.step for step in steps] == ["first", "backup", "lead"]
    assert due(then(facts, steps), clinic(), MONDAY + minutes(12)) == []


def test_whoever_is_on_call_when_the_step_is_taken_is_told() -> None:
    # The week changes hands at nine between the two steps.
    late = on("2026-11-30T08:57")
    assert walked(waiting("P1", late), clinic(), late, 6) == [
        (0, "first", ["Ann"]),
        (6, "backup", ["Cy"]),
    ]


def test_a_step_in_a_round_of_its_own_is_taken_again() -> None:
    settings = clinic()
    facts = then(waiting("P1"), planned(waiting("P1"), settings))
    assert planned(facts, settings) == []
    again = MONDAY + minutes(60)
    anew = waiting("P1", again, Alarm(again, "P1"), taken=facts.taken, state="acknowledged")
    assert [step.round_at for step in planned(anew, settings)] == [again] * 4
    assert told(due(anew, settings, again)) == [("first", [("Ann", "first")])]


def test_a_person_who_has_the_chat_gets_their_time_before_others_are_told() -> None:
    again = MONDAY + minutes(60)
    facts = waiting("P1", again, Alarm(again, "P1"), state="taken")
    assert [(m, name) for m, name, _ in walked(facts, clinic(), again, 20)] == [
        (5, "first"),
        (6, "backup"),
        (11, "lead"),
        (16, "manager"),
    ]


class TestRaised:
    """The level goes up while nobody has acted."""

    def test_it_starts_with_the_higher_levels_steps(self) -> None:
        settings = clinic()
        up = MONDAY + minutes(40)
        facts = waiting("P0", MONDAY, Alarm(up, "P0"), began="P2")
        facts = Facts(
            "P0", "open", MONDAY, facts.alarms, frozenset({TakenStep(MONDAY, "P2", "lead")})
        )
        assert walked(facts, settings, up, 100) == [
            (0, "first", ["Ann"]),
            (2, "everyone", EVERYONE),
        ]

    def test_more_of_the_same_or_milder_starts_nothing(self) -> None:
        later = (Alarm(MONDAY + minutes(3), "P1"), Alarm(MONDAY + minutes(4), "P3"))
        facts = waiting("P1", MONDAY, *later)
        assert {step.round_at for step in planned(facts, clinic())} == {MONDAY}

    def test_at_once_also_where_a_person_has_the_chat(self) -> None:
        up = MONDAY + minutes(40)
        facts = waiting("P0", up, Alarm(up, "P0"), began="P2", state="taken")
        assert due(facts, clinic(), up)[0].step == "first"

    def test_by_staff_who_had_lowered_it(self) -> None:
        """It had been as serious before: they are told again."""
        lowered, raised = MONDAY + minutes(10), MONDAY + minutes(20)
        alarms = (Alarm(lowered, "P2", calls=False), Alarm(raised, "P1", calls=False))
        facts = waiting("P1", MONDAY, *alarms)
        assert {step.round_at for step in planned(facts, clinic())} == {raised}

    def test_a_level_that_staff_lower_goes_on_from_when_it_began(self) -> None:
        facts = waiting("P2", MONDAY, Alarm(MONDAY + minutes(10), "P2", calls=False), began="P1")
        [step] = planned(facts, clinic())
        assert (step.step, step.due_at) == ("lead", MONDAY + minutes(30))

    def test_what_was_raised_before_a_person_acted_is_over(self) -> None:
        again = MONDAY + minutes(60)
        alarms = (Alarm(MONDAY + minutes(5), "P0"), Alarm(again, "P2"))
        facts = waiting("P0", again, *alarms, began="P2", state="acknowledged")
        assert {step.round_at for step in planned(facts, clinic())} == {again}


class TestReach:
    """A step whose person is not set, or out of reach, goes on to others."""

    def roles(self, settings: Clinic, level: Level = "P1") -> list[tuple[int, str, list[str]]]:
        return walked(waiting(level), settings, MONDAY, 60)

    def test_without_a_manager_everyone_is_told_again(self) -> None:
        without = {key: value for key, value in ON_CALL.items() if key != "manager"}
        assert self.roles(clinic(on_call=without))[-1] == (16, "manager", ["Ann", "Bo", "Dee"])

    def test_in_a_gap_of_the_rota_it_goes_to_the_lead(self) -> None:
        gap = ON_CALL | {"rota": {"from": "2027-01-04", "first": "ann"}}
        assert [who for *_, who in self.roles(clinic(on_call=gap))] == [
            ["Dee"],
            ["Dee"],
            ["Dee"],
            ["Em"],
        ]

    def test_an_address_that_is_not_set_is_no_reach(self) -> None:
        people = [{"name": "Ann", "addresses": ["pager"]}, *ON_CALL["people"][1:]]
        settings = clinic(on_call=ON_CALL | {"people": people})
        assert self.roles(settings)[0] == (0, "first", ["Bo"])

    def test_with_nobody_in_reach_the_team_is_told(self) -> None:
        nobody = [person | {"addresses": []} for person in ON_CALL["people"]]
        settings = clinic(on_call=ON_CALL | {"people": nobody})
        assert {tuple(who) for *_, who in self.roles(settings)} == {("team",)}

    def test_a_step_that_would_reach_nobody_is_kept_until_the_settings_are_mended(self) -> None:
        nobody = [person | {"addresses": []} for person in ON_CALL["people"]]
        lonely = clinic(on_call=ON_CALL | {"people": nobody}, alerts=[])
        facts = waiting("P1")
        assert due(facts, lonely, MONDAY + minutes(30)) == []
        assert [step.told for step in planned(facts, lonely)] == [()] * 4
        assert len(due(facts, clinic(), MONDAY + minutes(30))) == 4

    @pytest.mark.parametrize("level", ["P0", "P1"])
    def test_with_nobody_on_call_and_no_team_whoever_is_there_is_told(self, level: Level) -> None:
        gap = {"people": ON_CALL["people"], "rota": {"from": "2027-01-04", "first": "ann"}}
        settings = clinic(on_call=gap, alerts=row()["alerts"][1:3])
        step, *_ = due(waiting(level), settings, NIGHT)
        assert [(one.role, one.addresses) for one in step.told] == [
            ("team", ("ann phone", "bo phone"))
        ]
        assert due(waiting("P2"), settings, MONDAY + minutes(40)) == []

    def test_somebody_with_two_roles_hears_of_everyone_once(self) -> None:
        settings = clinic(on_call=ON_CALL | {"lead": "ann"})
        steps = due(waiting("P0"), settings, MONDAY + minutes(2))
        assert told(steps)[1] == (
            "everyone",
            [("Ann", "first"), ("Bo", "backup"), ("Em", "manager")],
        )


class TestWithoutPeople:
    """Without `on_call` the same addresses are told again, once, when nobody acts in time."""

    @pytest.mark.parametrize(("level", "after"), [("P0", 2), ("P1", 5), ("P2", 15)])
    def test_the_same_addresses_again_once(self, level: Level, after: int) -> None:
        settings = clinic(on_call=None, alerts=row()["alerts"][:1])
        assert walked(waiting(level), settings, MONDAY, 300) == [(after, "again", ["team"])]

    def test_only_those_that_are_told_of_the_level(self) -> None:
        [step] = due(waiting("P2"), clinic(on_call=None), MONDAY + minutes(15))
        assert [one.addresses for one in step.told] == [("team",)]

    def test_where_nobody_is_told_at_once_nobody_is_told_again(self) -> None:
        assert planned(waiting("P1"), clinic(on_call=None, alerts=[])) == []

    def test_a_medical_question_at_night_waits_for_the_clinic_to_open(self) -> None:
        [step] = planned(waiting("P2", NIGHT), clinic(on_call=None))
        assert step.due_at == on("2026-11-24T09:15")

    def test_a_request_has_no_time(self) -> None:
        assert planned(waiting("P3"), clinic(on_call=None)) == []
        timed = clinic(on_call=None, staff_times={"P3": 60})
        assert [step.step for step in planned(waiting("P3"), timed)] == ["again"]


def case(state: str, **moments: datetime) -> Handover:
    return Handover(state=state, opened_at=MONDAY, level="P1", **moments)


class TestWaits:
    """Since when a person's act is waited for."""

    def test_from_the_beginning_until_somebody_acts(self) -> None:
        assert waits_since(case("open"), [MONDAY], None) == MONDAY
        seen = MONDAY + minutes(3)
        acked = case("acknowledged", acknowledged_at=seen, acted_at=seen)
        assert waits_since(acked, [MONDAY], None) is None
        taken = case("taken", acknowledged_at=seen, taken_at=seen, acted_at=seen)
        assert waits_since(taken, [MONDAY], None) is None
        assert waits_since(case("resolved", resolved_at=seen), [MONDAY], None) is None

    def test_an_alarm_after_the_act_starts_it_anew_and_a_reply_stops_it(self) -> None:
        seen, alarm = MONDAY + minutes(3), MONDAY + minutes(9)
        taken = case("taken", acknowledged_at=seen, taken_at=seen, acted_at=seen)
        assert waits_since(taken, [MONDAY, alarm], None) == alarm
        assert waits_since(taken, [MONDAY, alarm], alarm + minutes(1)) is None

    def test_whoever_gives_it_back_starts_it_anew(self) -> None:
        back = MONDAY + minutes(40)
        given = case("open", acknowledged_at=MONDAY + minutes(1), acted_at=back)
        assert waits_since(given, [MONDAY], MONDAY + minutes(20)) == back

    def test_seen_a_second_time_it_stands_still(self) -> None:
        """The first who saw it stays noted; that was before the last alarm."""
        again = MONDAY + minutes(50)
        acked = case("acknowledged", acknowledged_at=MONDAY + minutes(1), acted_at=again)
        assert waits_since(acked, [MONDAY, MONDAY + minutes(30)], None) is None
