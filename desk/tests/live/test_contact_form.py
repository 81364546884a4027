"""Words in the contact form over real HTTP: a crisis, a medical question, a plain name, no bot."""

from collections.abc import Iterator

import httpx
import pytest
from running_system import RunningSystem, wait_for
from staff_member import StaffMember, add_staff
from visitor import Event, Visitor, outcomes, words

CRISIS = "I want to kill myself"
MEDICAL = "Can I take a double dose of ketamine tonight?"
PHONE = "+1 555 010 0123"
NAMES = ("Ana Lopez", "John Smith", "Mary-Jane O'Neil", "Nguyen Thi My", "Will Hope")


@pytest.fixture(autouse=True)
def whole_again(system: RunningSystem) -> Iterator[None]:
    """Leave the system as it was found."""
    system.wait_until_ready()
    yield
    system.wait_until_ready()


def form(**fields: object) -> dict[str, object]:
    return {"name": "Ana Lopez", "phone": PHONE, "consent": True} | fields


def reasons(system: RunningSystem, visitor: Visitor) -> list[tuple[str, str]]:
    return [(reason, level) for reason, level, _ in system.handovers(visitor.conversation_id)]


def until_said(visitor: Visitor, outcome: str) -> list[Event]:
    """Wait until something with this outcome is said. Gives the whole conversation."""
    wait_for(lambda: outcome in outcomes(visitor.events()), 30, f"no {outcome}")
    return visitor.events()


def assert_lines_stand_by(answer: httpx.Response, code: str) -> None:
    assert (answer.status_code, answer.json()["error"]) == (422, code)
    assert "911" in answer.json()["message"]
    assert "988" in answer.json()["message"]


def test_a_crisis_as_a_name_is_answered_and_its_words_are_marked_for_staff(
    visitor: Visitor, system: RunningSystem
) -> None:
    add_staff(system, "robin", "Robin")

    assert visitor.leave(form(name=CRISIS)).status_code == 202

    events = until_said(visitor, "handover:crisis")
    assert "911" in words(events)
    assert "988" in words(events)
    assert [event["text"] for event in events if event["from"] == "visitor"] == [CRISIS]
    assert reasons(system, visitor) == [("crisis", "P1")]
    with StaffMember(system.url, "robin") as robin:
        page = robin.page(visitor.conversation_id)
    assert "<mark>" in page
    assert PHONE in page


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"phone": CRISIS}, "bad_phone"),
        ({"email": CRISIS}, "bad_email"),
        ({"name": CRISIS, "consent": False}, "consent_needed"),
        ({"name": f"{'Well, hello there, it is me. ' * 5}{CRISIS}."}, "bad_name"),
    ],
)
def test_a_crisis_in_a_refused_form_is_met_all_the_same(
    visitor: Visitor, system: RunningSystem, fields: dict[str, object], code: str
) -> None:
    assert_lines_stand_by(visitor.leave(form(**fields)), code)

    assert "988" in words(until_said(visitor, "handover:crisis"))
    assert reasons(system, visitor) == [("crisis", "P1")]
    # The chat knows what was said in the form.
    assert outcomes(visitor.ask("I'm fine")) == ["handover:crisis"]


def test_a_medical_question_in_a_refused_form_is_handed_over(
    visitor: Visitor, system: RunningSystem
) -> None:
    assert visitor.leave(form(name=MEDICAL, consent=False)).status_code == 422

    assert "911" in words(until_said(visitor, "handover:medical_advice"))
    assert reasons(system, visitor) == [("medical_advice", "P2")]


def test_ordinary_names_raise_no_alarm(visitor: Visitor, system: RunningSystem) -> None:
    for name in NAMES:
        sent = form(name=name, email="ana.lopez@example.org")
        assert visitor.leave(sent).status_code == 202, name

    assert {event["from"] for event in visitor.events()} == {"system"}
    assert reasons(system, visitor) == [("request", "P3")]


def test_with_rasa_killed_words_are_handed_over_and_a_name_gets_the_lines(
    visitor: Visitor, system: RunningSystem
) -> None:
    before = system.kill("rasa")
    # It takes longer to load its model again than both forms do.
    refused = visitor.leave(form(phone=CRISIS))
    with Visitor(system.url) as other:
        plain = other.leave(form())
        [note] = other.events()

    assert_lines_stand_by(refused, "bad_phone")
    events = until_said(visitor, "handover:bot_unavailable")
    assert "911" in words(events)
    assert "988" in words(events)
    assert reasons(system, visitor) == [("bot_unavailable", "P1")]
    assert plain.status_code == 202
    assert "988" in note["text"]
    assert reasons(system, other) == [("request", "P3")]

    # The desk keeps its verdict for some seconds.
    wait_for(lambda: not system.is_ready(), 15, "still called ready without rasa")
    system.wait_until_ready()
    assert system.pid("rasa") != before
