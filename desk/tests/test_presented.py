"""What visitors' clients get of an answer, also of one whose passage has been taken out since."""

import json
from datetime import UTC, date, datetime
from typing import Any

from nightdesk_contract.outcome import BotReply
from nightdesk_contract.passages import Passage

from nightdesk_desk.basis import Signing, passages_said, served
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


def test_an_old_answer_shows_the_words_of_its_passage_as_they_were() -> None:
    then = Passage("parking", "Where to park", "In front.", "Old leaflet", date(2025, 3, 1))
    reply = BotReply("It is so.", "answer:parking", ["parking"])
    [served_then] = served([reply], Signing({}, passages={"parking": then}), "")
    # As the database keeps it.
    basis = json.loads(json.dumps(served_then.basis))
    event = said("answer:parking", ["parking"], basis)
    for today in (PASSAGES, {}):
        source = source_json(event, today, "The clinic")
        assert source is not None
        assert source["passages"] == [
            {"id": "parking", "title": "Where to park", "text": "In front."}
        ]
        assert (source["document"], source["document_date"]) == ("Old leaflet", "2025-03-01")
        assert passages_said(event.passages, event.basis, today) == [then]


def test_an_answer_from_before_its_words_were_kept_shows_todays() -> None:
    event = said("answer:parking", ["parking"], {"review": {"state": "unsigned"}})
    source = source_json(event, PASSAGES, "The clinic")
    assert source is not None
    assert [one["text"] for one in source["passages"]] == ["Behind."]
