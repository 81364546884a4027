"""Drafts of answers: what a form becomes, and the file."""

from pathlib import Path

import pytest
import yaml
from nightdesk_contract.answers import AnswerError, load_answer

from nightdesk_desk.drafts import (
    Fields,
    answer_in_use,
    answer_path,
    can_be_drafted,
    checked,
    fields_of,
    fields_of_answer,
    place,
    problems_by_field,
    yaml_text,
)

LINES = "\n".join(f"where do I park, way {i}" for i in range(10))
GOOD = Fields(
    "Parking", "Where can I park?", "Park behind the house.", "Visitor guide", "Behind.", LINES
)


def test_a_form_is_read_as_it_was_meant() -> None:
    form = {"title": " Parking\x00\u200b ", "answer": "One.\r\nTwo.\r\n", "examples": 5}
    assert fields_of(form) == Fields(title="Parking", answer="One.\nTwo.")


def test_examples_are_the_lines() -> None:
    lines = "- where?\n\n  where do I park  \nwhere?\n" + LINES
    found = checked("parking", GOOD._replace(examples=lines)).examples
    assert found[:2] == ("where?", "where do I park")
    assert len(found) == 12


def test_the_file_is_one_that_the_bot_reads(tmp_path: Path) -> None:
    path = tmp_path / "answers" / "parking.yml"
    words = GOOD._replace(answer="No: it's #1.\n\n- \u00e9", title="yes")
    place(path, "parking", yaml_text("parking", words))
    answer = load_answer(path)
    assert (answer.title, answer.answer) == ("yes", "No: it's #1.\n\n- \u00e9")
    assert fields_of_answer(answer) == words
    assert answer_in_use(tmp_path, "parking") == answer


def test_what_is_wrong_is_said_by_field() -> None:
    bad = Fields("", "x" * 46, "", "", "", "one\n" + "y" * 301)
    with pytest.raises(AnswerError) as caught:
        checked("parking", bad)
    found = problems_by_field(caught.value.problems)
    assert set(found) == {"title", "question", "answer", "document", "passage", "examples"}
    assert [problem.key for problem in found["examples"]] == ["examples", "examples.1"]


@pytest.mark.parametrize(
    ("topic", "can_be"),
    [("parking", True), ("mechanism", True), ("faq_safety", False), ("safety", False)],
)
def test_what_the_guide_answers_has_no_draft(topic: str, can_be: bool) -> None:
    assert can_be_drafted(topic) is can_be


def test_a_file_of_either_name_is_found(tmp_path: Path) -> None:
    folder = tmp_path / "answers"
    folder.mkdir()
    assert answer_path(tmp_path, "parking") == folder / "parking.yml"
    assert answer_in_use(tmp_path, "parking") is None
    other = folder / "parking.yaml"
    other.write_text(yaml.safe_dump({"title": "broken"}))
    assert answer_path(tmp_path, "parking") == other
    assert answer_in_use(tmp_path, "parking") is None


def test_a_file_that_came_meanwhile_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "parking.yml"
    text = yaml_text("parking", GOOD)
    place(path, "parking", text)
    place(path, "parking", text + "# again\n")
    assert path.read_text().endswith("# again\n")
    with pytest.raises(AnswerError):
        place(path, "parking", "title: broken")
    assert path.read_text().endswith("# again\n")
