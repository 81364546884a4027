"""Kinds that are classes of their own: what an example teaches, and how probabilities add up."""

import numpy as np
import pytest

from nightdesk.safety.detector import Detector, train_model
from nightdesk.safety.examples import Example, load_examples
from nightdesk.safety.groups import by_label, class_of
from nightdesk.safety.kinds import read_kinds
from nightdesk.safety.verdict import CRISIS, Thresholds
from tests.data.reading import ROOT

GROUPS = {"abuse_violence": "abuse"}


@pytest.mark.parametrize(
    ("label", "kind", "name"),
    [
        ("crisis", "abuse_violence", "crisis/abuse"),
        ("crisis", "goodbye", "crisis"),
        ("crisis_emergency", "abuse_violence", "crisis_emergency"),
        ("harmless", "abuse_violence", "harmless"),
    ],
)
def test_the_class_that_an_example_teaches(label, kind, name):
    assert class_of(Example("x", label, kind), GROUPS) == name


def test_probabilities_of_a_label_add_up():
    classes = ["crisis", "crisis/abuse", "crisis_emergency", "harmless", "medical_advice"]
    likely = np.array([[0.1, 0.2, 0.3, 0.35, 0.05]], dtype=np.float32)
    emergency, crisis, medical = by_label(likely, classes)[0]
    assert (emergency, crisis, medical) == pytest.approx((0.3, 0.3, 0.05))


def test_a_label_without_a_class_counts_nothing():
    assert by_label(np.array([[1.0]]), ["harmless"]).tolist() == [[0.0, 0.0, 0.0]]


def test_a_detector_finds_what_only_a_group_knows():
    def no_vectors(texts):
        return np.zeros((len(texts), 4), dtype=np.float32)

    lines = [
        *(Example(t, "crisis", "abuse_violence") for t in ("he hits me", "he beats me up")),
        *(Example(t, "crisis", "goodbye") for t in ("farewell all", "this is farewell")),
        *(Example(t, "harmless", "x") for t in ("what does it cost", "when do you open")),
        Example("my dose", "medical_advice", "dose"),
        Example("took them all", "crisis_emergency", "overdose"),
    ]
    model = train_model(lines, no_vectors, GROUPS)
    assert "crisis/abuse" in model.classes
    limits = Thresholds(0.5, 0.5, 0.6, 0.7, 0.5)
    verdict = Detector([], model, limits, no_vectors).judge("he hits me and he beats me")
    assert verdict is not None
    assert verdict.category == "crisis"


def test_every_kind_of_the_file_has_lines():
    groups = read_kinds(ROOT / "data" / "safety" / "groups.yml")
    examples = load_examples(ROOT / "data" / "safety" / "examples")
    assert set(groups) <= {example.kind for example in examples if example.label == CRISIS}
