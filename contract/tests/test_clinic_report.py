"""What settings that can be used come to: open or not, days, topics, and what is not there."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from contract.tests.good_clinic import GOOD as LEAST
from nightdesk_contract.clinic import parse_clinic, topics_by_group
from nightdesk_contract.clinic_report import ClinicReport, report

ZONE = ZoneInfo("America/Chicago")
WEDNESDAY = datetime(2026, 11, 25, 18, 30, tzinfo=ZONE)
GOOD = {
    **LEAST,
    "closed_days": ["2026-11-26", "2026-11-24", "2026-12-25", "2026-11-26"],
}
SETTLED = {"retention": {"messages": 365}, "sites": ["https://book.clinic.example"]}
"""What mode live would have something to say about otherwise."""
OWNER = {"name": "the clinical director", "phone": "555-0100"}


def of(
    at: datetime = WEDNESDAY,
    added: tuple[str, ...] = (),
    environment: dict[str, str] | None = None,
    **changes,
) -> ClinicReport:
    questions = {"cost": "How much does it cost?", "legality": "Is it legal?"}
    return report(parse_clinic({**GOOD, **changes}), questions, added, at, environment or {})


def warned(found: ClinicReport) -> list[str]:
    return [warning.key for warning in found.warnings]


def test_when_it_opens_next():
    found = of()
    assert not found.open_now
    # Thursday is a closed day.
    assert found.next_opening == datetime(2026, 11, 27, 9, tzinfo=ZONE)


def test_open_now():
    at = datetime(2026, 11, 25, 12, tzinfo=ZONE)
    found = of(at)
    assert found.open_now
    assert found.next_opening == at


def test_a_clinic_that_never_opens_is_worth_a_look():
    found = of(hours="24/7 off")
    assert (found.open_now, found.next_opening) == (False, None)
    assert warned(found) == ["hours"]


def test_the_closed_days_to_come_in_order_and_today_is_one():
    assert of().closed_days == (date(2026, 11, 26), date(2026, 12, 25))
    assert of(datetime(2026, 12, 25, 12, tzinfo=ZONE)).closed_days == (date(2026, 12, 25),)


@pytest.mark.parametrize(
    ("zone", "days"), [("America/Chicago", 1), ("Pacific/Auckland", 0)], ids=["here", "there"]
)
def test_today_is_the_clinics_own(zone, days):
    found = of(time_zone=zone, closed_days=["2026-11-25"])
    assert len(found.closed_days) == days
    assert ("closed_days" in warned(found)) == (days == 0)


@pytest.mark.parametrize("days", [[], ["2025-12-25"]])
def test_no_closed_day_to_come_is_worth_a_look(days):
    assert warned(of(closed_days=days)) == ["closed_days"]


def test_hours_in_words_that_differ_are_worth_a_look():
    assert warned(of(hours_text="Monday to Friday, 9 am to 5 pm")) == []
    assert warned(of(hours_text="Monday to Saturday, 9 am to 5 pm")) == ["hours_text"]


def test_the_topics_that_are_unset_with_what_visitors_ask():
    found = of(logistics={"hours": "From nine.", "booking": None, "privacy": "  "})
    assert set(found.unset) == set(topics_by_group()["logistics"]) - {"hours"}
    assert found.unset["cost"] == "How much does it cost?"


def test_a_topic_with_an_added_answer_is_not_unset():
    assert "cost" not in of(added=("cost", "parking")).unset


def test_the_topics_that_the_clinic_answers_itself():
    assert of().answered == {}
    found = of(topics={"legality": "It is.", "mechanism": None})
    assert found.answered == {"legality": "Is it legal?"}


@pytest.mark.parametrize(
    ("mode", "owner", "needed"),
    [
        ("demo", None, []),
        ("live", None, ["crisis_owner"]),
        ("live", OWNER, []),
    ],
)
def test_live_asks_for_a_crisis_owner(mode, owner, needed):
    changes = {"mode": mode} | ({"crisis_owner": owner} if owner else {})
    assert [problem.key for problem in of(**changes).needed] == needed


MAIL = {"name": "mail", "url": "mailtos://${LOGIN}@x"}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        # While it is a demo, nobody need be told.
        ({}, []),
        ({"mode": "live"}, ["no address is told of P0 and P1: only the inbox shows it"]),
        ({"alerts": [MAIL], "desk_url": "https://x"}, []),
        (
            {"alerts": [MAIL | {"levels": ["P0", "P2"]}], "desk_url": "https://x"},
            ["no address is told of P1: only the inbox shows it"],
        ),
        ({"alerts": [MAIL]}, ["unset: alerts have no link to the conversation"]),
        (
            {"alerts": [MAIL | {"url": "a://${B}/${C}"}], "desk_url": "https://x"},
            [
                "the variable B is not set here; the desk needs it",
                "the variable C is not set here; the desk needs it",
            ],
        ),
        (
            {"alerts": [MAIL | {"url": "mailto://a:b@x"}], "desk_url": "https://x"},
            ["a secret stands in the file: use ${NAME} and a variable"],
        ),
    ],
)
def test_alerts_that_reach_nobody_are_worth_a_look(changes, says):
    found = of(environment={"LOGIN": "me:word"}, **{**SETTLED, **changes})
    assert [warning.text for warning in found.warnings] == says


def test_the_address_that_lacks_a_variable_is_named():
    (warning,) = of(alerts=[MAIL], desk_url="https://x").warnings
    assert warning.key == "alerts.0 (mail)"


def test_the_desks_address_may_be_in_the_environment():
    assert of(environment={"LOGIN": "x", "DESK_URL": "https://x"}, alerts=[MAIL]).warnings == ()


def test_a_live_clinic_that_keeps_everything_is_told():
    assert "retention" in warned(of(mode="live"))
    assert "retention" not in warned(of(mode="live", retention={"messages": 365}))


ANN = {"people": [{"name": "Ann", "addresses": ["mail"]}]}


def test_people_on_call_are_told_of_crises_and_their_rota_is_looked_at():
    rota = {"rota": {"from": "2026-11-23", "first": "ann", "backup": "ann"}}
    changes = {"desk_url": "https://x", "alerts": [MAIL], "environment": {"LOGIN": "x"}}
    found = of(**changes, on_call=ANN | rota | {"lead": "ann", "manager": "bo"})
    assert [warning.key for warning in found.warnings] == ["on_call.manager", "on_call"]
    lonely = of(**changes, on_call={"people": [{"name": "Ann", "addresses": []}]}, mode="live")
    assert "no address is told of P0" not in lonely.warnings[0].text


def test_the_report_names_a_late_first_step():
    assert "escalation.P1.first" in warned(of(escalation={"P1": {"first": 30}}))
    assert "escalation.P1.first" not in warned(of())
