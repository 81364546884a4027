"""`clinic.yml`: every mistake is named, and a broken edit never takes the clinic down."""

import os
from datetime import date
from pathlib import Path

import pytest
import yaml

from contract.tests.good_clinic import GOOD
from nightdesk_contract.clinic import (
    ClinicError,
    ClinicFile,
    CrisisOwner,
    Problem,
    load_clinic,
    parse_clinic,
)


def problems(**changes) -> list[Problem]:
    with pytest.raises(ClinicError) as caught:
        parse_clinic({**GOOD, **changes})
    return caught.value.problems


def test_the_least_that_is_needed():
    clinic = parse_clinic(GOOD)
    assert clinic.name == "Example Clinic"
    assert clinic.closed_days == ()
    assert clinic.logistics == {}
    assert clinic.topics == {}
    assert str(clinic.zone) == "America/Chicago"
    assert clinic.staff_answer_seconds == {"P0": 30, "P1": 60}


def test_everything_that_can_be_set():
    clinic = parse_clinic(
        {
            **GOOD,
            "closed_days": [date(2026, 12, 25), "2027-01-01"],
            "hours_text": "Monday to Friday",
            "email": "a@b.example",
            "address": "1 Road",
            "demo_notice": "Demo.",
            "logistics": {"cost": "  It is $5.\n", "hours": None},
            "topics": {"mechanism": " We can explain it. ", "legality": None},
        }
    )
    assert clinic.topics == {"mechanism": "We can explain it."}
    assert clinic.closed_days == (date(2026, 12, 25), date(2027, 1, 1))
    assert clinic.logistics == {"cost": "It is $5."}


@pytest.mark.parametrize(
    ("key", "value", "found", "allowed"),
    [
        ("name", "", "''", "1 to 120"),
        ("name", "x" * 121, "xxx", "1 to 120"),
        ("name", 5, "5", "text"),
        ("country", "FR", "'FR'", "US"),
        ("time_zone", "Mars/Base", "'Mars/Base'", "America/Chicago"),
        ("time_zone", "../../etc/passwd", "passwd", "America/Chicago"),
        ("time_zone", None, "None", "IANA"),
        ("hours", "nine to five", "'nine to five'", "Mo-Fr 09:00-17:00"),
        ("hours", ["Mo"], "['Mo']", "opening_hours"),
        ("phone", "call us", "'call us'", "telephone"),
        ("phone", 5550100142, "5550100142", "telephone"),
        ("mode", "test", "'test'", "demo or live"),
        ("email", "nobody", "'nobody'", "@"),
        ("address", 7, "7", "string"),
        ("closed_days", 5, "5", "YYYY-MM-DD"),
        ("closed_days", "2026-12-25", "'2026-12-25'", "YYYY-MM-DD"),
        ("hours_text", "x" * 301, "xxx", "plain words"),
        ("staff_answer_seconds", 30, "30", "P0 and P1"),
        ("staff_answer_seconds", None, "None", "P0 and P1"),
    ],
)
def test_each_wrong_key_is_named_with_what_was_found_and_what_is_allowed(
    key, value, found, allowed
):
    (problem,) = problems(**{key: value})
    assert problem.key == key
    assert found in problem.found
    assert allowed in problem.allowed
    assert key in str(problem)


@pytest.mark.parametrize(
    ("waits", "expected"),
    [
        ({"P0": 10}, {"P0": 10, "P1": 60}),
        ({"P1": 10}, {"P0": 10, "P1": 10}),
        ({"P1": 90}, {"P0": 30, "P1": 90}),
        ({"P0": 0, "P1": 0}, {"P0": 0, "P1": 0}),
        ({}, {"P0": 30, "P1": 60}),
    ],
)
def test_the_time_that_staff_have_to_answer_a_crisis(waits, expected):
    assert parse_clinic({**GOOD, "staff_answer_seconds": waits}).staff_answer_seconds == expected


@pytest.mark.parametrize("value", [-1, 301, 2.5, "30", None, True])
@pytest.mark.parametrize("level", ["P0", "P1"])
def test_a_time_to_answer_that_is_none_is_named(level, value):
    (problem,) = problems(staff_answer_seconds={level: value})
    assert problem.key == f"staff_answer_seconds.{level}"
    assert problem.found == repr(value)
    assert "0 (at once) to 300" in problem.allowed


