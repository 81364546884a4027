"""The door: what a message must be, whatever a client sends."""

import unicodedata

import pytest

from nightdesk_contract.door import MAX_CHARS, MessageRefused, clean

ZERO_WIDTH = "\u200b\u200c\u2060\ufeff\u00ad\u200e\u200f\u202e"
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
COUPLE = "\U0001f469\u200d\u2764\ufe0f\u200d\U0001f468"
NURSE = "\U0001f469\U0001f3fd\u200d\u2695\ufe0f"
NODDING = "\U0001f642\u200d\u2194\ufe0f"


def refusal(value: object) -> str:
    with pytest.raises(MessageRefused) as caught:
        clean(value)
    return caught.value.code


@pytest.mark.parametrize(
    "value", [None, b"hello", 5, 1.5, True, ["hello"], {"text": "hello"}, object()]
)
def test_what_is_no_text_is_refused(value):
    assert refusal(value) == "not_text"


@pytest.mark.parametrize(
    "value",
    [
        "",
        " ",
        "\n\t \r\n",
        "/",
        "//// /",
        " / \u200b/ ",
        ZERO_WIDTH,
        "\u200d",
        "\u200d\u200d\u200d",
        "\ufe0f",
        "\u3164\u2800",
        "\x00\x00",
        "\x1b\x07",
        "\ud800",
        "\udfff\ud800",
        "\U000e0067\U000e007f",
        "\u206a\u206b",
    ],
    ids=ascii,
)
def test_what_shows_nothing_is_refused_as_empty(value):
    assert refusal(value) == "empty"


def test_two_thousand_characters_come_in_and_one_more_does_not():
    assert clean("a" * MAX_CHARS) == "a" * 2000
    assert refusal("a" * 2001) == "too_long"


def test_length_counts_after_cleaning():
    padded = "  //" + "\u200b".join("a" * 2000) + "\n\n"
    assert clean(padded) == "a" * 2000
    assert refusal("\u200b".join("a" * 2001)) == "too_long"


def test_length_counts_composed_characters():
    assert clean("e\u0301" * 2000) == "\u00e9" * 2000


@pytest.mark.parametrize("character", ["x", "\u200b", "/"], ids=ascii)
def test_two_megabytes_are_refused(character):
    assert refusal(character * 2_000_000) == "too_long"


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        ("  hello there \n", "hello there"),
        ("/restart", "restart"),
        ("///  //restart", "restart"),
        ("\u200b/restart", "restart"),
        ("\ufeff /\u200b/greet{}", "greet{}"),
        ("1/2 or 3/4?", "1/2 or 3/4?"),
        ("a\x00b", "ab"),
        ("ki\u200bll my\u00adself", "kill myself"),
        ("k\u200d\u200dill", "kill"),
        ("ki\u200dll", "kill"),
        ("\u202ehello\u202c", "hello"),
        ("\u200fשלום\u200e", "שלום"),
        ("hi \ud83d there", "hi  there"),
        ("one\ntwo\tthree", "one\ntwo\tthree"),
        ("one\r\ntwo", "one \ntwo"),
        ("one\x0btwo\x0cthree", "one two three"),
    ],
    ids=ascii,
)
def test_hidden_characters_and_slashes_go_and_words_stay(value, stored):
    assert clean(value) == stored


@pytest.mark.parametrize(
    "emoji", [FAMILY, COUPLE, NURSE, NODDING, "\U0001f1fa\U0001f1f8", "\u2764\ufe0f"]
)
def test_emoji_sequences_survive_whole(emoji):
    assert clean(f"{emoji} ok {emoji}") == f"{emoji} ok {emoji}"


@pytest.mark.parametrize("value", ["cafe\u0301", "A\u030angstro\u0308m", "\u1112\u1161\u11ab"])
def test_text_is_stored_composed(value):
    stored = clean(value)
    assert stored != value
    assert unicodedata.is_normalized("NFC", stored)


def test_cleaning_twice_changes_nothing():
    for value in ("/ /\u200b/x", " \u202e / a\u0301 ", f"/{FAMILY}", "a\u2028/b"):
        once = clean(value)
        assert clean(once) == once
        assert not once.startswith("/")
