"""Which earlier messages may be the beginning of what a visitor says now."""

from datetime import datetime, timedelta, timezone

import pytest

from nightdesk_contract.pieces import GAP, MOST_PIECES, Said, earlier_pieces, read_earlier

NOW = datetime(2026, 11, 25, 22, 0, tzinfo=timezone.utc)


def said(*rows: tuple[int, str]) -> list[Said]:
    """Messages with the seconds before now at which each came."""
    return [Said(text, NOW - timedelta(seconds=before)) for before, text in rows]


def test_short_messages_just_before_are_pieces_in_their_order():
    assert earlier_pieces(said((40, "i want to"), (15, "end")), NOW) == ["i want to", "end"]


def test_nothing_before_is_nothing():
    assert earlier_pieces([], NOW) == []


def test_a_long_pause_ends_the_sentence():
    before = int(GAP.total_seconds()) + 1
    assert earlier_pieces(said((before, "i want to")), NOW) == []
    assert earlier_pieces(said((before + 30, "i want to"), (20, "sleep")), NOW) == ["sleep"]


def test_each_pause_counts_not_the_whole_time():
    rows = said((400, "i just"), (260, "want it"), (120, "to be"))
    assert earlier_pieces(rows, NOW) == ["i just", "want it", "to be"]


def test_a_whole_sentence_is_no_piece_and_hides_what_lies_before_it():
    long = "could you tell me how long a first session takes please"
    assert earlier_pieces(said((60, "hi"), (40, long), (20, "and")), NOW) == ["and"]


@pytest.mark.parametrize("text", ["Do you open early?", "Thanks!", "It is fine."])
def test_what_ends_a_sentence_is_no_beginning_of_the_next(text):
    assert earlier_pieces(said((20, text)), NOW) == []


@pytest.mark.parametrize("text", ["i just...", "i want to\u2026", "because"])
def test_what_trails_off_is(text):
    assert earlier_pieces(said((20, text)), NOW) == [text]


def test_no_more_than_a_sentence_full():
    rows = said(*((60 - i, f"word {i}") for i in range(20)))
    assert earlier_pieces(rows, NOW) == [f"word {i}" for i in range(20 - MOST_PIECES, 20)]


@pytest.mark.parametrize(
    "metadata",
    [None, "text", [], {}, {"earlier": "i want to"}, {"earlier": None}, {"earlier": [1, None, {}]}],
)
def test_what_is_no_list_of_texts_is_none(metadata):
    assert read_earlier(metadata) == []


def test_what_the_desk_sends_is_read():
    assert read_earlier({"earlier": ["i want to", 7, "end", "x" * 5000, ""]}) == [
        "i want to",
        "end",
    ]
