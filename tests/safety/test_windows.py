"""The parts of a message: whatever is buried in it is judged by itself as well."""

import pytest

from nightdesk.safety.windows import MAX_PARTS, WINDOW_WORDS, parts_of

FILLER = "the waiting room was nice and the chairs are soft and i liked the plants by the window "
BURIED = "i have decided to end my life"


def parts(text: str) -> list[str]:
    return [text[start:end] for start, end in parts_of(text)]


@pytest.mark.parametrize("at", range(0, 1900, 190))
@pytest.mark.parametrize("ends", [" ", ". "])
def test_a_sentence_buried_in_two_thousand_characters_is_inside_a_small_part(at, ends):
    words = (FILLER * 30)[:at].rsplit(" ", 1)[0] + ends + BURIED + ends
    text = (words + FILLER * 30)[:2000]
    assert len(text) == 2000
    small = [part for part in parts(text)[1:] if BURIED in part]
    assert small
    assert min(len(part.split()) for part in small) <= 2 * WINDOW_WORDS


def test_the_whole_comes_first():
    text = "  one. two three! four five? "
    assert parts(text)[0] == "one. two three! four five?"


def test_sentences_of_at_least_two_words_are_parts():
    assert parts("Hi there. I want to die! ok. Bye now") == [
        "Hi there. I want to die! ok. Bye now",
        "Hi there.",
        "I want to die!",
        "Bye now",
    ]


def test_a_short_message_is_one_part():
    assert parts("i want to die") == ["i want to die"]


def test_every_word_is_in_a_window():
    words = [f"w{i}" for i in range(100)]
    windows = [set(part.split()) for part in parts(" ".join(words))[1:]]
    assert set(words) == set().union(*windows)
    assert all(len(window) <= WINDOW_WORDS for window in windows)
    # Any run of half a window is whole in some window.
    for i in range(len(words) - WINDOW_WORDS // 2):
        assert any(set(words[i : i + WINDOW_WORDS // 2]) <= window for window in windows)


@pytest.mark.parametrize("text", ["", " ", "\n\n"])
def test_no_words(text):
    assert parts_of(text) == [(0, len(text))]


@pytest.mark.parametrize(
    "text",
    ["a b. " * 400, "a " * 1000, "." * 2000, "x" * 2000, "a b\n" * 500, "? ! " * 500],
    ids=lambda text: ascii(text)[:8],
)
def test_the_number_of_parts_is_bounded_and_spread_over_the_message(text):
    found = parts_of(text)
    assert 1 <= len(found) <= MAX_PARTS
    assert len(set(found)) == len(found)
    assert max(end for _, end in found) == len(text.rstrip())
    if len(found) == MAX_PARTS:
        # The end of the message is judged as well as its beginning.
        assert max(start for start, _ in found) > len(text) * 0.9
