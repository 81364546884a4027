"""Who is on call when: the rota, single weeks, the hour of change, and what is wrong in it."""

import re
from datetime import date, datetime, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from contract.tests.good_clinic import GOOD as LEAST
from nightdesk_contract.clinic import Clinic, ClinicError, Problem, parse_clinic
from nightdesk_contract.clinic_on_call import Duty, OnCall, duties, holders
from nightdesk_contract.clinic_on_call_check import on_call_warnings

CHICAGO = ZoneInfo("America/Chicago")
GOOD = {
    **LEAST,
    "alerts": [{"name": f"{name} phone", "url": "json://x"} for name in ("ann", "bo", "cy")],
}
PEOPLE = [{"name": name, "addresses": [f"{name.lower()} phone"]} for name in ("Ann", "Bo", "Cy")]
ROTA = {"from": date(2026, 11, 23), "first": ["ann", "bo", "cy"]}


def clinic(**on_call: Any) -> Clinic:
    return parse_clinic({**GOOD, "on_call": {"people": PEOPLE, **on_call}})


def on_call(**keys: Any) -> OnCall:
    found = clinic(**keys).on_call
    assert found is not None
    return found


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHICAGO)


def pair(found: OnCall, text: str) -> tuple[str | None, str | None]:
    held = holders(found, at(text), CHICAGO)
    return held.get("first"), held.get("backup")


def test_none_by_default():
    assert parse_clinic(GOOD).on_call is None


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-23T08:59", (None, None)),
        ("2026-11-23T09:00", ("Ann", "Bo")),
        ("2026-11-29T23:00", ("Ann", "Bo")),
        # The week changes hands on Monday at nine, not at midnight.
        ("2026-11-30T08:59", ("Ann", "Bo")),
        ("2026-11-30T09:00", ("Bo", "Cy")),
        ("2026-12-08T12:00", ("Cy", "Ann")),
        ("2026-12-14T09:00", ("Ann", "Bo")),
        # Weeks later, over a change of the clock, it is still the same turn.
        ("2027-03-15T08:59", ("Ann", "Bo")),
        ("2027-03-15T09:00", ("Bo", "Cy")),
    ],
)
def test_a_list_repeats_week_by_week(moment, expected):
    assert pair(on_call(rota=ROTA), moment) == expected


def test_the_hour_of_change():
    found = on_call(rota=ROTA, change_hour=0)
    assert pair(found, "2026-11-22T23:59") == (None, None)
    assert pair(found, "2026-11-23T00:00") == ("Ann", "Bo")


def test_a_moment_of_another_zone_is_seen_in_the_clinics():
    held = holders(on_call(rota=ROTA), datetime(2026, 11, 23, 15, tzinfo=timezone.utc), CHICAGO)
    assert held["first"] == "Ann"


@pytest.mark.parametrize(
    ("rota", "expected"),
    [
        ({"first": "ann", "backup": "bo"}, ("Ann", "Bo")),
        ({"first": ["ann", "bo"], "backup": "cy"}, ("Ann", "Cy")),
        ({"first": ["ann", "bo"], "backup": ["cy", "ann"]}, ("Ann", "Cy")),
        ({"first": "ann"}, ("Ann", None)),
        ({"first": ["ann", "bo"]}, ("Ann", "Bo")),
    ],
)
def test_the_backup_is_the_next_of_the_list_or_as_the_clinic_says(rota, expected):
    assert pair(on_call(rota={"from": "2026-11-23", **rota}), "2026-11-24T12:00") == expected


@pytest.mark.parametrize(
    ("week", "expected"),
    [
        ({"first": "cy", "backup": "ann"}, ("Cy", "Ann")),
        # The backup of the rota stays; where it is the one who stands in, the two change places.
        ({"first": "cy"}, ("Cy", "Bo")),
        ({"first": "bo"}, ("Bo", "Ann")),
    ],
)
def test_a_single_week_goes_before_the_rota(week, expected):
    found = on_call(rota=ROTA, weeks=[{"from": "2026-12-14", **week}])
    assert pair(found, "2026-12-14T08:59") == ("Cy", "Ann")
    assert pair(found, "2026-12-14T09:00") == expected
    assert pair(found, "2026-12-21T08:59") == expected
    assert pair(found, "2026-12-21T09:00") == ("Bo", "Cy")


def test_of_weeks_that_overlap_the_later_one_counts():
    weeks = [{"from": "2026-12-14", "first": "ann"}, {"from": "2026-12-18", "first": "bo"}]
    found = on_call(weeks=weeks)
    assert pair(found, "2026-12-17T12:00")[0] == "Ann"
    assert pair(found, "2026-12-18T12:00")[0] == "Bo"


def test_lead_and_manager_are_always_on_call():
    found = on_call(rota=ROTA, lead="CY", manager="bo")
    assert holders(found, at("2026-11-24T12:00"), CHICAGO) == {
        "first": "Ann",
        "backup": "Bo",
        "lead": "Cy",
        "manager": "Bo",
    }


def test_the_weeks_to_come_begin_with_the_one_that_runs():
    found = duties(on_call(rota=ROTA), at("2026-11-26T12:00"), CHICAGO, 2)
    assert found == [
        Duty(at("2026-11-23T09:00"), at("2026-11-30T09:00"), "Ann", "Bo"),
        Duty(at("2026-11-30T09:00"), at("2026-12-07T09:00"), "Bo", "Cy"),
    ]


def test_weeks_with_the_same_people_are_one_row():
    alone = on_call(rota={"from": "2026-11-23", "first": "ann", "backup": "bo"})
    [duty] = duties(alone, at("2026-11-26T12:00"), CHICAGO, 4)
    assert (duty.end - duty.start).days == 28


