"""A crisis while a person has the chat: they are warned, and if they are silent the bot is not."""

import re
from collections.abc import Iterator

import pytest
from running_system import RunningSystem, wait_for
from staff_member import StaffMember, add_staff
from visitor import Visitor, outcomes, words

CRISIS = "I want to kill myself"
WARNING = "Crisis language: answer before"


@pytest.fixture(scope="module")
def account(system: RunningSystem) -> str:
    """A member of staff's user name."""
    add_staff(system, "kim", "Kim")
    return "kim"


@pytest.fixture
def kim(system: RunningSystem, account: str) -> Iterator[StaffMember]:
    """Kim of the staff, signed in."""
    with StaffMember(system.url, account) as somebody:
        yield somebody


@pytest.fixture
def seconds(system: RunningSystem) -> Iterator[None]:
    """Lets the clinic set the time to answer; afterwards it is as it was."""
    before = system.clinic.read_text()
    yield
    system.clinic.write_text(before)


def set_seconds(system: RunningSystem, number: int) -> None:
    known = re.sub(r"(?ms)^staff_answer_seconds:\n(?:  .*?\n)+", "", system.clinic.read_text())
    system.clinic.write_text(f"{known}staff_answer_seconds: {{P0: {number}, P1: {number}}}\n")


def talk_with(kim: StaffMember, visitor: Visitor) -> None:
    """Have the visitor ask for a person, and Kim take the conversation and say something."""
    visitor.ask("Can I talk to a real person please?")
    kim.act(visitor.conversation_id, "take")
    kim.act(visitor.conversation_id, "reply", text="Hello, this is Kim.")


def wait_until_warned(kim: StaffMember, visitor: Visitor) -> None:
    wait_for(lambda: WARNING in kim.page(visitor.conversation_id), 30, "Kim is not warned")


def from_bot(visitor: Visitor, after: int) -> list[str]:
    return [event["text"] for event in visitor.events(after) if event["from"] == "bot"]


@pytest.mark.usefixtures("seconds")
def test_who_answers_in_time_answers_alone(
    visitor: Visitor, kim: StaffMember, system: RunningSystem
) -> None:
    set_seconds(system, 300)
    talk_with(kim, visitor)
    seq = visitor.say(CRISIS)
    wait_until_warned(kim, visitor)
    assert WARNING in kim.queue()
    assert "<mark>" in kim.page(visitor.conversation_id)
    assert [row[1:] for row in system.handovers(visitor.conversation_id)] == [("P1", "taken")]

    kim.act(visitor.conversation_id, "reply", text="I am here. Are you safe right now?")

    assert WARNING not in kim.page(visitor.conversation_id)
    # Nothing is left that giving it back could bring.
    kim.act(visitor.conversation_id, "release")
    assert from_bot(visitor, seq) == []


@pytest.mark.usefixtures("seconds")
def test_when_nobody_answers_the_crisis_reply_is_sent_once(
    visitor: Visitor, kim: StaffMember, system: RunningSystem
) -> None:
    set_seconds(system, 2)
    talk_with(kim, visitor)

    events = visitor.replies(visitor.say(CRISIS), seconds=60)

    assert outcomes(events) == ["handover:crisis"]
    assert events[0]["level"] == "P1"
    assert "988" in words(events)
    assert WARNING not in kim.page(visitor.conversation_id)
    # The person still has the chat; what they write comes after it, and the reply is not repeated.
    kim.act(visitor.conversation_id, "reply", text="Sorry, I am here now.")
    kim.act(visitor.conversation_id, "release")
    assert len(from_bot(visitor, events[0]["seq"] - 1)) == 1


@pytest.mark.usefixtures("seconds")
def test_a_held_reply_survives_a_killed_desk(
    visitor: Visitor, kim: StaffMember, system: RunningSystem
) -> None:
    set_seconds(system, 20)
    talk_with(kim, visitor)
    seq = visitor.say(CRISIS)
    wait_until_warned(kim, visitor)

    before = system.kill("desk")
    system.wait_until_live()

    assert system.pid("desk") != before
    assert outcomes(visitor.replies(seq, seconds=90)) == ["handover:crisis"]
    assert len(from_bot(visitor, seq)) == 1


@pytest.mark.usefixtures("seconds")
def test_given_back_without_an_answer_it_is_sent_at_once(
    visitor: Visitor, kim: StaffMember, system: RunningSystem
) -> None:
    set_seconds(system, 300)
    talk_with(kim, visitor)
    seq = visitor.say(CRISIS)
    wait_until_warned(kim, visitor)

    kim.act(visitor.conversation_id, "release")

    assert outcomes(visitor.events(after=seq)) == ["handover:crisis"]


@pytest.mark.usefixtures("seconds")
def test_while_rasa_is_away_the_crisis_lines_are_sent(
    visitor: Visitor, kim: StaffMember, system: RunningSystem
) -> None:
    set_seconds(system, 2)
    talk_with(kim, visitor)
    system.stop_service("rasa")
    try:
        events = visitor.replies(visitor.say(CRISIS), seconds=60)
    finally:
        system.start_service("rasa")
    assert outcomes(events) == ["handover:bot_unavailable"]
    assert "988" in words(events)
    assert "911" in words(events)
    system.wait_until_ready()
