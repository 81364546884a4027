"""Understanding a line: intents by confidence, and how near it is to anything known."""

import numpy as np
import pytest

from nightdesk.nlu.intent_classifier import scaled_ranking
from nightdesk.nlu.text_model import Recipe
from nightdesk.nlu.understanding import Understander, Understanding

LINES = {
    "cost": [
        "how much does it cost",
        "what is the price of an infusion",
        "how expensive is one session",
        "tell me the fees",
        "what do you charge for treatment",
    ],
    "hours": [
        "when are you open",
        "what are your opening hours",
        "are you open on saturday",
        "what time do you close today",
        "which days are you open",
    ],
    "greet": ["hello", "hi there", "good morning", "hey", "hello there friend"],
}
TEXTS = [line for lines in LINES.values() for line in lines]
INTENTS = [intent for intent, lines in LINES.items() for _ in lines]


@pytest.fixture(scope="module")
def trained(encoder, tmp_path_factory):
    folder = tmp_path_factory.mktemp("model")
    understander = Understander.train(
        TEXTS, INTENTS, ["ketamine"], encoder.encode, Recipe(), folder, {"hrs": "opening hours"}
    )
    return understander, folder


@pytest.mark.parametrize(
    ("line", "intent"),
    [
        ("what's the cost of a session", "cost"),
        ("how much do you chrge", "cost"),
        ("when do you open on friday", "hours"),
        ("HELLO!", "greet"),
        ("your hrs", "hours"),
    ],
)
def test_new_lines_are_understood(trained, line, intent):
    (found,) = trained[0].understand([line])
    assert found.ranking[0][0] == intent
    assert [p for _, p in found.ranking] == sorted((p for _, p in found.ranking), reverse=True)
    assert sum(p for _, p in found.ranking) == pytest.approx(1, abs=1e-4)


def test_what_is_near_to_nothing_known_is_far(trained):
    lines = ["how much does a session cost", "the recipe needs two eggs and some flour"]
    near, far = (found.nearness for found in trained[0].understand(lines))
    assert near > 0.5 > 0.3 > far


def test_lines_that_are_judged_together_keep_their_order(trained):
    lines = ["when are you open", "hello", "how much does it cost", "hi there"]
    together = trained[0].understand(lines)
    assert [found.ranking[0][0] for found in together] == ["hours", "greet", "cost", "greet"]
    for line, found in zip(lines, together, strict=True):
        (alone,) = trained[0].understand([line])
        assert alone.ranking[0][1] == pytest.approx(found.ranking[0][1], abs=0.05)


@pytest.mark.parametrize(
    "line", ["", " ", "\U0001f642", "\u4f60\u597d", "x" * 2000], ids=lambda line: ascii(line)[:8]
)
def test_any_line_is_judged(trained, line):
    (found,) = trained[0].understand([line])
    assert {name for name, _ in found.ranking} == set(LINES)
    assert np.isfinite(found.nearness)


def test_loaded_it_understands_the_same(trained, encoder):
    loaded = Understander.load(trained[1], encoder.encode)
    for line in ("how much do you chrge", "wen are you open", "what about ketamine", "hrs"):
        (before,), (after,) = trained[0].understand([line]), loaded.understand([line])
        assert [name for name, _ in before.ranking] == [name for name, _ in after.ranking]
        assert before.ranking[0][1] == pytest.approx(after.ranking[0][1], abs=1e-4)
        # The training lines' vectors are kept in half precision.
        assert before.nearness == pytest.approx(after.nearness, abs=2e-3)


@pytest.mark.parametrize("missing", ["words.json", "known.npy", "model.json", "model.npz"])
def test_a_model_that_is_not_whole_is_not_loaded(trained, encoder, tmp_path, missing):
    for path in trained[1].iterdir():
        if path.name != missing:
            (tmp_path / path.name).write_bytes(path.read_bytes())
    with pytest.raises((OSError, ValueError, KeyError)):
        Understander.load(tmp_path, encoder.encode)


@pytest.mark.parametrize(
    ("nearness", "confidence"),
    [(0.9, 0.8), (0.55, 0.8), (0.35, 0.4), (0.15, 0.0), (-0.2, 0.0)],
)
def test_confidence_is_scaled_by_nearness(nearness, confidence):
    found = Understanding([("cost", 0.8), ("hours", 0.2)], nearness)
    ranking = scaled_ranking(found, near=0.55, far=0.15)
    assert [name for name, _ in ranking] == ["cost", "hours"]
    assert ranking[0][1] == pytest.approx(confidence)
    assert ranking[1][1] == pytest.approx(confidence / 4)


def test_a_line_that_is_known_word_for_word_is_what_it_is_known_as(trained):
    (found,) = trained[0].understand(["What do you charge, for treatment?"])
    assert found.ranking[0] == ("cost", 1.0)
    assert found.nearness == 1.0


def test_a_line_known_as_two_things_is_left_to_the_model(encoder, tmp_path):
    texts, intents = [*TEXTS, "saturday please"] * 2, [*INTENTS, "hours", *INTENTS, "greet"]
    model = Understander.train(texts, intents, [], encoder.encode, Recipe(), tmp_path, {})
    (found,) = model.understand(["Saturday, please!"])
    assert found.ranking[0][1] < 1.0


@pytest.mark.parametrize("text", ["", "?!", "🙂"])
def test_what_has_no_words_is_known_as_nothing(trained, text):
    (found,) = trained[0].understand([text])
    assert found.ranking[0][1] < 1.0


def test_a_number_or_another_script_makes_another_line(encoder, tmp_path):
    texts, intents = [*TEXTS, "over 65", "s\u00ed"], [*INTENTS, "hours", "greet"]
    found = Understander.train(texts, intents, [], encoder.encode, Recipe(), tmp_path, {})
    known, *others = found.understand(["Over 65?", "over", "s", "over \u6b7b"])
    assert known.ranking[0] == ("hours", 1.0)
    assert [other.ranking[0][1] < 1.0 for other in others] == [True] * 3
