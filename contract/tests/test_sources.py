"""The manifest of documents: each difference is named, and renewing says what changed."""

import datetime
import hashlib
from dataclasses import replace

import pytest
import yaml

from nightdesk_contract.answers import AddedAnswer
from nightdesk_contract.checked_yaml import FileError
from nightdesk_contract.findings import Finding
from nightdesk_contract.passages import Passage
from nightdesk_contract.sources import (
    FoundDocument,
    ListedDocument,
    ListedPassage,
    added_findings,
    changes,
    document_findings,
    document_hash,
    load_served,
    load_sources,
    passage_hash,
    read_document,
    renewed,
    stands_in,
    to_yaml,
    twice_findings,
    unlisted_findings,
)

TEXT = "Leaflet\n\n1. Parking: Park behind\nthe house.\n\n2. Dogs: No dogs."
PARKING = Passage("parking", "Parking", "Park behind the house.", "Leaflet")
DOGS = Passage("dogs", "Dogs", "No dogs.", "Leaflet")
FOUND = FoundDocument(TEXT.encode(), TEXT, "Leaflet", {"parking": PARKING, "dogs": DOGS})
LISTED = ListedDocument(
    title="Leaflet",
    file="source/leaflet.txt",
    passages_in="source/leaflet.passages.yml",
    sha256=document_hash(TEXT.encode()),
    passages=(
        ListedPassage("parking", passage_hash(PARKING.text)),
        ListedPassage("dogs", passage_hash(DOGS.text), "Nobody asks."),
    ),
)
HASH = "0" * 64


def findings(listed: ListedDocument = LISTED, found: FoundDocument = FOUND) -> list[Finding]:
    return list(document_findings(listed, found))


def with_passages(*passages: Passage) -> FoundDocument:
    return replace(FOUND, passages={passage.id: passage for passage in passages})


class TestDifferences:
    def test_nothing_differs(self):
        assert findings() == []

    def test_hashes_are_those_that_anybody_can_compute(self):
        assert LISTED.sha256 == hashlib.sha256(TEXT.encode()).hexdigest()
        assert passage_hash("No  dogs.\n") == hashlib.sha256(b"No dogs.").hexdigest()

    def test_the_document_changed(self):
        (found,) = findings(found=replace(FOUND, content=TEXT.encode() + b"\n"))
        assert (found.rule, found.file) == ("document_changed", "data/source/leaflet.txt")
        assert LISTED.sha256[:12] in found.allowed
        assert "sources hash --write" in found.allowed

    def test_a_passage_changed(self):
        other = replace(DOGS, text="Dogs: No dogs.")
        (found,) = findings(found=with_passages(PARKING, other))
        assert (found.rule, found.key) == ("passage_changed", "dogs")
        assert found.file == "data/source/leaflet.passages.yml"
        assert passage_hash("Dogs: No dogs.")[:12] in found.found

    def test_where_its_lines_end_says_nothing(self):
        assert (
            findings(found=with_passages(replace(PARKING, text="Park\n behind the house."), DOGS))
            == []
        )

    def test_a_passage_is_missing(self):
        (found,) = findings(found=with_passages(PARKING))
        assert (found.rule, found.key) == ("passage_missing", "dogs")

    def test_a_passage_is_there_that_the_manifest_lacks(self):
        (found,) = findings(replace(LISTED, passages=LISTED.passages[:1]))
        assert (found.rule, found.key) == ("passage_extra", "dogs")

    def test_words_that_are_not_in_the_document(self):
        other = replace(DOGS, text="No small dogs.")
        rules = [found.rule for found in findings(found=with_passages(PARKING, other))]
        assert rules == ["passage_changed", "not_in_document"]

    def test_no_hash_yet(self):
        bare = replace(LISTED, sha256="", passages=(ListedPassage("parking"), LISTED.passages[1]))
        assert [f.rule for f in findings(bare)] == ["document_unhashed", "passage_unhashed"]

    def test_another_title(self):
        (found,) = findings(replace(LISTED, title="Flyer"))
        assert (found.rule, found.found, found.allowed) == ("title", "'Leaflet'", "'Flyer'")


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


def test_passages_of_no_document_and_documents_that_are_not_read():
    rows = list(unlisted_findings(["parking", "stray"], [(LISTED, FOUND)]))
    assert [(f.rule, f.key) for f in rows] == [
        ("passage_unlisted", "stray"),
        ("passage_not_read", "dogs"),
    ]
    assert list(unlisted_findings(["dogs", "parking"], [(LISTED, FOUND)])) == []


def test_an_id_that_two_documents_have():
    other = replace(LISTED, file="source/b.txt", passages_in="source/b.passages.yml")
    second = (other, with_passages(replace(PARKING, id="bikes"), DOGS))
    (found,) = twice_findings([(LISTED, FOUND), second])
    assert (found.rule, found.file, found.key) == ("id_taken", "data/source/b.passages.yml", "dogs")
    assert "data/source/leaflet.passages.yml" in found.found
    assert list(twice_findings([(LISTED, FOUND)])) == []


@pytest.mark.parametrize(
    ("id", "document", "text", "rules"),
    [
        ("pets", "Leaflet", "No dogs.", []),
        ("pets", "Leaflet", "No cats.", ["not_in_document"]),
        ("pets", "Another", "No cats.", []),
        ("dogs", "Another", "No cats.", ["id_taken"]),
    ],
)
def test_added_answers_quote_listed_documents_word_for_word(id, document, text, rules):
    added = AddedAnswer(id, "T", "Q?", "A.", Passage(id, "T", text, document), ())
    rows = list(added_findings([added], [(LISTED, FOUND)]))
    assert [found.rule for found in rows] == rules
    assert all(found.file == f"data/answers/{id}.yml" for found in rows)


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
        assert findings(after, with_passages(DOGS, cats))[0].rule == "not_in_document"

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
        ([ROW, ROW], "documents.1.file"),
        ([{**ROW, "passages": [{"id": "A b"}]}], "documents.0.passages.0.id"),
        (
            [{**ROW, "passages": [{"id": "a", "unanswered": ""}]}],
            "documents.0.passages.0.unanswered",
        ),
        ([{**ROW, "passages": [{"id": "a"}, {"id": "a"}]}], "documents.0.passages.1.id"),
        (
            [{**ROW, "passages": [{"id": "a"}]}, {**ROW, "file": "b", "passages": [{"id": "a"}]}],
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
        assert findings(found=found) == []

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