@pytest.mark.parametrize(("waits", "most"), [({"P0": 90}, 60), ({"P0": 21, "P1": 20}, 20)])
def test_an_emergency_that_would_wait_longer_is_named(waits, most):
    (problem,) = problems(staff_answer_seconds=waits)
    assert problem.key == "staff_answer_seconds.P0"
    assert f"at most the {most} seconds of P1" in problem.allowed


def test_a_level_without_a_time_to_answer_is_unknown():
    (problem,) = problems(staff_answer_seconds={"P2": 60})
    assert (problem.key, problem.allowed) == ("staff_answer_seconds.P2", "P0, P1")


@pytest.mark.parametrize("key", GOOD)
def test_each_needed_key_that_is_missing_is_named(key):
    with pytest.raises(ClinicError) as caught:
        parse_clinic({name: value for name, value in GOOD.items() if name != key})
    assert [(p.key, p.found) for p in caught.value.problems] == [(key, "nothing")]


def test_unknown_keys_are_named():
    (problem,) = problems(fone="(555) 010-0142")
    assert problem.key == "fone"
    assert "phone" in problem.allowed


@pytest.mark.parametrize(("group", "known"), [("logistics", "cost"), ("topics", "mechanism")])
def test_an_unknown_topic_is_named_with_its_place(group, known):
    (problem,) = problems(**{group: {"weather": "Sunny."}})
    assert problem.key == f"{group}.weather"
    assert known in problem.allowed


@pytest.mark.parametrize(
    ("changes", "key", "hint"),
    [
        ({"hour": "x"}, "hour", "hours"),
        ({"fone": "x"}, "fone", "phone"),
        ({"Time-Zone": "x"}, "Time-Zone", "time_zone"),
        ({"zebra": "x"}, "zebra", ""),
        ({"topics": {"mecanism": "x"}}, "topics.mecanism", "topics.mechanism"),
        ({"logistics": {"costs": "x"}}, "logistics.costs", "logistics.cost"),
        ({"topics": {"cost": "x"}}, "topics.cost", "logistics.cost"),
        ({"logistics": {"legality": "x"}}, "logistics.legality", "topics.legality"),
        ({"topics": {"insurence": "x"}}, "topics.insurence", "logistics.insurance"),
        ({"cost": "x"}, "cost", "logistics.cost"),
        ({"logistics": {"weather": "x"}}, "logistics.weather", ""),
        ({"staff_answer_seconds": {"p1": 5}}, "staff_answer_seconds.p1", "staff_answer_seconds.P1"),
        ({"staff_answer_seconds": {"P2": 5}}, "staff_answer_seconds.P2", ""),
        (
            {"crisis_owner": {"name": "x", "phone": "555-0100", "mail": "a@b"}},
            "crisis_owner.mail",
            "crisis_owner.email",
        ),
        # A topic's name, but where no topic can be meant.
        (
            {"crisis_owner": {"name": "x", "phone": "555-0100", "contact": "x"}},
            "crisis_owner.contact",
            "",
        ),
    ],
)
def test_an_unknown_key_gets_the_nearest_allowed_one_as_a_hint(changes, key, hint):
    (problem,) = problems(**changes)
    assert (problem.key, problem.hint) == (key, hint)
    assert (f"did you mean {hint}?" in str(problem)) == bool(hint)


def test_each_unknown_key_is_told_by_itself():
    assert [(p.key, p.hint) for p in problems(hour="x", fone="y")] == [
        ("hour", "hours"),
        ("fone", "phone"),
    ]


@pytest.mark.parametrize("key", [1, None, True, 2.5, date(2026, 1, 1)])
def test_a_key_that_is_no_text_is_unknown(key):
    with pytest.raises(ClinicError) as caught:
        parse_clinic({**GOOD, key: "x"})
    assert [p.key for p in caught.value.problems] == [str(key)]


@pytest.mark.parametrize(
    "owner",
    [
        {"name": "the clinical director", "phone": "(555) 010-0143"},
        {"name": "A. Person", "email": "a@b.example"},
        {"name": "A. Person", "phone": "+1 555 010 0143", "email": "a@b.example"},
    ],
)
def test_who_answers_for_the_crisis_protocol(owner):
    found = parse_clinic({**GOOD, "crisis_owner": owner}).crisis_owner
    assert found == CrisisOwner(**owner)


