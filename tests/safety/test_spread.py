"""A crisis said in several short messages fires on the one that completes it."""

import pytest

from nightdesk.safety.spread import judge_spread
from nightdesk.safety.verdict import Verdict


def judge_of(*phrases: str, category: str = "crisis"):
    """Fires where a text holds one of the phrases, and marks it."""

    def judge(text: str) -> Verdict | None:
        for phrase in phrases:
            start = text.find(phrase)
            if start >= 0:
                span = (start, start + len(phrase))
                return Verdict(category, "P1", "pattern", "phrase", 1.0, (span,))
        return None

    return judge


@pytest.mark.parametrize(
    ("earlier", "message", "words"),
    [
        (["i want to", "end"], "it all", "it all"),
        (["hello", "i want to", "end"], "it all", "it all"),
        (["i want"], "to end it all now", "to end it all"),
    ],
)
def test_fires_on_the_completing_message_and_marks_its_words(earlier, message, words):
    found = judge_spread(judge_of("i want to end it all"), earlier, message)
    assert found is not None
    assert [message[a:b] for a, b in found.spans] == [words]


def test_pieces_that_say_nothing_together_do_not_fire():
    assert judge_spread(judge_of("i want to end it all"), ["i want to"], "book") is None


def test_what_was_said_before_does_not_fire_again():
    judge = judge_of("i want to end it all")
    assert judge_spread(judge, ["i want to end it all"], "please") is None
    assert judge_spread(judge, ["hi", "i want to end", "it all"], "ok") is None


def test_after_a_crisis_a_message_is_judged_for_itself():
    judge = judge_of("i want to end it all", "thanks how much")
    assert judge_spread(judge, ["i want to end it all", "thanks"], "how much is it") is None


def test_a_medical_question_in_pieces_is_left_alone():
    judge = judge_of("can i take it", category="medical_advice")
    assert judge_spread(judge, ["can i"], "take it") is None


def test_an_emergency_in_pieces_is_one():
    found = judge_spread(
        judge_of("took all", category="crisis_emergency"), ["i took"], "all of them"
    )
    assert found is not None
    assert found.category == "crisis_emergency"


def test_a_fault_is_the_callers():
    def broken(text: str) -> Verdict | None:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        judge_spread(broken, ["a"], "b")
