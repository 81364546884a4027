"""Addresses for alerts: what can be used, what is wrong, and that no secret is ever shown."""

import base64
import re
from datetime import datetime, timezone
from pathlib import Path

import pytest
import yaml

from contract.tests.good_clinic import GOOD
from nightdesk_contract.clinic import ClinicError, Problem, load_clinic, parse_clinic
from nightdesk_contract.clinic_alerts import (
    AlertAddress,
    MissingVariable,
    filled,
    secret_in_file,
    secret_keys,
    variables,
)
from nightdesk_contract.clinic_on_call_check import on_call_warnings

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
MAIL = {"name": "mail", "url": "mailtos://${LOGIN}@mail.example"}
HOOK = {"name": "hook", "webhook": "https://a.example/in", "secret": "${HOOK_SECRET}"}


def addresses(*rows: object) -> tuple[AlertAddress, ...]:
    return parse_clinic({**GOOD, "alerts": list(rows)}).alerts


def problems(alerts: object) -> list[Problem]:
    with pytest.raises(ClinicError) as caught:
        parse_clinic({**GOOD, "alerts": alerts})
    return caught.value.problems


def test_none_by_default():
    assert parse_clinic(GOOD).alerts == ()
    assert addresses() == ()


def test_addresses_are_kept_as_they_stand_in_the_file():
    mail, hook = addresses(MAIL, {**HOOK, "levels": ["P3", "P0"]})
    assert mail == AlertAddress("mail", url="mailtos://${LOGIN}@mail.example", levels=("P0", "P1"))
    assert (hook.webhook, hook.secret, hook.levels) == (
        "https://a.example/in",
        "${HOOK_SECRET}",
        ("P0", "P3"),
    )


@pytest.mark.parametrize(
    "row",
    [
        {"name": "a", "url": "slack://T/B/X/#night-desk"},
        {"name": "a", "url": "${ALL_OF_IT}"},
        {"name": "a", "webhook": "${HOOK}", "secret": SECRET},
        {"name": "a", "webhook": "http://127.0.0.1:9/in", "secret": SECRET},
        {"name": "a", "webhook": "http://localhost/in?x=1", "secret": "${S}"},
        {"name": "a", "webhook": "https://a.example/in", "secret": "${NEW} ${OLD}"},
        {"name": "a", "webhook": "https://a.example/in", "secret": f"{SECRET} ${{OLD}}"},
        {"name": "Dr. on-call 1", "url": "pagerduty://x@y"},
    ],
)
def test_what_can_be_used(row):
    assert len(addresses(row)) == 1


@pytest.mark.parametrize(
    ("row", "key", "allowed"),
    [
        ({"name": "a"}, "url", "or webhook and secret"),
        ({**MAIL, "webhook": "https://a.example"}, "webhook", "one of the two"),
        ({**MAIL, "secret": SECRET}, "secret", "only a webhook"),
        ({"name": "a", "webhook": "https://a.example"}, "secret", "whsec_"),
        ({"name": "a", "url": "hunter2"}, "url", "an Apprise address such as"),
        ({"name": "a", "url": "slack://hunter2 x"}, "url", "an Apprise address"),
        ({"name": "a", "url": "slack://${hunter-2}"}, "url", "${NAME} for a variable"),
        ({"name": "a", "url": 5}, "url", "text of 1 to 2000"),
        ({**HOOK, "webhook": "http://hunter2.example/"}, "webhook", "an https:// address"),
        ({**HOOK, "webhook": "https://me:hunter2@a.example/"}, "webhook", "an https:// address"),
        ({**HOOK, "webhook": "http://localhost.hunter2.example/"}, "webhook", "an https://"),
        ({**HOOK, "secret": "hunter2"}, "secret", "whsec_ and 24 to 64 bytes"),
        ({**HOOK, "secret": "${NEW} hunter2"}, "secret", "whsec_ and 24 to 64 bytes"),
        ({**HOOK, "secret": "${A} ${B} ${C} ${D}"}, "secret", "two with a space"),
        ({**HOOK, "secret": "whsec_hunter2=="}, "secret", "whsec_ and 24 to 64 bytes"),
        ({**MAIL, "name": ""}, "name", "1 to 40 letters"),
        ({**MAIL, "name": "x\ny"}, "name", "1 to 40 letters"),
        ({**MAIL, "levels": []}, "levels", "each at most once"),
        ({**MAIL, "levels": ["P0", "P0"]}, "levels", "each at most once"),
        ({**MAIL, "levels": ["P4"]}, "levels.0", "P0 or P1 or P2 or P3"),
    ],
)
def test_each_mistake_is_named_and_no_secret_is_shown(row, key, allowed):
    (problem,) = problems([MAIL | {"name": "first"}, row])
    assert problem.key == f"alerts.1.{key}"
    assert allowed in problem.allowed
    assert "hunter2" not in str(problem)


@pytest.mark.parametrize("alerts", ["slack://hunter2", ["slack://hunter2"], {"url": "hunter2"}])
def test_what_is_no_list_of_addresses_is_not_shown_either(alerts):
    assert [p.key for p in problems(alerts)] in (["alerts"], ["alerts.0"])
    assert "hunter2" not in str(problems(alerts)[0])


