"""The manifest of documents: what it lists, renewing it, and the dates that it gives."""

import datetime
from dataclasses import replace

import pytest
import yaml

from contract.tests.leaflet import DOGS, FOUND, LISTED, PARKING, TEXT, with_passages
from nightdesk_contract.checked_yaml import FileError
from nightdesk_contract.passages import Passage
from nightdesk_contract.source_findings import document_findings
from nightdesk_contract.sources import (
    FoundDocument,
    ListedDocument,
    ListedPassage,
    changes,
    dated,
    document_hash,
    load_served,
    load_sources,
    passage_hash,
    read_document,
    renewed,
    stands_in,
    to_yaml,
)

HASH = "0" * 64


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("Park behind the house.", True),
        ("1. Parking: Park behind the house.", True),
        ("9) Parking: Park behind\n\nthe house.", True),
        ("Dogs: Park behind the house.", False),
        ("park behind the house.", False),
        ("ark behind the house.", False),
        ("Park behind the hous", False),
        ("Park the house.", False),
        ("1. Parking:", False),
    ],
)
def test_a_passage_stands_in_the_document_word_for_word(text, there):
    assert stands_in(replace(PARKING, text=text), TEXT) is there


class TestRenewing:
    def test_what_people_wrote_stays_and_hashes_are_new(self):
        cats = Passage("cats", "Cats", "No cats.", "Leaflet")
        after = renewed(
            replace(LISTED, date=datetime.date(2026, 1, 2), version="2"), with_passages(DOGS, cats)
        )
        assert (after.date, after.version) == (datetime.date(2026, 1, 2), "2")
        assert after.passages == (
            ListedPassage("dogs", passage_hash("No dogs."), "Nobody asks."),
            ListedPassage("cats", passage_hash("No cats.")),
        )
        (found,) = document_findings(after, with_passages(DOGS, cats))
        assert found.rule == "not_in_document"

    def test_it_says_what_changed(self):
        new = FoundDocument(
            b"x",
            "x",
            "Leaflet",
            {"dogs": replace(DOGS, text="Dogs."), "cats": replace(DOGS, id="cats")},
        )
        assert changes(LISTED, renewed(LISTED, new)) == [
            f"data/source/leaflet.txt: changed ({LISTED.sha256[:12]} → {document_hash(b'x')[:12]})",
            "data/source/leaflet.passages.yml: dogs: changed "
            f"({passage_hash('No dogs.')[:12]} → {passage_hash('Dogs.')[:12]})",
            f"data/source/leaflet.passages.yml: cats: new ({passage_hash('No dogs.')[:12]})",
            "data/source/leaflet.passages.yml: parking: gone",
        ]

    def test_nothing_changed(self):
        assert changes(LISTED, renewed(LISTED, FOUND)) == []

    def test_another_order_is_a_change(self):
        (said,) = changes(LISTED, renewed(LISTED, with_passages(DOGS, PARKING)))
        assert "another order" in said

    def test_what_is_written_is_read_as_it_was(self, tmp_path):
        path = tmp_path / "sources.yml"
        dated = replace(LISTED, date=datetime.date(2026, 1, 2), version="2")
        bare = ListedDocument("Other", "source/other.txt", "source/other.passages.yml")
        path.write_text(to_yaml("# kept\n\n# too\ndocuments: []\n# lost\n", [dated, bare]))
        assert path.read_text().startswith("# kept\n\n# too\ndocuments:\n")
        assert "lost" not in path.read_text()
        assert load_sources(path) == (dated, bare)


class TestDates:
    DAY, OTHER = datetime.date(2026, 1, 2), datetime.date(2020, 3, 4)

    def test_a_passage_has_that_of_its_document(self):
        documents = [
            replace(LISTED, date=self.DAY),
            replace(LISTED, title="Flyer", date=self.OTHER),
        ]
        found = dated({"parking": PARKING, "bikes": replace(PARKING, document="Flyer")}, documents)
        assert {id: passage.date for id, passage in found.items()} == {
            "parking": self.DAY,
            "bikes": self.OTHER,
        }
        assert found["parking"] == replace(PARKING, date=self.DAY)

    @pytest.mark.parametrize("document", ["Leaflet", "Unlisted"])
    def test_none_where_nobody_knows_it(self, document):
        passage = replace(PARKING, document=document)
        assert dated({"parking": passage}, [LISTED]) == {"parking": passage}

    def test_its_own_stays(self):
        passage = replace(PARKING, date=self.OTHER)
        found = dated({"parking": passage}, [replace(LISTED, date=self.DAY)])
        assert found["parking"].date == self.OTHER


ROW = {"title": "T", "file": "source/t.txt", "passages_in": "source/t.passages.yml"}


