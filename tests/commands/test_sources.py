"""`nightdesk sources`: the check over whole folders, and hashes that are written."""

import json
import shutil
from pathlib import Path

import pytest
import yaml

from nightdesk import cli
from nightdesk.commands import sources
from nightdesk.run.places import Places

FILES = (
    "sources.yml",
    "grounding.yml",
    "cautions.yml",
    "source",
    "answers",
    "nlu/conditions_lookup.yml",
    "safety/protected_words.yml",
)


@pytest.fixture
def data(tmp_path, root, monkeypatch) -> Path:
    """A checkout of one's own with what the check reads."""
    data = tmp_path / "data"
    for name in FILES:
        there, here = root / "data" / name, data / name
        here.parent.mkdir(parents=True, exist_ok=True)
        if there.is_dir():
            shutil.copytree(there, here)
        else:
            shutil.copy(there, here)
    shutil.copy(root / "domain.yml", tmp_path)
    places = Places.from_environment({}, tmp_path)
    monkeypatch.setattr(sources.Places, "from_environment", lambda: places)
    return data


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def check(capsys) -> list[dict]:
    status = cli.main(["sources", "check", "--json"])
    rows = json.loads(capsys.readouterr().out)
    assert status == (1 if rows else 0)
    return rows


def rules(capsys) -> list[tuple[str, str]]:
    return [(row["rule"], row["key"]) for row in check(capsys)]


class TestCheck:
    def test_nothing_is_wrong(self, data, capsys):
        assert check(capsys) == []
        assert cli.main(["sources", "check"]) == 0
        assert "fit together" in capsys.readouterr().out

    def test_a_changed_document_and_a_changed_passage(self, data, capsys):
        change(data / "source" / "benefits-of-ketamine-therapy.txt", "a few hours", "an hour")
        assert rules(capsys) == [
            ("document_changed", "(whole file)"),
            ("not_in_document", "rapid_relief"),
        ]
        change(data / "source" / "passages.yml", "a few hours", "an hour")
        assert rules(capsys) == [
            ("document_changed", "(whole file)"),
            ("passage_changed", "rapid_relief"),
            ("not_in_passages", "utter_faq_rapid_relief"),
        ]

    def test_an_answer_that_says_more(self, data, capsys):
        change(data.parent / "domain.yml", "weeks or even months", "six weeks")
        assert cli.main(["sources", "check"]) == 1
        out = capsys.readouterr().out
        assert "[not_in_passages] domain.yml: utter_faq_rapid_relief: " in out
        assert 'found duration "6 week"' in out
        assert out.endswith("1 found.\n")

    def test_an_answer_that_says_what_a_caution_beside_it_says(self, data, capsys):
        change(
            data.parent / "domain.yml",
            "does not lead to",
            "can make you dizzy, and does not lead to",
        )
        assert check(capsys) == []
        change(
            data / "cautions.yml",
            "beside: [fewer_side_effects, safety]",
            "beside: [fewer_side_effects]",
        )
        (finding,) = check(capsys)
        assert (finding["rule"], finding["key"]) == ("not_in_passages", "utter_faq_safety")

    def test_a_caution_that_is_never_shown(self, data, capsys):
        change(data / "cautions.yml", "beside: [safety]", "beside: [dogs]")
        (finding,) = check(capsys)
        assert (finding["rule"], finding["key"]) == ("bad_file", "cautions.2.beside.0")
        assert Path(finding["file"]) == data / "cautions.yml"
        assert finding["line"]
        path = data / "source" / "leaflet.passages.yml"
        path.write_text("document: L\npassages: [{id: dogs, title: Dogs, text: No dogs.}]")
        assert rules(capsys) == [("passage_unlisted", "dogs"), ("caution_unused", "misuse")]

    @pytest.mark.parametrize(
        ("old", "new", "key"),
        [
            ('item: "answer:utter_faq_safety"', 'item: "answer:utter_safety"', "utter_faq_safety"),
            ('item: "clinic:{topic}"', 'item: "clinic:cost"', "utter_logistics"),
            (', item: "added:{topic}"', "", "utter_added_answer"),
        ],
    )
    def test_an_answer_under_another_name_than_it_is_signed_by(self, data, capsys, old, new, key):
        change(data.parent / "domain.yml", old, new)
        assert rules(capsys) == [("item_wrong", key)]

    def test_a_condition_that_the_document_does_not_name(self, data, capsys):
        path = data / "source" / "conditions.yml"
        change(path, '  ocd: "obsessive', '  gout: "gout"\n  ocd: "obsessive')
        assert rules(capsys) == [
            ("not_in_passages", "utter_condition_named"),
            ("not_in_passages", "utter_condition_partly_named"),
        ]

    def test_a_passage_without_an_answer(self, data, capsys):
        change(data.parent / "domain.yml", '"answer:improved_mood"', "smalltalk")
        change(data.parent / "domain.yml", "improved_mood, enhanced", "enhanced")
        (finding,) = check(capsys)
        assert (finding["rule"], finding["key"]) == ("passage_without_answer", "improved_mood")

    def test_an_added_answer(self, data, capsys):
        row = {
            "title": "Parking",
            "question": "Where can I park?",
            "answer": "There are two places.",
            "source": {"document": "Leaflet", "text": "We have places."},
            "examples": [f"where can i park {i}" for i in range(10)],
        }
        path = data / "answers" / "parking.yml"
        path.write_text(yaml.safe_dump(row))
        assert rules(capsys) == [("not_in_passages", "parking")]
        path.write_text(yaml.safe_dump({**row, "answer": "There are places."}))
        assert rules(capsys) == []

    def test_a_passage_of_no_document(self, data, capsys):
        path = data / "source" / "leaflet.passages.yml"
        path.write_text("document: L\npassages: [{id: dogs, title: Dogs, text: No dogs.}]")
        assert rules(capsys) == [("passage_unlisted", "dogs")]

    @pytest.mark.parametrize(
        "name",
        [
            "sources.yml",
            "grounding.yml",
            "cautions.yml",
            "source/passages.yml",
            "source/conditions.yml",
            "source/stray.passages.yml",
            "answers/stray.yml",
            "../domain.yml",
        ],
    )
    def test_a_file_that_cannot_be_read_is_named(self, data, capsys, name):
        (data / name).write_text("a: [")
        rows = check(capsys)
        assert {row["rule"] for row in rows} == {"bad_file"}
        assert [Path(row["file"]).resolve() for row in rows] == [(data / name).resolve()]


