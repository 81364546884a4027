"""`nightdesk answers`: adding an answer in one act, and what it overlaps with."""

import io
import json
import shutil
from datetime import date
from pathlib import Path

import pytest
import yaml

from nightdesk import cli
from nightdesk_contract.answers import load_answers

NLU = """
version: "3.1"
nlu:
- intent: logistics_location
  examples: |
    - where is the clinic
    - what is your address
- intent: not_in_source_legality
  examples: |
    - is ketamine legal
"""
EXAMPLES = [
    "where can i park my car",
    "is there a parking lot",
    "do you have free parking",
    "can i leave my car there",
    "is parking free at your place",
    "where do patients park",
    "any parking nearby",
    "is there a garage",
    "does parking cost anything",
    "parking for visitors",
]
OPTIONS = {
    "--title": "Parking",
    "--question": "Where can I park?",
    "--answer": "You can park behind the building.",
    "--document": "Visitor leaflet",
    "--passage": "Parking is behind the building.",
}


@pytest.fixture
def data(tmp_path, root, monkeypatch, encoder) -> Path:
    """A data folder of one's own, with few lines."""
    data = tmp_path / "data"
    (data / "nlu").mkdir(parents=True)
    (data / "nlu" / "lines.yml").write_text(NLU)
    shutil.copy(root / "data" / "topics.yml", data)
    monkeypatch.setenv("NIGHTDESK_DATA", str(data))
    return data


def words(topic: str = "parking", *examples: str, **changed: str) -> list[str]:
    given = {**OPTIONS, **{f"--{name}": value for name, value in changed.items()}}
    options = [word for pair in given.items() for word in pair if given[pair[0]]]
    lines = [word for line in examples or EXAMPLES for word in ("--example", line)]
    return ["answers", "add", topic, *options, *lines]


def add(*arguments: str, **changed: str) -> int:
    return cli.main(words(*arguments, **changed))