def problems(found: object) -> list[Problem]:
    with pytest.raises(ClinicError) as caught:
        parse_clinic({**GOOD, "on_call": found})
    return caught.value.problems


@pytest.mark.parametrize(
    ("found", "key", "allowed"),
    [
        ({}, "on_call.people", "it is needed"),
        ({"people": []}, "on_call.people", "1 to 50 people"),
        ({"people": [{"name": "Ann"}]}, "on_call.people.0.addresses", "it is needed"),
        ({"people": PEOPLE, "change_hour": 24}, "on_call.change_hour", "a whole hour, 0 to 23"),
        ({"people": PEOPLE, "rota": {"from": "2026-11-23"}}, "on_call.rota.first", "it is needed"),
        (
            {"people": PEOPLE, "rota": {"from": "2026-02-30", "first": "ann"}},
            "on_call.rota.from",
            "a real day as YYYY-MM-DD",
        ),
        (
            {"people": PEOPLE, "rota": {"from": "soon", "first": "ann"}},
            "on_call.rota.from",
            "a day as YYYY-MM-DD",
        ),
        (
            {"people": PEOPLE, "rota": {"from": "2026-11-23", "first": []}},
            "on_call.rota.first",
            "a list of 1 to 60 names",
        ),
        (
            {"people": PEOPLE, "weeks": [{"from": "2026-13-01", "first": "ann"}]},
            "on_call.weeks.0.from",
            "a real day",
        ),
        (
            {"people": [*PEOPLE, {"name": "ann ", "addresses": []}]},
            "on_call.people.3.name",
            "each person once",
        ),
        ({"people": PEOPLE, "rotas": {}}, "on_call.rotas", "rota"),
        (5, "on_call", "people, and who of them is on call"),
    ],
)
def test_each_mistake_is_named(found, key, allowed):
    told = problems(found)
    assert key in [problem.key for problem in told]
    assert any(allowed in problem.allowed for problem in told)


def test_the_example_in_the_projects_own_file_can_be_used():
    text = (Path(__file__).parents[2] / "clinic.yml").read_text(encoding="utf-8")
    shown: dict[str, Any] = {}
    for key in ("on_call", "escalation"):
        example = re.search(rf"^# {key}:\n(?:#   .*\n)+", text, re.MULTILINE)
        assert example
        shown |= yaml.safe_load(re.sub("^# ", "", example[0], flags=re.MULTILINE))
    found = parse_clinic({**GOOD, **shown})
    assert found.on_call is not None
    assert found.on_call.rota is not None
    assert found.escalation == parse_clinic(GOOD).escalation


class TestWorthALook:
    """What can be used and may be a slip."""

    def said(self, *, alerts: object = GOOD["alerts"], **keys: Any) -> list[tuple[str, str]]:
        row = {**GOOD, "alerts": alerts, "on_call": {"people": PEOPLE, **keys}}
        return on_call_warnings(parse_clinic(row), at("2026-11-26T12:00"))

    def test_nothing_of_a_whole_rota(self):
        assert self.said(rota=ROTA, lead="ann", manager="bo") == []
        assert on_call_warnings(parse_clinic(GOOD), at("2026-11-26T12:00")) == []

    def test_names_of_nobody(self):
        rota = {"from": "2026-11-23", "first": ["ann", "boo"], "backup": "dee"}
        weeks = [{"from": "2026-12-14", "first": "em"}]
        found = self.said(rota=rota, weeks=weeks, lead="x", manager="cy")
        assert [(key, text.split(":")[0]) for key, text in found] == [
            ("on_call.rota.first", "'boo' is not under people"),
            ("on_call.rota.backup", "'dee' is not under people"),
            ("on_call.weeks.0.first", "'em' is not under people"),
            ("on_call.lead", "'x' is not under people"),
        ]
        assert found[0][1].endswith("did you mean Bo?")

    def test_people_out_of_reach(self):
        found = self.said(rota=ROTA, lead="ann", manager="ann", alerts=GOOD["alerts"][:2])
        assert found == [
            ("on_call.people.2 (Cy)", "no address under alerts is called 'cy phone'"),
            (
                "on_call.people.2 (Cy)",
                "no address reaches them: whoever comes next is told in their place",
            ),
        ]

    def test_a_week_at_the_end_of_the_calendar_is_no_fault(self):
        weeks = [{"from": "9999-12-31", "first": "bo"}]
        at = datetime(2026, 11, 24, 18, tzinfo=timezone.utc)
        found = clinic(rota=ROTA, weeks=weeks)
        assert holders(found.on_call, at, CHICAGO)["first"] == "Ann"

    def test_gaps_and_weeks_without_a_backup(self):
        weeks = [
            {"from": "2026-11-23", "first": "ann", "backup": "ann"},
            {"from": "2026-12-07", "first": "bo"},
        ]
        found = [text for _, text in self.said(weeks=weeks, lead="cy", manager="cy")]
        assert found == [
            "Ann is first and backup at once from Thu 2026-11-26 to Mon 2026-11-30",
            "nobody is first on call from Mon 2026-11-30 to Mon 2026-12-07",
            "nobody backs up Bo from Mon 2026-12-07 to Mon 2026-12-14",
            "nobody is first on call from Mon 2026-12-14 to Thu 2027-01-21",
        ]

    def test_no_lead_and_no_manager(self):
        assert [key for key, _ in self.said(rota=ROTA)] == ["on_call.lead", "on_call.manager"]
