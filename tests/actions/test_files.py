"""The files that actions read: the project's own, or a clinic's."""

import shutil

import pytest
import yaml

from actions import files
from nightdesk_contract.answers import AnswerError

ROW = {
    "title": "Parking",
    "question": "Where can I park?",
    "answer": "Behind the building.",
    "source": {"document": "Leaflet", "text": "Park behind the building."},
    "examples": [f"where can i park {i}" for i in range(10)],
}


@pytest.fixture
def data(root, tmp_path, monkeypatch):
    """A data folder of one's own, without added answers."""
    for name in ("topics.yml", "followups.yml"):
        shutil.copy(root / "data" / name, tmp_path / name)
    shutil.copytree(root / "data" / "source", tmp_path / "source")
    (tmp_path / "answers").mkdir()
    monkeypatch.setenv("NIGHTDESK_DATA", str(tmp_path))
    files.forget()
    return tmp_path


def add(data, topic: str, **changes) -> None:
    row = {**ROW, **changes}
    (data / "answers" / f"{topic}.yml").write_text(yaml.safe_dump(row), encoding="utf-8")
    files.forget()


def test_topics_have_phrases_and_questions_by_their_intents(root):
    topics = yaml.safe_load((root / "data/topics.yml").read_text(encoding="utf-8"))
    phrases, questions = files.topic_phrases(), files.questions()
    assert phrases["cost"] == topics["logistics"]["cost"]["phrase"]
    assert phrases["faq_safety"] == topics["faq"]["faq_safety"]["phrase"]
    assert questions["logistics_cost"] == topics["logistics"]["cost"]["question"]
    assert questions["faq_safety"] == topics["faq"]["faq_safety"]["question"]
    assert questions["not_in_source_legality"] == topics["not_in_source"]["legality"]["question"]
    assert questions["faq_conditions:named"].format(condition="OCD") == "Does it help with OCD?"


def test_no_topic_takes_the_words_of_another(root):
    # Phrases are kept by topic alone, whatever its group.
    topics = yaml.safe_load((root / "data/topics.yml").read_text(encoding="utf-8"))
    assert len(files.topic_phrases()) == sum(len(rows) for rows in topics.values())


def test_an_added_answer_brings_its_words(data):
    add(data, "parking")
    assert files.material().answers["parking"].answer == "Behind the building."
    assert files.topic_phrases()["parking"] == "Parking"
    assert files.questions()["answers_parking"] == "Where can I park?"


def test_an_added_answer_to_a_known_topic_keeps_the_topics_own_words(data, root):
    add(data, "mechanism", title="Brain", question="How, in the brain?")
    assert files.topic_phrases()["mechanism"] == "how ketamine works in the brain"
    assert files.questions()["not_in_source_mechanism"] == "How does it work in the brain?"


def test_a_broken_added_answer_is_an_error_and_no_silence(data):
    add(data, "parking", answer="")
    with pytest.raises(AnswerError, match="parking"):
        files.material()


def test_files_are_read_once(data):
    assert files.followups() is files.followups()
    first = files.added_answers()
    (data / "answers" / "parking.yml").write_text(yaml.safe_dump(ROW), encoding="utf-8")
    assert files.added_answers() is first


def test_conditions_have_both_kinds_of_names(root):
    row = yaml.safe_load((root / "data/source/conditions.yml").read_text(encoding="utf-8"))
    known = files.conditions()
    assert known.named == tuple(row["named_in_document"])
    assert set(known.display) == {*row["named_in_document"], *row["display"]}