class TestHash:
    def test_nothing_changed(self, data, capsys):
        before = (data / "sources.yml").read_bytes()
        assert cli.main(["sources", "hash", "--write"]) == 0
        assert capsys.readouterr().out == "Nothing changed.\n"
        assert (data / "sources.yml").read_bytes() == before

    def test_it_says_what_changed_and_writes_only_when_told(self, data, capsys):
        before = (data / "sources.yml").read_text()
        for name in ("benefits-of-ketamine-therapy.txt", "passages.yml"):
            change(data / "source" / name, "generally safe", "safe")
        assert cli.main(["sources", "hash"]) == 1
        out = capsys.readouterr().out
        assert "data/source/passages.yml: safety: changed (" in out
        assert "Not written" in out
        assert (data / "sources.yml").read_text() == before
        assert cli.main(["sources", "hash", "--write", "--json"]) == 0
        row = json.loads(capsys.readouterr().out)
        assert row["written"] is True
        assert len(row["changes"]) == 2
        after = (data / "sources.yml").read_text().splitlines()
        assert len(after) == len(before.splitlines())
        differing = [a for a, b in zip(after, before.splitlines(), strict=True) if a != b]
        assert [line.split(":")[0].strip() for line in differing] == ["sha256", "sha256"]
        assert rules(capsys) == []

    def test_a_further_document(self, data, capsys):
        (data / "source" / "leaflet.txt").write_text("No dogs.")
        (data / "source" / "leaflet.passages.yml").write_text(
            "document: L\npassages: [{id: dogs, title: Dogs, text: No dogs.}]"
        )
        with (data / "sources.yml").open("a") as file:
            file.write(
                "- {title: L, file: source/leaflet.txt, passages_in: source/leaflet.passages.yml}\n"
            )
        assert rules(capsys) == [
            ("document_unhashed", "(whole file)"),
            ("passage_extra", "dogs"),
            ("passage_without_answer", "dogs"),
        ]
        assert cli.main(["sources", "hash", "--write"]) == 0
        capsys.readouterr()
        assert rules(capsys) == [("passage_without_answer", "dogs")]
        change(data / "sources.yml", "- id: dogs", "- id: dogs\n    unanswered: Nobody asks.")
        assert rules(capsys) == []

    def test_an_id_that_another_document_has_is_never_written(self, data, capsys):
        (data / "source" / "leaflet.txt").write_text("No dogs.")
        (data / "source" / "leaflet.passages.yml").write_text(
            "document: L\npassages: [{id: safety, title: Dogs, text: No dogs.}]"
        )
        with (data / "sources.yml").open("a") as file:
            file.write(
                "- {title: L, file: source/leaflet.txt, passages_in: source/leaflet.passages.yml}\n"
            )
        before = (data / "sources.yml").read_bytes()
        assert ("id_taken", "safety") in rules(capsys)
        assert cli.main(["sources", "hash", "--write"]) == 1
        assert "safety: found the id of a passage in" in capsys.readouterr().err
        assert (data / "sources.yml").read_bytes() == before

    def test_a_file_that_cannot_be_written(self, data, monkeypatch, capsys):
        def full(*arguments):
            raise OSError("no space left")

        change(data / "source" / "benefits-of-ketamine-therapy.txt", "generally safe", "safe")
        monkeypatch.setattr(sources, "write_whole", full)
        assert cli.main(["sources", "hash", "--write"]) == 1
        assert "no space left" in capsys.readouterr().err

    def test_a_document_that_cannot_be_read(self, data, capsys):
        before = (data / "sources.yml").read_bytes()
        (data / "source" / "benefits-of-ketamine-therapy.txt").unlink()
        assert cli.main(["sources", "hash", "--write", "--json"]) == 1
        said = capsys.readouterr()
        assert "no readable file" in said.err
        (finding,) = json.loads(said.out)["findings"]
        assert finding["rule"] == "bad_file"
        assert (data / "sources.yml").read_bytes() == before


@pytest.mark.parametrize("words", [["sources"], ["sources", "nothing"], ["sources", "check", "x"]])
def test_wrong_use_is_status_two(words, capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main(words)
    assert caught.value.code == 2
    assert "usage: nightdesk" in capsys.readouterr().err


@pytest.mark.parametrize("act", ["check", "hash"])
def test_help(act, capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main(["sources", act, "--help"])
    assert caught.value.code == 0
    assert "--json" in capsys.readouterr().out