class TestAdd:
    def test_writes_one_file_that_the_bot_can_use(self, data, capsys):
        assert add() == 0
        (answer,) = load_answers(data).values()
        assert (answer.topic, answer.title) == ("parking", "Parking")
        assert answer.question == "Where can I park?"
        assert answer.answer == "You can park behind the building."
        assert answer.passage.document == "Visitor leaflet"
        assert answer.passage.text == "Parking is behind the building."
        assert answer.passage.date is None
        assert answer.examples == tuple(EXAMPLES)
        said = capsys.readouterr()
        assert str(data / "answers" / "parking.yml") in said.err
        assert "No example is near" in said.out

    def test_with_the_documents_day(self, data):
        assert add(date="2026-01-02") == 0
        passage = load_answers(data)["parking"].passage
        assert (passage.document, passage.date) == ("Visitor leaflet", date(2026, 1, 2))

    def test_a_day_that_is_none(self, data, capsys):
        with pytest.raises(SystemExit) as caught:
            add(date="2026-02-30")
        assert caught.value.code == 2
        assert "'2026-02-30' is no day" in capsys.readouterr().err
        assert not (data / "answers").exists()

    def test_examples_may_come_from_a_file(self, data, tmp_path):
        path = tmp_path / "lines.txt"
        path.write_text("\n".join(f"- {line}" for line in EXAMPLES[:6]) + "\n\n  where to park é\n")
        arguments = words("parking", *EXAMPLES[6:])
        assert cli.main([*arguments, "--examples", str(path)]) == 0
        found = load_answers(data)["parking"].examples
        assert found == (*EXAMPLES[6:], *EXAMPLES[:6], "where to park é")

    def test_a_line_of_another_intent_is_told_at_once(self, data, capsys):
        assert add("parking", *EXAMPLES, "Where is the clinic?") == 1
        out = capsys.readouterr().out
        assert "SAME LINE" in out
        assert "in logistics_location: 'where is the clinic'" in out
        assert (data / "answers" / "parking.yml").exists()

    def test_an_answer_that_is_there_is_not_overwritten(self, data, capsys):
        assert add() == 0
        before = (data / "answers" / "parking.yml").read_bytes()
        assert add(answer="Nowhere.") == 2
        assert "is there already" in capsys.readouterr().err
        assert (data / "answers" / "parking.yml").read_bytes() == before

    def test_nor_is_one_with_the_other_ending(self, data, capsys):
        assert add() == 0
        path = data / "answers" / "parking.yml"
        path.rename(path.with_suffix(".yaml"))
        assert add() == 2
        assert "parking.yaml is there already" in capsys.readouterr().err
        assert not path.exists()

    @pytest.mark.parametrize(
        ("changed", "says"),
        [
            ({"answer": "x" * 901}, "answer: found"),
            ({"title": ""}, "title"),
            ({"question": "Where can I park when I come by car at night?!"}, "question"),
            ({"passage": " "}, "source.text"),
        ],
    )
    def test_what_cannot_be_used_is_not_written(self, data, capsys, monkeypatch, changed, says):
        monkeypatch.setattr("sys.stdin", io.StringIO())
        assert add(**changed) == 2
        assert says in capsys.readouterr().err
        assert not (data / "answers").exists()

    def test_too_few_examples(self, data, capsys):
        assert add("parking", *EXAMPLES[:9]) == 2
        assert "at least 10" in capsys.readouterr().err
        assert not (data / "answers").exists()

    @pytest.mark.parametrize(
        "topic", ["Parking", "car park", "safety", "faq_safety", "side_effects", "a.b"]
    )
    def test_a_name_that_no_topic_can_have(self, data, capsys, topic):
        assert add(topic) == 2
        assert "file name" in capsys.readouterr().err
        assert not (data / "answers").exists()

    @pytest.mark.parametrize("topic", ["../nlu/parking", "../../parking", "sub/parking", ""])
    def test_nothing_is_written_outside_the_folder(self, data, tmp_path, capsys, topic):
        (data / "answers").mkdir()
        assert add(topic) == 2
        assert "small letters" in capsys.readouterr().err
        assert list(tmp_path.rglob("parking.yml")) == []

    def test_a_file_of_examples_that_is_none(self, data, tmp_path, capsys):
        assert cli.main([*words(), "--examples", str(tmp_path / "none.txt")]) == 2
        assert "none.txt" in capsys.readouterr().err

    def test_what_is_missing_is_asked_for_at_a_terminal(self, data, monkeypatch):
        lines = iter(["Parking", "You can park here.", *EXAMPLES, ""])
        monkeypatch.setattr("builtins.input", lambda prompt: next(lines))
        monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
        given = {k: v for k, v in OPTIONS.items() if k not in ("--title", "--answer")}
        options = [word for pair in given.items() for word in pair]
        assert cli.main(["answers", "add", "parking", *options]) == 0
        answer = load_answers(data)["parking"]
        assert (answer.title, answer.answer) == ("Parking", "You can park here.")
        assert answer.examples == tuple(EXAMPLES)

    def test_input_that_ends_too_early(self, data, monkeypatch, capsys):
        def ended(prompt):
            raise EOFError

        monkeypatch.setattr("builtins.input", ended)
        monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
        assert cli.main(["answers", "add", "parking"]) == 2
        assert "ended too early" in capsys.readouterr().err

    def test_json(self, data, capsys):
        assert cli.main([*words(), "--json"]) == 0
        (row,) = json.loads(capsys.readouterr().out)
        assert row["intent"] == "answers_parking"
        assert len(row["overlaps"]) == len(EXAMPLES)


