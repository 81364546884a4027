"""Training lines are read as the classifier sees them."""

import pytest
import yaml

from nightdesk.nlu.training_lines import (
    TrainingLinesError,
    load_training_lines,
    synonym_names,
    without_marks,
)
from nightdesk_contract.answers import AnswerError
from tests.data.reading import examples

ASKED = [f"where can I park my {vehicle}" for vehicle in ("car", "bus", "van", "bike", "truck")]
ASKED += [f"is there parking for a {vehicle}" for vehicle in ("car", "bus", "van", "bike", "truck")]
ADDED = yaml.safe_dump(
    {
        "title": "Parking",
        "question": "Is there parking?",
        "answer": "There is parking behind the house.",
        "source": {"document": "House rules", "text": "Visitors park behind the house."},
        "examples": ASKED,
    }
)


@pytest.fixture
def data(tmp_path):
    (tmp_path / "nlu" / "deep").mkdir(parents=True)
    (tmp_path / "answers").mkdir()
    items = [
        {"intent": "faq_safety", "examples": "- is it safe\n- with [PTSD](condition)?\n\n"},
        {"lookup": "condition", "examples": "- adhd\n"},
        {"synonym": "chronic pain", "examples": "- CRPS\n"},
    ]
    (tmp_path / "nlu" / "a.yml").write_text(yaml.safe_dump({"version": "3.1", "nlu": items}))
    more = [{"intent": "greet", "examples": "- hi - you\n  - hey\n"}]
    (tmp_path / "nlu" / "deep" / "b.yaml").write_text(yaml.safe_dump({"nlu": more}))
    topics = {"logistics": {"parking": {}, "cost": {}}, "not_in_source": {"legality": {}}}
    (tmp_path / "topics.yml").write_text(yaml.safe_dump(topics))
    return tmp_path


def test_lines_are_read_without_marks_and_lookups(data):
    assert load_training_lines(data) == [
        ("faq_safety", "is it safe"),
        ("faq_safety", "with PTSD?"),
        ("greet", "hi - you"),
        ("greet", "hey"),
    ]


@pytest.mark.parametrize(
    ("name", "intent"),
    [
        ("parking", "logistics_parking"),
        ("legality", "not_in_source_legality"),
        ("pets", "answers_pets"),
    ],
)
def test_added_answers_teach_their_topic(data, name, intent):
    (data / "answers" / f"{name}.yml").write_text(ADDED)
    assert load_training_lines(data)[4:] == [(intent, text) for text in ASKED]


def test_names_of_synonyms(data):
    assert synonym_names(data) == {"chronic pain"}


@pytest.mark.parametrize(
    ("marked", "plain"),
    [
        ("is it for [PTSD](condition)?", "is it for PTSD?"),
        ('[ketamin]{"entity": "drug", "value": "ketamine"} cost', "ketamin cost"),
        ("[a](x) and [b](y)", "a and b"),
        ("no marks (at all) [here]", "no marks (at all) [here]"),
    ],
)
def test_without_marks(marked, plain):
    assert without_marks(marked) == plain


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("nlu: [", "cannot be read"),
        ("- a", "expected a mapping"),
        ("", "expected a mapping"),
        ("nlu: {intent: x}", "must be a list"),
        ("nlu: [x]", "must be a list"),
        ("nlu: [{intent: x}]", "x: `examples` must be a block of text"),
        ("nlu: [{intent: x, examples: [a]}]", "x: `examples` must be a block of text"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(data, content, says):
    (data / "nlu" / "bad.yml").write_text(content)
    with pytest.raises(TrainingLinesError, match=r"bad\.yml") as caught:
        load_training_lines(data)
    assert says in str(caught.value)


def test_added_answers_without_topics_and_broken_ones(data):
    (data / "answers" / "pets.yml").write_text(ADDED)
    (data / "topics.yml").write_text("- a")
    with pytest.raises(TrainingLinesError, match="topics"):
        load_training_lines(data)
    (data / "answers" / "pets.yml").write_text("title: 3")
    with pytest.raises(AnswerError, match="pets"):
        load_training_lines(data)


def test_the_projects_lines_are_those_that_the_other_checks_read(root):
    found: dict[str, list[str]] = {}
    for intent, text in load_training_lines(root / "data"):
        found.setdefault(intent, []).append(text)
    assert {intent: found[intent][: len(lines)] for intent, lines in examples().items()} == (
        examples()
    )
