"""Added answers: each mistake in a file is named, and no file takes another's place."""

from datetime import date, datetime
from pathlib import Path

import pytest
import yaml

from nightdesk_contract.answers import (
    FAQ_TOPICS,
    FOLDER,
    AnswerError,
    known_passages,
    load_answer,
    load_answers,
    parse_answer,
)
from nightdesk_contract.checked_yaml import FileError
from nightdesk_contract.outcome import PASSAGES
from nightdesk_contract.problems import Problem

EXAMPLES = [f"where can i park my car {i}" for i in range(10)]
GOOD = {
    "title": "Parking",
    "question": "Where can I park?",
    "answer": "You can park behind the building.",
    "source": {"document": "Visitor leaflet", "text": "Parking is behind the building."},
    "examples": EXAMPLES,
}
PATH = Path("data/answers/parking.yml")


def problems(path: Path = PATH, **changes) -> list[Problem]:
    with pytest.raises(AnswerError) as caught:
        parse_answer(path, {**GOOD, **changes})
    return caught.value.problems


def write(data: Path, name: str, row: object = GOOD) -> Path:
    path = data / FOLDER / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(row if isinstance(row, str) else yaml.safe_dump(row), encoding="utf-8")
    return path


def test_an_answer_with_its_source_under_its_own_name():
    row = {**GOOD, "title": " Parking ", "answer": "  Behind the building.\n"}
    answer = parse_answer(PATH, row)
    assert (answer.topic, answer.title, answer.question) == (
        "parking",
        "Parking",
        "Where can I park?",
    )
    assert answer.answer == "Behind the building."
    assert answer.examples == tuple(EXAMPLES)
    passage = answer.passage
    assert (passage.id, passage.title) == ("parking", "Parking")
    assert (passage.document, passage.text) == (
        "Visitor leaflet",
        "Parking is behind the building.",
    )


@pytest.mark.parametrize(
    ("key", "value", "found", "allowed"),
    [
        ("title", "", "''", "1 to 80"),
        ("title", "x" * 81, "xxx", "1 to 80"),
        ("title", 5, "5", "1 to 80"),
        ("question", "x" * 46, "xxx", "1 to 45"),
        ("question", None, "None", "tap"),
        ("answer", "x" * 901, "xxx", "1 to 900"),
        ("answer", ["It is so."], "It is so", "1 to 900"),
        ("source", "a leaflet", "a leaflet", "document and text"),
        ("source", None, "None", "document and text"),
        ("examples", EXAMPLES[:9], "where can", "at least 10"),
        ("examples", "where can i park", "where can", "at least 10"),
    ],
)
def test_each_wrong_key_is_named_with_what_was_found_and_what_is_allowed(
    key, value, found, allowed
):
    (problem,) = problems(**{key: value})
    assert problem.key == key
    assert found in problem.found
    assert allowed in problem.allowed


@pytest.mark.parametrize("key", ["title", "question", "answer"])
@pytest.mark.parametrize("blank", [" ", "\n\t "])
def test_a_text_that_shows_nothing_is_named(key, blank):
    assert [p.key for p in problems(**{key: blank})] == [key]


def test_a_source_or_an_example_that_shows_nothing_is_named():
    source = {"document": " ", "text": "\n"}
    assert {p.key for p in problems(source=source)} == {"source.document", "source.text"}
    assert [p.key for p in problems(examples=[*EXAMPLES, "  "])] == ["examples.10"]


def test_an_example_that_is_no_text_is_named_with_its_place():
    # YAML reads `- parking: where?` as a mapping.
    (problem,) = problems(examples=[*EXAMPLES, {"parking": "where?"}])
    assert problem.key == "examples.10"
    assert "quotes" in problem.allowed


def test_parts_of_the_source_are_named_with_their_place():
    found = problems(source={"document": "Leaflet", "text": "", "page": 3})
    assert {p.key for p in found} == {"source.text", "source.page"}


def test_the_documents_day_may_be_given():
    assert parse_answer(PATH, GOOD).passage.date is None
    day = date(2026, 1, 2)
    source = {**GOOD["source"], "date": day}
    assert parse_answer(PATH, {**GOOD, "source": source}).passage.date == day


@pytest.mark.parametrize("day", ["2026-01-02", "soon", 2026, None, datetime(2026, 1, 2, 3)])
def test_a_day_that_yaml_does_not_read_as_one_is_named(day):
    (problem,) = problems(source={**GOOD["source"], "date": day})
    assert problem.key == "source.date"
    assert "YYYY-MM-DD" in problem.allowed


def test_what_is_missing_is_named():
    with pytest.raises(AnswerError) as caught:
        parse_answer(PATH, {})
    (problem,) = caught.value.problems
    assert problem.key == "title, question, answer, source, examples"
    assert problem.found == "nothing"


def test_an_unknown_key_is_named_with_the_known_ones():
    (problem,) = problems(anwser="x")
    assert problem.key == "anwser"
    assert "answer" in problem.allowed


def test_all_mistakes_are_told_at_once_with_the_file():
    with pytest.raises(AnswerError) as caught:
        parse_answer(PATH, {**GOOD, "title": "", "answer": ""})
    assert {p.key for p in caught.value.problems} == {"title", "answer"}
    assert str(caught.value).startswith(f"{PATH}: ")
    assert caught.value.path == PATH