class TestCheck:
    def write(self, data: Path, topic: str, *examples: str, **changed) -> Path:
        folder = data / "answers"
        folder.mkdir(exist_ok=True)
        row = {
            "title": topic,
            "question": "Where?",
            "answer": "Here.",
            "source": {"document": "Leaflet", "text": "Here."},
            "examples": [*EXAMPLES, *examples],
            **changed,
        }
        path = folder / f"{topic}.yml"
        path.write_text(yaml.safe_dump(row), encoding="utf-8")
        return path

    def test_nothing_added_yet(self, data, capsys):
        assert cli.main(["answers", "check"]) == 0
        assert "No answer has been added yet" in capsys.readouterr().out

    def test_nothing_added_yet_as_json(self, data, capsys):
        assert cli.main(["answers", "check", "--json"]) == 0
        assert json.loads(capsys.readouterr().out) == []

    def test_near_lines_are_shown_and_are_no_failure(self, data, capsys):
        self.write(data, "parking", "where is your clinic located")
        assert cli.main(["answers", "check"]) == 0
        out = capsys.readouterr().out
        assert "'where is your clinic located'" in out
        assert "in logistics_location" in out
        assert f"near to another intent's ({len(EXAMPLES)} not shown)" in out
        assert EXAMPLES[0] not in out

    def test_all_lines_when_asked_for(self, data, capsys):
        self.write(data, "parking")
        assert cli.main(["answers", "check", "--all"]) == 0
        out = capsys.readouterr().out
        assert all(repr(line) in out for line in EXAMPLES)

    def test_a_line_that_stands_twice_fails(self, data, capsys):
        self.write(data, "parking", "Any parking nearby?")
        assert cli.main(["answers", "check"]) == 1
        assert "twice in this file: 'Any parking nearby?'" in capsys.readouterr().out

    def test_a_line_of_another_added_answer_fails(self, data, capsys):
        self.write(data, "parking")
        self.write(data, "cars")
        assert cli.main(["answers", "check"]) == 1
        out = capsys.readouterr().out
        assert "in answers_cars" in out
        assert "in answers_parking" in out

    def test_lines_of_the_topic_itself_are_no_overlap(self, data, capsys):
        self.write(data, "legality", "is ketamine legal")
        assert cli.main(["answers", "check", "--json"]) == 0
        (row,) = json.loads(capsys.readouterr().out)
        assert row["intent"] == "not_in_source_legality"
        assert {overlap["intent"] for overlap in row["overlaps"]} == {"logistics_location"}

    def test_only_the_files_that_are_named(self, data, tmp_path, capsys):
        self.write(data, "cars")
        path = self.write(data, "parking", "where is the clinic")
        elsewhere = path.rename(tmp_path / "parking.yml")
        assert cli.main(["answers", "check", str(elsewhere), "--json"]) == 1
        (row,) = json.loads(capsys.readouterr().out)
        assert row["file"] == str(elsewhere)
        same = [o for o in row["overlaps"] if o["degree"] == "same"]
        assert "logistics_location" in {overlap["intent"] for overlap in same}

    def test_a_file_that_cannot_be_used_is_named(self, data, capsys):
        path = self.write(data, "parking", answer="")
        assert cli.main(["answers", "check"]) == 1
        assert f"{path}: answer" in capsys.readouterr().err
        assert cli.main(["answers", "check", str(data / "none.yml")]) == 1
        assert "none.yml" in capsys.readouterr().err

    @pytest.mark.parametrize("name", ["nlu/lines.yml", "topics.yml"])
    @pytest.mark.parametrize("content", ["a: [", "- a", None])
    def test_data_that_cannot_be_read_are_named(self, data, tmp_path, capsys, name, content):
        path = self.write(data, "parking").rename(tmp_path / "parking.yml")
        if content is None:
            shutil.rmtree(data)
        else:
            (data / name).write_text(content)
        assert cli.main(["answers", "check", str(path)]) == 1
        assert "nightdesk answers: " in capsys.readouterr().err


class TestList:
    def test_each_with_its_question(self, data, capsys):
        assert add() == 0
        capsys.readouterr()
        assert cli.main(["answers", "list"]) == 0
        out = capsys.readouterr().out
        assert out.split() == ["parking", "10", "examples", "Where", "can", "I", "park?"]

    def test_json(self, data, capsys):
        assert cli.main(["answers", "list", "--json"]) == 0
        assert json.loads(capsys.readouterr().out) == []
        assert add() == 0
        capsys.readouterr()
        assert cli.main(["answers", "list", "--json"]) == 0
        assert json.loads(capsys.readouterr().out) == [
            {
                "topic": "parking",
                "title": "Parking",
                "examples": 10,
                "question": "Where can I park?",
            }
        ]

    def test_a_broken_file_fails(self, data, capsys):
        (data / "answers").mkdir()
        (data / "answers" / "parking.yml").write_text("title: [")
        assert cli.main(["answers", "list"]) == 1
        assert "broken YAML" in capsys.readouterr().err


@pytest.mark.parametrize(
    "given",
    [[], ["remove"], ["add"], ["add", "x", "--loud"], ["list", "x"], ["check", "--x"]],
)
def test_wrong_use(given, capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main(["answers", *given])
    assert caught.value.code == 2
    assert "usage: nightdesk" in capsys.readouterr().err
