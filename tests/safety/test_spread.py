"""A crisis said in several short messages fires on the one that completes it."""

from collections.abc import Sequence

import numpy as np
import pytest

from nightdesk.safety.detector import Detector
from nightdesk.safety.patterns import load_patterns
from nightdesk.safety.spread import judge_spread
from nightdesk.safety.verdict import CRISIS, EMERGENCY, HARMLESS, MEDICAL, Thresholds, Verdict
from nightdesk_contract.pieces import KEY, read_earlier
from tests.data.reading import ROOT


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


class Silent:
    """A model that finds nothing anywhere: what fires are the patterns."""

    classes = (CRISIS, EMERGENCY, HARMLESS, MEDICAL)

    def probabilities(self, texts: Sequence[str], vectors: np.ndarray) -> np.ndarray:
        return np.array([[0.0, 0.0, 1.0, 0.0]] * len(texts))


@pytest.fixture(scope="module")
def detector() -> Detector:
    """The detector as it runs, with our own patterns alone."""
    return Detector(
        load_patterns(ROOT / "data" / "safety" / "patterns"),
        Silent(),  # type: ignore[arg-type]
        Thresholds(0.5, 0.5, 0.6, 0.7, 0.5),
        lambda texts: np.zeros((len(texts), 4), dtype=np.float32),
    )


class TestWithOurPatterns:
    @pytest.mark.parametrize(
        ("earlier", "message", "level"),
        [
            (["i want to", "end"], "it all", "P1"),
            (["I want to", "END"], "it all...", "P1"),
            (["hi", "i want to", "end"], "it all", "P1"),
            (["i just want", "to end"], "my life", "P1"),
            (["i want", "to"], "die", "P1"),
            (["i have to", "kill"], "myself", "P1"),
            (["i have", "no reason"], "to live", "P1"),
            (["i w4nt", "to"], "d1e", "P1"),
            (["i want to", "k i l l"], "myself", "P1"),
            (["my sister", "wants to"], "kill herself", "P1"),
            (["i took"], "the whole bottle", "P0"),
            (["ya no", "quiero"], "vivir", "P1"),
            (["me quiero"], "morir", "P1"),
            (["je veux"], "mourir", "P1"),
            (["eu quero"], "morrer", "P1"),
            (["ich will"], "sterben", "P1"),
        ],
    )
    def test_it_fires_on_the_message_that_completes_it(self, detector, earlier, message, level):
        # As it comes from the desk: what is no piece is left out.
        pieces = read_earlier({KEY: earlier})
        assert pieces == earlier
        found = detector.judge(message, pieces)
        assert found is not None
        assert found.category in (CRISIS, EMERGENCY)
        assert found.level == level
        assert found.detector == "pattern"
        assert all(0 <= start < end <= len(message) for start, end in found.spans)
        # Not before: the pieces say nothing by themselves.
        for count in range(len(pieces)):
            assert detector.judge(pieces[count], pieces[:count]) is None

    @pytest.mark.parametrize(
        ("earlier", "message"),
        [
            (["i want to", "end"], "my membership"),
            (["i want to"], "book"),
            (["i have to", "cancel"], "it all"),
            (["quiero"], "una cita"),
            (["me quiero"], "inscribir"),
            (["it all", "end"], "i want to"),
        ],
    )
    def test_ordinary_pieces_are_none(self, detector, earlier, message):
        assert detector.judge(message, read_earlier({KEY: earlier})) is None
