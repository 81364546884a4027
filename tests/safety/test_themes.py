"""What a crisis is about: the theme by pattern, by language or by the model, and its intent."""

import numpy as np
import pytest

from nightdesk.policies.safety_reply import SERIES
from nightdesk.safety.detector import Detector, train_themes
from nightdesk.safety.examples import Example, load_examples
from nightdesk.safety.patterns import load_patterns
from nightdesk.safety.themes import (
    THEMES,
    KindsError,
    intent_of,
    load_kinds,
    surest,
    theme_of,
    themed,
)
from nightdesk.safety.verdict import Thresholds, Verdict
from tests.data.reading import ROOT

KINDS = load_kinds(ROOT / "data" / "safety" / "themes.yml")
LIMITS = Thresholds(0.5, 0.5, 0.6, 0.7, 0.5)


def no_vectors(texts):
    return np.zeros((len(texts), 4), dtype=np.float32)


def test_every_theme_and_level_has_an_intent_with_replies():
    intents = {
        intent_of(category, t) for category in ("crisis", "crisis_emergency") for t in THEMES
    }
    assert intents == {intent for intent in SERIES if intent.startswith("crisis")}


def test_every_theme_has_examples_and_every_kind_is_known():
    examples = load_examples(ROOT / "data" / "safety" / "examples")
    assert {theme for _, theme in themed(examples, KINDS)} == set(THEMES)
    assert set(KINDS) <= {example.kind for example in examples}


@pytest.mark.parametrize(
    ("category", "theme", "intent"),
    [
        ("crisis", "own", "crisis"),
        ("crisis_emergency", "own", "crisis_emergency"),
        # Thinking of pills is not having taken them: nothing is raised by its theme.
        ("crisis", "overdose", "crisis"),
        ("crisis_emergency", "overdose", "crisis_overdose"),
        ("crisis", "third_person", "crisis_third_person"),
        ("crisis_emergency", "abuse", "crisis_abuse_emergency"),
        ("crisis_emergency", "fr", "crisis_emergency_fr"),
    ],
)
def test_intent(category, theme, intent):
    assert intent_of(category, theme) == intent


def test_the_theme_of_an_intent():
    for theme in THEMES:
        assert theme_of(intent_of("crisis_emergency", theme)) == theme
    assert theme_of("crisis") == "own"
    assert theme_of("medical_advice") is None
    assert theme_of(None) is None


@pytest.mark.parametrize("content", ["", "- a", "own: 5", "other: [a]", "own: ["])
def test_a_file_that_is_not_whole_is_refused(tmp_path, content):
    (tmp_path / "themes.yml").write_text(content)
    with pytest.raises(KindsError):
        load_kinds(tmp_path / "themes.yml")


@pytest.fixture(scope="module")
def detector():
    lines = {
        "own": ["i want to die", "i want to end my life", "i am tired of living"],
        "third_person": ["my son wants to die", "my daughter talks of ending her life"],
    }
    examples = [Example(line, "crisis", kind) for kind, rows in lines.items() for line in rows]
    model = train_themes(examples, {"own": "own", "third_person": "third_person"}, no_vectors)
    patterns = load_patterns(ROOT / "data" / "safety" / "patterns")
    return Detector(patterns, model, LIMITS, no_vectors, themes=model, kinds=KINDS)


def found(category: str, rule: str = "model") -> Verdict:
    level = "P0" if category == "crisis_emergency" else "P1"
    return Verdict(category, level, "pattern", rule, 1.0, ((0, 40),))


def test_by_the_model(detector):
    assert detector.intent("my daughter wants to die", found("crisis")) == "crisis_third_person"
    assert detector.intent("i want to end my life", found("crisis")) == "crisis"


def test_by_the_pattern(detector):
    verdict = found("crisis_emergency", "took_too_much")
    assert detector.intent("my daughter took them all", verdict) == "crisis_overdose"


def test_by_the_language(detector):
    assert detector.intent("quiero morir", found("crisis"), "es") == "crisis_es"
    assert detector.intent("x", found("medical_advice"), "es") == "medical_advice_es"
    assert detector.intent("x", found("medical_advice"), "fr") == "medical_advice"


def test_a_fault_costs_only_the_choice_of_words():
    def broken(texts):
        raise RuntimeError

    model = train_themes(
        [Example("a b", "crisis", "own"), Example("c", "crisis", "t")],
        {"own": "own", "t": "others"},
        no_vectors,
    )
    detector = Detector([], model, LIMITS, broken, themes=model)
    assert detector.intent("i want to die", found("crisis")) == "crisis"


class TestSurest:
    def test_the_likeliest_where_it_is_sure(self):
        assert surest({"own": 0.3, "abuse": 0.7}, "crisis") == "abuse"
        assert surest({"own": 0.45, "abuse": 0.55}, "crisis") == "own"

    def test_what_no_text_could_be_said_for_does_not_count(self):
        likely = {"own": 0.2, "overdose": 0.5, "third_person": 0.3}
        assert surest(likely, "crisis") == "third_person"
        assert surest(likely, "crisis_emergency") == "own"
        assert surest({**likely, "overdose": 0.9}, "crisis_emergency") == "overdose"