def test_a_name_and_a_key_that_are_wrong_are_shown():
    (problem,) = problems([{**MAIL, "nam": "x", "name": "mail"}])
    assert (problem.key, problem.found, problem.hint) == (
        "alerts.0.nam",
        "an unknown key",
        "alerts.0.name",
    )
    (problem,) = problems([{**MAIL, "name": "a/b"}])
    assert problem.found == "'a/b'"


def test_two_of_one_name_are_named():
    (problem,) = problems([MAIL, {**HOOK, "name": "Mail"}])
    assert (problem.key, problem.found) == ("alerts.1.name", "'Mail' for a second time")


def test_the_line_is_named(tmp_path: Path):
    path = tmp_path / "clinic.yml"
    path.write_text(yaml.safe_dump({**GOOD, "alerts": [MAIL, {**MAIL, "url": "x"}]}))
    with pytest.raises(ClinicError) as caught:
        load_clinic(path)
    lines = path.read_text().splitlines()
    assert {lines[p.line - 1].strip() for p in caught.value.problems} == {"url: x", "- name: mail"}


def test_more_than_twenty_are_too_many():
    (problem,) = problems([{**MAIL, "name": f"m{i}"} for i in range(21)])
    assert "at most 20" in problem.allowed


def test_variables_are_filled_in():
    environment = {"LOGIN": " ana ", "EMPTY": "  "}
    assert filled("mailto://${LOGIN}@x/${LOGIN}", environment) == "mailto://ana@x/ana"
    assert filled("$LOGIN {x}", environment) == "$LOGIN {x}"
    for name in ("EMPTY", "OTHER"):
        with pytest.raises(MissingVariable) as caught:
            filled(f"slack://${{LOGIN}}/${{{name}}}", environment)
        assert caught.value.name == name


def test_what_a_variable_holds_is_not_filled_in_again():
    assert filled("${A}", {"A": "${B}", "B": "x"}) == "${B}"


def test_the_variables_of_an_address():
    address = AlertAddress("a", webhook="https://x/${B}", secret="${A}${B}")
    assert variables(address) == ["B", "A"]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (AlertAddress("a", url="mailto://me:word@x"), True),
        (AlertAddress("a", url="mailto://me:${W}@x"), False),
        (AlertAddress("a", url="json://localhost:80/x"), False),
        (AlertAddress("a", webhook="https://x", secret=SECRET), True),
        (AlertAddress("a", webhook="https://x", secret="${S}"), False),
        (AlertAddress("a", webhook="https://x", secret=f"${{S}} {SECRET}"), True),
    ],
)
def test_a_secret_in_the_file_is_seen(address, expected):
    assert secret_in_file(address) is expected


def test_an_address_that_is_printed_shows_its_name_alone():
    text = repr(AlertAddress("a", "slack://hunter2", "https://hunter2", "hunter2"))
    assert "hunter2" not in text


def test_a_webhooks_secret_stands_for_bytes():
    assert secret_keys(SECRET) == (bytes(range(32)),)
    for size, right in ((23, False), (24, True), (64, True), (65, False)):
        text = "whsec_" + base64.b64encode(bytes(size)).decode()
        assert bool(secret_keys(text)) is right


def test_while_a_secret_is_changed_there_are_several():
    old = "whsec_" + base64.b64encode(bytes(24)).decode()
    assert secret_keys(f"{SECRET} {old}") == (bytes(range(32)), bytes(24))
    assert secret_keys(f"{SECRET} hunter2") == ()
    assert secret_keys(" ".join([SECRET] * 4)) == ()
    assert secret_keys("") == ()


@pytest.mark.parametrize(
    "url", ["https://desk.example", "https://desk.example/night/", "http://localhost:8000"]
)
def test_where_staff_reach_the_desk(url):
    assert parse_clinic({**GOOD, "desk_url": url}).desk_url == url.rstrip("/")


@pytest.mark.parametrize(
    "url", ["http://desk.example", "desk.example", "https://", "https://a@b", "https://a/?x", 5]
)
def test_an_address_of_the_desk_that_is_none_is_named(url):
    with pytest.raises(ClinicError) as caught:
        parse_clinic({**GOOD, "desk_url": url})
    (problem,) = caught.value.problems
    assert problem.key == "desk_url"
    assert "https://desk.clinic.example" in problem.allowed


ROOT = Path(__file__).parents[2]


def test_the_addresses_that_the_docs_show_can_be_used():
    text = (ROOT / "docs" / "alerts.md").read_text(encoding="utf-8")
    addresses, people = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    clinic = parse_clinic({**GOOD, **yaml.safe_load(addresses)})
    assert len(clinic.alerts) == 4
    assert not any(map(secret_in_file, clinic.alerts))
    clinic = parse_clinic({**GOOD, **yaml.safe_load(people)})
    assert on_call_warnings(clinic, datetime(2026, 11, 24, tzinfo=timezone.utc)) == []


def test_the_projects_own_file_tells_nobody_and_shows_addresses_that_can_be_used():
    text = (ROOT / "clinic.yml").read_text(encoding="utf-8")
    assert load_clinic(ROOT / "clinic.yml").alerts == ()
    example = re.search(r"^# alerts:\n(?:#   .*\n)+", text, re.MULTILINE)
    assert example
    shown = yaml.safe_load(re.sub("^# ", "", example[0], flags=re.MULTILINE))
    assert len(addresses(*shown["alerts"])) == 3
    assert not any(map(secret_in_file, addresses(*shown["alerts"])))