@pytest.mark.parametrize("mode", ["demo", "live"])
def test_a_clinic_without_a_crisis_owner_can_be_used(mode):
    # Live asks for one in its check; a desk that does not start would help nobody.
    assert parse_clinic({**GOOD, "mode": mode}).crisis_owner is None


@pytest.mark.parametrize(
    ("owner", "key", "allowed"),
    [
        ("A. Person", "crisis_owner", "a phone or an email"),
        (None, "crisis_owner", "a phone or an email"),
        ({"name": "A. Person"}, "crisis_owner", "a phone or an email"),
        ({"phone": "555-0100", "email": "a@b"}, "crisis_owner.name", "needed"),
        ({"name": " ", "phone": "555-0100"}, "crisis_owner.name", "a name or a function"),
        ({"name": "x" * 121, "phone": "555-0100"}, "crisis_owner.name", "120"),
        ({"name": "x", "phone": "call me"}, "crisis_owner.phone", "telephone"),
        ({"name": "x", "email": "nobody"}, "crisis_owner.email", "@"),
    ],
)
def test_a_crisis_owner_who_could_not_be_reached_is_refused(owner, key, allowed):
    (problem,) = problems(crisis_owner=owner)
    assert problem.key == key
    assert allowed in problem.allowed


def test_a_topic_of_the_other_group_is_unknown():
    assert [p.key for p in problems(topics={"cost": "It is $5."})] == ["topics.cost"]
    assert [p.key for p in problems(logistics={"legality": "x"})] == ["logistics.legality"]


@pytest.mark.parametrize("value", ["", 5, "x" * 901, ["a"]])
@pytest.mark.parametrize(("group", "topic"), [("logistics", "cost"), ("topics", "mechanism")])
def test_a_topics_text_that_is_none_is_named(group, topic, value):
    (problem,) = problems(**{group: {topic: value}})
    assert problem.key == f"{group}.{topic}"
    assert "900" in problem.allowed


@pytest.mark.parametrize("value", [["a"], "text", 5])
@pytest.mark.parametrize("group", ["logistics", "topics"])
def test_topics_that_are_no_mapping(group, value):
    assert group in {p.key for p in problems(**{group: value})}


@pytest.mark.parametrize("group", ["logistics", "topics"])
def test_a_text_of_spaces_is_not_filled_in(group):
    topic = {"logistics": "cost", "topics": "mechanism"}[group]
    assert getattr(parse_clinic({**GOOD, group: {topic: "  \n"}}), group) == {}


@pytest.mark.parametrize("day", ["2026-02-30", "2026-13-01", "25.12.2026", 20261225, "0026-12-25"])
def test_a_closed_day_that_is_none(day):
    assert {p.key for p in problems(closed_days=["2026-12-25", day])} == {"closed_days.1"}


def test_all_mistakes_are_told_at_once():
    found = problems(phone="x", mode="y", country="Z")
    assert {p.key for p in found} == {"phone", "mode", "country"}


def test_two_missing_keys_are_told_once():
    with pytest.raises(ClinicError) as caught:
        parse_clinic({k: v for k, v in GOOD.items() if k not in ("name", "phone")})
    assert [p.key for p in caught.value.problems] == ["name, phone"]


def test_hours_with_half_of_a_surrogate_pair_are_none():
    with pytest.raises(ClinicError) as caught:
        parse_clinic(GOOD | {"hours": "24/7 \ud800"})
    assert [p.key for p in caught.value.problems] == ["hours"]