@pytest.mark.parametrize(
    "name", ["Parking.yml", "car park.yml", "1st.yml", "a-b.yml", "é.yml", "a" * 61 + ".yml"]
)
def test_a_file_name_that_can_name_no_topic(name):
    (problem,) = problems(Path(name))
    assert problem.key == "(file name)"
    assert name in problem.found
    assert "small letters" in problem.allowed


@pytest.mark.parametrize("name", [*PASSAGES, *FAQ_TOPICS, "faq_safety", "faq_side_effects"])
def test_what_the_document_answers_cannot_be_answered_anew(name):
    # Rasa itself serves those answers, so an added one would never be shown.
    (problem,) = problems(Path(f"{name}.yml"))
    assert problem.key == "(file name)"
    assert "passage" in problem.allowed


@pytest.mark.parametrize("name", ["faq_parking", "cost", "mechanism", "safety_belts"])
def test_other_topics_can_be_answered_anew(name):
    assert parse_answer(Path(f"{name}.yml"), GOOD).topic == name


@pytest.mark.parametrize("row", [None, [], "text", 5])
def test_a_file_that_is_no_mapping(row):
    with pytest.raises(AnswerError, match="whole file"):
        parse_answer(PATH, row)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"title: x\nanswer: [unclosed\nquestion: x", "line 3: (whole file): found broken YAML"),
        (b"title: 2026-02-30", "broken YAML (day is out of range"),
        (b"\xff\xfe\x00bad", "no readable file"),
        (b"[" * 20_000, "broken YAML"),
        (b"title: x\ntitle: y", "line 2: title: found the same key again"),
        (b"", "nothing"),
    ],
    ids=["unclosed", "no-such-day", "not-utf8", "nested", "twice", "empty"],
)
def test_files_that_cannot_be_read_are_told_apart(tmp_path, content, says):
    path = tmp_path / "parking.yml"
    path.write_bytes(content)
    with pytest.raises(AnswerError) as caught:
        load_answer(path)
    assert says in str(caught.value)


def test_no_file(tmp_path):
    with pytest.raises(AnswerError, match="no readable file"):
        load_answer(tmp_path / "parking.yml")


class TestFolder:
    def test_answers_come_in_the_order_of_their_names(self, tmp_path):
        for name in ("pets.yml", "massage.yaml", "parking.yml"):
            write(tmp_path, name)
        assert list(load_answers(tmp_path)) == ["massage", "parking", "pets"]

    def test_other_files_are_none(self, tmp_path):
        write(tmp_path, "README.md", "# Added answers")
        write(tmp_path, "parking.yxml", "x")
        write(tmp_path, "parking.yml.bak", "x")
        assert load_answers(tmp_path) == {}

    def test_no_folder_is_no_answers(self, tmp_path):
        assert load_answers(tmp_path) == {}

    def test_one_bad_file_is_an_error_that_names_it(self, tmp_path):
        write(tmp_path, "parking.yml")
        write(tmp_path, "pets.yml", {**GOOD, "answer": ""})
        with pytest.raises(AnswerError, match=r"pets\.yml: answer"):
            load_answers(tmp_path)

    def test_two_files_of_one_topic_are_an_error(self, tmp_path):
        write(tmp_path, "parking.yaml")
        write(tmp_path, "parking.yml", {**GOOD, "answer": "Nowhere."})
        with pytest.raises(AnswerError, match=r"parking\.yml: \(file name\)"):
            load_answers(tmp_path)


class TestKnownPassages:
    DAY = date(2026, 1, 2)

    @pytest.fixture
    def data(self, tmp_path) -> Path:
        (tmp_path / "source").mkdir()
        (tmp_path / "source" / "passages.yml").write_text(
            "document: D\npassages:\n  - {id: what_is, title: What, text: So.}\n"
        )
        row = {"title": "D", "file": "source/d.txt", "passages_in": "source/passages.yml"}
        documents = {"documents": [{**row, "date": self.DAY}]}
        (tmp_path / "sources.yml").write_text(yaml.safe_dump(documents))
        write(tmp_path, "parking.yml")
        return tmp_path

    def test_are_the_documents_then_the_added(self, data):
        found = known_passages(data)
        assert list(found) == ["what_is", "parking"]
        assert found["parking"].document == "Visitor leaflet"

    def test_have_the_dates_of_their_documents(self, data):
        own = {**GOOD, "source": {**GOOD["source"], "date": date(2020, 3, 4)}}
        write(data, "pets.yml", own)
        write(data, "quoting.yml", {**GOOD, "source": {"document": "D", "text": "So."}})
        assert {id: passage.date for id, passage in known_passages(data).items()} == {
            "what_is": self.DAY,
            "parking": None,
            "pets": date(2020, 3, 4),
            "quoting": self.DAY,
        }

    @pytest.mark.parametrize("name", ["sources.yml", "source/passages.yml", "answers/parking.yml"])
    def test_a_file_that_cannot_be_used_is_named(self, data, name):
        (data / name).write_text("a: [")
        with pytest.raises((FileError, AnswerError)) as caught:
            known_passages(data)
        assert caught.value.path == data / name


def test_the_example_of_the_project_itself_can_be_read():
    assert isinstance(load_answers(Path(__file__).parents[2] / "data"), dict)