@pytest.mark.parametrize(
    ("rows", "key"),
    [
        ([], "documents"),
        ([{**ROW, "title": " "}], "documents.0.title"),
        ([{**ROW, "file": "../secret.txt"}], "documents.0.file"),
        ([{**ROW, "file": "/etc/passwd"}], "documents.0.file"),
        ([{**ROW, "sha256": "abc"}], "documents.0.sha256"),
        ([{**ROW, "hash": HASH}], "documents.0.hash"),
        ([{**ROW, "version": 2}], "documents.0.version"),
        ([{**ROW, "date": "soon"}], "documents.0.date"),
        ([{**ROW, "date": datetime.datetime(2026, 1, 2, 3)}], "documents.0.date"),
        ([{"title": "T", "file": "t.txt"}], "documents.0.passages_in"),
        ([ROW, {**ROW, "title": "U"}], "documents.1.file"),
        ([ROW, {**ROW, "file": "source/u.txt"}], "documents.1.title"),
        ([{**ROW, "passages": [{"id": "A b"}]}], "documents.0.passages.0.id"),
        (
            [{**ROW, "passages": [{"id": "a", "unanswered": ""}]}],
            "documents.0.passages.0.unanswered",
        ),
        ([{**ROW, "passages": [{"id": "a"}, {"id": "a"}]}], "documents.0.passages.1.id"),
        (
            [
                {**ROW, "passages": [{"id": "a"}]},
                {**ROW, "title": "U", "file": "b", "passages": [{"id": "a"}]},
            ],
            "documents.1.passages.0.id",
        ),
    ],
)
def test_a_wrong_manifest_is_refused_with_its_key(tmp_path, rows, key):
    path = tmp_path / "sources.yml"
    path.write_text(yaml.safe_dump({"documents": rows}))
    with pytest.raises(FileError) as caught:
        load_sources(path)
    (problem,) = caught.value.problems
    assert problem.key == key
    assert problem.line


class TestReading:
    @pytest.fixture
    def data(self, tmp_path):
        (tmp_path / "source").mkdir()
        (tmp_path / LISTED.file).write_text(TEXT)
        rows = [vars(PARKING), vars(DOGS)]
        passages = [{k: row[k] for k in ("id", "title", "text")} for row in rows]
        row = {"document": "Leaflet", "passages": passages}
        (tmp_path / LISTED.passages_in).write_text(yaml.safe_dump(row))
        return tmp_path

    def test_a_document_with_its_passages(self, data):
        found = read_document(LISTED, data)
        assert found == FOUND
        assert list(document_findings(LISTED, found)) == []

    def test_no_document(self, data):
        (data / LISTED.file).unlink()
        with pytest.raises(FileError, match=r"leaflet\.txt.*no readable file"):
            read_document(LISTED, data)

    def test_a_document_that_is_no_text(self, data):
        (data / LISTED.file).write_bytes(b"\xff\xfe")
        with pytest.raises(FileError, match="a UTF-8 text"):
            read_document(LISTED, data)

    @pytest.mark.parametrize(
        ("text", "key"),
        [
            ("document: D", "passages"),
            ("document: D\npassages: [{id: a, title: A}]", "passages.0.text"),
            (
                "document: D\npassages: [{id: a, title: A, text: b}, {id: a, title: A, text: c}]",
                "passages.1.id",
            ),
        ],
    )
    def test_passages_that_cannot_be_used(self, data, text, key):
        (data / LISTED.passages_in).write_text(text)
        with pytest.raises(FileError) as caught:
            read_document(LISTED, data)
        assert [problem.key for problem in caught.value.problems] == [key]

    def test_what_a_running_system_reads(self, data):
        with pytest.raises(FileError, match=r"passages\.yml: .*FileNotFoundError"):
            load_served(data)
        (data / "source" / "passages.yml").write_text(
            "document: D\npassages: [{id: dogs, title: T, text: First.}]"
        )
        served = load_served(data)
        assert list(served) == ["dogs", "parking"]
        assert served["dogs"].text == "First."

    @pytest.mark.parametrize(
        ("text", "key"),
        [
            (b"document: D\npassages: [{id: a, title: T, text: 5}]", "passages.0.text"),
            (b"document: D\npassages: [{id: a, title: T, text: 2026-02-30}]", "(whole file)"),
            (b"document: \xff", "(whole file)"),
        ],
    )
    def test_a_stray_file_is_named_with_its_key(self, data, text, key):
        (data / "source" / "passages.yml").write_text(
            "document: D\npassages: [{id: a, title: T, text: A.}]"
        )
        stray = data / "source" / "stray.passages.yml"
        stray.write_bytes(text)
        with pytest.raises(FileError) as caught:
            load_served(data)
        assert caught.value.path == stray
        assert [problem.key for problem in caught.value.problems] == [key]