@pytest.mark.parametrize("row", [None, [], "text", 5])
def test_a_file_that_is_no_mapping(row):
    with pytest.raises(ClinicError, match="whole file"):
        parse_clinic(row)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"name: [unclosed\nphone: x", "line 2: (whole file): found broken YAML"),
        (b"name: 'x\n", "broken YAML"),
        (b"\xff\xfe\x00bad", "no readable file"),
        (b"closed_days: [2026-02-30]", "allowed: YAML, with real days as YYYY-MM-DD"),
        (b"a: !!python/object/apply:os.system ['true']", "broken YAML"),
        (b"a: !!timestamp x", "line 1: (whole file): found broken YAML"),
        (b"a: !!int x", "broken YAML"),
        (b"name: a\nphone: !!float _", "line 2: (whole file): found broken YAML"),
        (b'name: "\\ud800"', "half of a surrogate pair"),
        (b"[" * 20_000, "nesting"),
        (b"", "nothing"),
        (b"closed_days: &a [*a]", "stands inside itself"),
        (b"# " + b"x" * 1_000_001, "over 1 MB"),
    ],
    ids=[
        "unclosed",
        "quote",
        "not-utf8",
        "no-such-day",
        "object",
        "no-timestamp",
        "no-int",
        "no-float",
        "half-pair",
        "nested",
        "empty",
        "ring",
        "huge",
    ],
)
def test_files_that_cannot_be_read_are_told_apart(tmp_path, content, says):
    path = tmp_path / "clinic.yml"
    path.write_bytes(content)
    with pytest.raises(ClinicError) as caught:
        load_clinic(path)
    assert says in str(caught.value)


def test_each_mistake_is_told_with_its_line_in_the_files_order(tmp_path):
    path = tmp_path / "clinic.yml"
    good = yaml.safe_dump({k: v for k, v in GOOD.items() if k != "mode"}, sort_keys=False)
    path.write_text(f"{good}mode: test\nlogistics:\n  cost: It is $5.\n  prise: x\nname: Again\n")
    with pytest.raises(ClinicError) as caught:
        load_clinic(path)
    assert [(p.line, p.key) for p in caught.value.problems] == [
        (6, "mode"),
        (9, "logistics.prise"),
        (10, "name"),
    ]


def test_a_key_that_stands_twice_is_a_mistake(tmp_path):
    # YAML keeps the last and drops the first in silence.
    path = tmp_path / "clinic.yml"
    path.write_text(yaml.safe_dump(GOOD) + "logistics:\n  cost: It is $5.\n  cost: It is $9.\n")
    with pytest.raises(ClinicError, match=r"line 9: logistics\.cost: found the same key again"):
        load_clinic(path)


def test_no_file(tmp_path):
    with pytest.raises(ClinicError, match="no readable file"):
        load_clinic(tmp_path / "clinic.yml")


def test_the_example_settings_of_this_project_are_good():
    clinic = load_clinic(Path(__file__).parents[2] / "clinic.yml")
    assert clinic.mode == "demo"
    assert clinic.demo_notice


BROKEN = [
    {**GOOD, "mode": "x"},
    {**GOOD, 1: "x"},
    "name: [",
    "a: 2026-02-30",
    "closed_days: &a [*a]",
    "",
]


class TestClinicFile:
    @pytest.fixture
    def path(self, tmp_path):
        path = tmp_path / "clinic.yml"
        self.write(path, GOOD)
        return path

    def write(self, path: Path, row: object, tick: int = 1) -> None:
        path.write_text(row if isinstance(row, str) else yaml.safe_dump(row))
        # A clock tick of its own for each edit, on any file system.
        os.utime(path, ns=(tick * 10**9, tick * 10**9))

    def test_an_edit_applies_without_a_restart(self, path):
        clinic = ClinicFile(path)
        assert clinic.current().phone == "(555) 010-0142"

        self.write(path, {**GOOD, "phone": "(555) 010-0199"}, tick=2)

        assert clinic.current().phone == "(555) 010-0199"
        assert clinic.problems == []

    @pytest.mark.parametrize("broken", BROKEN)
    def test_a_broken_edit_keeps_the_last_good_settings_until_it_is_mended(self, path, broken):
        clinic = ClinicFile(path)
        self.write(path, broken, tick=2)

        assert clinic.current().name == "Example Clinic"
        assert clinic.problems

        self.write(path, {**GOOD, "name": "Mended"}, tick=3)
        assert clinic.current().name == "Mended"
        assert clinic.problems == []

    def test_a_removed_file_keeps_the_last_good_settings(self, path):
        clinic = ClinicFile(path)
        path.unlink()

        assert clinic.current().name == "Example Clinic"
        assert "no readable file" in str(clinic.problems[0])

    def test_the_first_reading_must_succeed(self, tmp_path):
        with pytest.raises(ClinicError):
            ClinicFile(tmp_path / "clinic.yml")
