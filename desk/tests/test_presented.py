"""What visitors' clients get of an answer, also of one whose passage has been taken out since."""

from datetime import UTC, datetime
from typing import Any

from nightdesk_contract.passages import Passage

from nightdesk_desk.log import LogEvent
from nightdesk_desk.presented import source_json

CAUTION = {"text": "There is a risk.", "sources": [{"name": "A", "url": "https://a.example"}]}
PASSAGES = {"parking": Passage("parking", "Parking", "Behind.", "Leaflet")}


def said(outcome: str, passages: list[str], basis: dict[str, Any] | None = None) -> LogEvent:
    at = datetime(2026, 11, 26, tzinfo=UTC)
    return LogEvent(
        1, at, "bot", "It is so.", outcome, passages, None, [], None, None, True, None, basis
    )


def test_a_caution_stays_when_the_passage_is_gone() -> None:
    event = said("answer:parking", ["parking"], {"cautions": [CAUTION]})
    for passages, document in ((PASSAGES, "Leaflet"), ({}, None)):
        source = source_json(event, passages, "The clinic")
        assert source is not None
        assert (source["kind"], source["document"]) == ("passage", document)
        assert source["cautions"] == [CAUTION]


def test_without_passage_and_caution_there_is_no_source() -> None:
    assert source_json(said("answer:parking", ["parking"]), {}, "The clinic") is None
    assert source_json(said("smalltalk", []), PASSAGES, "The clinic") is None
