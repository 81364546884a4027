"""Documents, passages and the manifest: each difference is named."""

import hashlib
from dataclasses import replace

import pytest

from contract.tests.leaflet import DOGS, FOUND, LISTED, PARKING, TEXT, with_passages
from nightdesk_contract.answers import AddedAnswer
from nightdesk_contract.findings import Finding
from nightdesk_contract.passages import Passage
from nightdesk_contract.source_findings import (
    added_findings,
    document_findings,
    twice_findings,
    unlisted_findings,
)
from nightdesk_contract.sources import FoundDocument, ListedDocument, ListedPassage, passage_hash


def findings(listed: ListedDocument = LISTED, found: FoundDocument = FOUND) -> list[Finding]:
    return list(document_findings(listed, found))


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
