"""Crisis language in every state that a chat and the system can be in, over real HTTP.

Beside these: staff have the chat (test_held.py), Rasa hangs and the desk is killed
(test_faults.py), the contact form (test_contact_form.py).
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from running_system import RunningSystem, running_system, wait_for
from visitor import Event, Visitor, outcomes, words

CRISIS = "I want to kill myself"
QUESTION = "How fast does ketamine therapy work?"
BROKEN_WORD = "quartzite"
SLOW_WORD = "feldspar"
SLOW_SECONDS = 4.5
"""Longer than a message may take to be judged (4 s), shorter than the desk waits for Rasa (6 s)."""

FAULT_AT_START = f'''
"""Read by every Python process of one test's system: the detector breaks at one word, and sleeps
at another."""

import importlib.abc
import importlib.machinery
import sys
import time

NAME = "nightdesk.safety.detector"


class Breaks(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name != NAME:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        load = spec.loader.exec_module

        def broken(module):
            load(module)
            judge = module.Detector.judge

            def judge_or_break(self, message, *more, **named):
                if "{BROKEN_WORD}" in message:
                    raise RuntimeError("a broken detector")
                return judge(self, message, *more, **named)

            module.Detector.judge = judge_or_break
            views_of = module.views_of

            def sleep_and_view(message):
                if "{SLOW_WORD}" in message:
                    time.sleep({SLOW_SECONDS})
                return views_of(message)

            module.views_of = sleep_and_view

        spec.loader.exec_module = broken
        return spec


sys.meta_path.insert(0, Breaks())
'''


@pytest.fixture
def whole_again(system: RunningSystem) -> Iterator[None]:
    """Leave the system as it was found."""
    system.wait_until_ready()
    yield
    system.wait_until_ready()


@pytest.fixture
def faulty(tmp_path: Path) -> Iterator[RunningSystem]:
    """A system of its own whose detector breaks at BROKEN_WORD and sleeps at SLOW_WORD."""
    (tmp_path / "start").mkdir()
    (tmp_path / "start" / "sitecustomize.py").write_text(FAULT_AT_START)
    with running_system(tmp_path / "var", {"PYTHONPATH": str(tmp_path / "start")}) as own:
        yield own


def from_bot(events: list[Event]) -> list[str]:
    return [event["text"] for event in events if event["from"] == "bot"]


def reasons(system: RunningSystem, visitor: Visitor) -> list[tuple[str, str]]:
    return [(reason, level) for reason, level, _ in system.handovers(visitor.conversation_id)]


def test_after_a_goodbye_a_crisis_is_caught(visitor: Visitor, system: RunningSystem) -> None:
    assert outcomes(visitor.ask("Goodbye")) == ["smalltalk"]

    events = visitor.ask(CRISIS)

    assert outcomes(events) == ["handover:crisis"]
    assert "911" in words(events)
    assert "988" in words(events)
    assert reasons(system, visitor) == [("crisis", "P1")]


def test_while_waiting_for_staff_a_crisis_is_answered_and_raises_the_hand_over(
    visitor: Visitor, system: RunningSystem
) -> None:
    visitor.ask("Can I talk to a real person please?")
    assert reasons(system, visitor) == [("request", "P3")]

    events = visitor.ask(CRISIS)

    assert outcomes(events) == ["handover:crisis"]
    assert "988" in words(events)
    assert reasons(system, visitor) == [("crisis", "P1")]


def test_waving_it_off_lowers_nothing_and_a_question_keeps_help_in_view(
    visitor: Visitor, system: RunningSystem
) -> None:
    said = from_bot(visitor.ask("I just swallowed a whole bottle of pills"))
    for text in ("I'm fine", "lol just kidding", "I'm safe"):
        events = visitor.ask(text)
        assert outcomes(events) == ["handover:crisis"], text
        assert from_bot(events)[0] != said[-1]
        assert "911" in words(events)
        said += from_bot(events)

    events = visitor.ask(QUESTION)

    assert "answer:rapid_relief" in outcomes(events)
    assert "988" in words(events)
    assert reasons(system, visitor) == [("crisis", "P0")]


@pytest.mark.usefixtures("whole_again")
def test_with_the_actions_down_crisis_texts_are_said_in_every_turn(
    visitor: Visitor, system: RunningSystem
) -> None:
    system.stop_service("actions")
    try:
        first = visitor.ask(CRISIS)
        again = visitor.ask("I really want to die")
        # What needs an action elsewhere needs none here.
        unclear = visitor.ask("no")
        with Visitor(system.url) as other:
            spanish = other.ask("Ya no quiero vivir, me quiero morir")
    finally:
        system.start_service("actions")

    texts = [from_bot(events)[0] for events in (first, again, unclear, spanish)]
    assert len(set(texts)) == len(texts)
    for events in (first, again, unclear, spanish):
        assert outcomes(events) == ["handover:crisis"]
        assert "911" in words(events)
    assert "988" in words(spanish)
    assert "asistente autom\u00e1tico" in words(spanish)


@pytest.mark.usefixtures("whole_again")
def test_with_rasa_killed_each_crisis_message_gets_the_lines_and_a_person(
    visitor: Visitor, system: RunningSystem
) -> None:
    before = system.kill("rasa")
    # It takes longer to load its model again than both turns do.
    events = visitor.ask(CRISIS)
    later = visitor.ask("please, I want to die")

    for said in (events, later):
        assert outcomes(said) == ["handover:bot_unavailable"]
        assert "911" in words(said)
        assert "988" in words(said)
    assert words(events) != words(later)
    assert reasons(system, visitor) == [("bot_unavailable", "P1")]

    # The desk keeps its verdict for some seconds.
    wait_for(lambda: not system.is_ready(), 15, "still called ready without rasa")
    system.wait_until_ready()
    assert system.pid("rasa") != before
    assert outcomes(visitor.ask(CRISIS)) == ["handover:crisis"]


def test_a_fault_in_the_detector_ends_at_a_person_with_the_lines(faulty: RunningSystem) -> None:
    with Visitor(faulty.url) as visitor:
        assert outcomes(visitor.ask(QUESTION)) == ["answer:rapid_relief"]

        events = visitor.ask(f"My {BROKEN_WORD} is heavy. {CRISIS}")

        assert outcomes(events) == ["handover:bot_unavailable"]
        assert "911" in words(events)
        assert "988" in words(events)
        assert reasons(faulty, visitor) == [("bot_unavailable", "P1")]
        # The next message is judged as ever.
        assert outcomes(visitor.ask(CRISIS)) == ["handover:crisis"]
    with Visitor(faulty.url) as visitor:
        form = {"name": f"{BROKEN_WORD}, {CRISIS}", "phone": "555 010 0123", "consent": False}

        refused = visitor.leave(form)

        assert refused.status_code == 422
        assert "988" in refused.json()["message"]
        wait_for(lambda: reasons(faulty, visitor) != [], 30, "nobody is called")
        assert reasons(faulty, visitor) == [("bot_unavailable", "P1")]
    assert BROKEN_WORD not in faulty.log_text()
    assert "safety could not judge a message: RuntimeError" in faulty.log_text()


def test_a_detector_that_takes_too_long_ends_at_a_person_with_the_lines(
    faulty: RunningSystem,
) -> None:
    with Visitor(faulty.url) as visitor:
        events = visitor.ask(f"My {SLOW_WORD} is heavy. {CRISIS}")

        assert outcomes(events) == ["handover:bot_unavailable"]
        assert "911" in words(events)
        assert "988" in words(events)
        assert reasons(faulty, visitor) == [("bot_unavailable", "P1")]
        # The next message has its own time.
        assert outcomes(visitor.ask(CRISIS)) == ["handover:crisis"]
    assert SLOW_WORD not in faulty.log_text()
    # It was not the desk that lost its patience.
    assert "safety could not judge a message: TimeoutError" in faulty.log_text()
