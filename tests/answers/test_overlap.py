"""Which examples of a new answer are near to what other intents are asked by."""

import numpy as np
import pytest

from nightdesk.answers.overlap import CLOSE, NEAR, Overlap, overlaps, repeated

OTHERS = [("logistics_location", "Where are you?"), ("logistics_cost", "how much is it")]
EAST, NORTH = np.array([1.0, 0.0]), np.array([0.0, 1.0])


def between(cosine: float) -> np.ndarray:
    """Give a vector with this cosine to the first of OTHERS."""
    return cosine * EAST + np.sqrt(1 - cosine**2) * NORTH


def found(texts: list[str], *vectors: np.ndarray) -> list[Overlap]:
    return overlaps(texts, np.array(vectors), OTHERS, np.array([EAST, -NORTH]))


def test_each_text_gets_its_nearest_line_of_another_intent():
    (overlap,) = found(["where can i park"], between(0.9))
    assert (overlap.text, overlap.intent, overlap.nearest) == (
        "where can i park",
        "logistics_location",
        "Where are you?",
    )
    assert overlap.similarity == pytest.approx(0.9)


def test_the_nearest_pair_comes_first():
    rows = found(["a", "b", "c"], between(0.2), between(0.95), between(0.8))
    assert [overlap.text for overlap in rows] == ["b", "c", "a"]


@pytest.mark.parametrize("text", ["Where are you?", "where are you", "WHERE ARE YOU!"])
def test_word_for_word_comes_before_everything_and_whatever_its_vector(text):
    rows = found(["near", text], between(0.99), between(0.1))
    assert [overlap.degree for overlap in rows] == ["same", "near"]
    assert rows[0].nearest == "Where are you?"


def test_lines_of_signs_alone_are_not_the_same_line():
    others = [("nonsense", "???")]
    (overlap,) = overlaps(["!!!"], np.array([NORTH]), others, np.array([EAST]))
    assert overlap.degree == "none"


@pytest.mark.parametrize(
    ("similarity", "degree"),
    [(1.0, "near"), (NEAR, "near"), (NEAR - 0.01, "close"), (CLOSE, "close"), (0.69, "none")],
)
def test_degrees(similarity, degree):
    assert Overlap("a", "x", "b", similarity).degree == degree


def test_as_a_row():
    row = Overlap("a", "faq_safety", "b", 0.87654).to_row()
    assert row == {
        "text": "a",
        "intent": "faq_safety",
        "nearest": "b",
        "similarity": 0.877,
        "degree": "near",
    }


def test_nothing_to_compare_is_no_overlap():
    empty = np.zeros((0, 2))
    assert overlaps([], empty, OTHERS, np.array([EAST, NORTH])) == []
    assert overlaps(["a"], np.array([EAST]), [], empty) == []


@pytest.mark.parametrize(
    ("texts", "twice"),
    [
        ([], []),
        (["a", "b"], []),
        (["Where?", "b", "where"], ["Where?", "where"]),
        (["a", "a", "a"], ["a"]),
        (["???", "!"], []),
        (["???", "???"], ["???"]),
    ],
)
def test_lines_that_stand_twice(texts, twice):
    assert repeated(texts) == twice


def test_the_real_encoder_finds_what_asks_the_same(encoder):
    others = [
        ("logistics_location", "where is the clinic"),
        ("logistics_cost", "what does it cost"),
    ]
    texts = ["where is your clinic located", "can i bring my dog along"]
    rows = overlaps(
        texts, encoder.encode(texts), others, encoder.encode([line for _, line in others])
    )
    assert [(o.text, o.degree) for o in rows] == [(texts[0], "near"), (texts[1], "none")]
