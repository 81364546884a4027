"""Where a message may hold more than one question."""

import pytest

from nightdesk.nlu.parts import MOST_PARTS, asks, joined, sentences


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


def halves(text: str) -> list[tuple[str, str]]:
    found = joined(text, (0, len(text)))
    return [(text[slice(*left)], text[slice(*right)]) for left, right in found]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", []),
        ("   ", []),
        ("?!.", []),
        ("how much is it", ["how much is it"]),
        ("How much is it? Is it safe?", ["How much is it?", "Is it safe?"]),
        ("how much\nis it safe\n\nwhere", ["how much\nis it safe", "where"]),
        ("how long\nis a session\nfor kap", ["how long\nis a session\nfor kap"]),
        ("how much is the first visit\nwhere", ["how much is the first visit", "where"]),
        ("is it safe?\nwhere", ["is it safe?", "where"]),
        ("hi!!! how much?!", ["hi!!!", "how much?!"]),
        ("it costs how much; is it safe", ["it costs how much;", "is it safe"]),
        ("...how much is it?", ["how much is it?"]),
    ],
)
def test_sentences_and_lines(text, parts):
    assert cut(text) == parts


def test_many_short_lines_are_no_quick_messages():
    lines = ["how much", "is it safe"] * 5
    assert cut("\n".join(lines)) == ["\n".join(lines)]
    assert cut("\n".join([*lines, "where"])) == [*lines, "where"]


def test_a_long_story_has_no_more_than_so_many():
    assert len(cut("so it goes. " * 100)) == MOST_PARTS


@pytest.mark.parametrize("question", ["Parking?", "how much is it.", "Is it safe"])
def test_a_question_at_the_end_of_a_long_story_is_among_them(question):
    found = cut("so it goes. " * 100 + question)
    assert found[-1] == question
    assert len(found) == MOST_PARTS
    assert cut(f"{question}\n\n" + "so it goes. " * 100)[0].strip() == question


@pytest.mark.parametrize(
    ("text", "two"),
    [
        ("how long is it and how much is it", ("how long is it", "how much is it")),
        ("how long is it, how much is it", ("how long is it", "how much is it")),
        ("how long is it, and how much", ("how long is it", "how much")),
        ("how long is it and also how much", ("how long is it", "how much")),
        ("how long is it plus how much", ("how long is it", "how much")),
        ("how long is it & how much", ("how long is it", "how much")),
        ("price/hours", ("price", "hours")),
        ("price\nhours", ("price", "hours")),
        ("price + hours", ("price", "hours")),
        ("how long is it as well as how much", ("how long is it", "how much")),
        ("how long AND how much", ("how long", "how much")),
        ("how long\nhow much", ("how long", "how much")),
        ("how long is it n how much", ("how long is it", "how much")),
    ],
)
def test_what_is_joined_is_cut_in_two(text, two):
    assert two in halves(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "how much is it",
        "and how much",
        "how much and",
        "how much,",
        ",",
        "is a brand name sandy plush",
        "an android phone",
        "by iv and/or tablet",
    ],
)
def test_nothing_to_cut(text):
    assert halves(text) == []


@pytest.mark.parametrize("word", ["order", "android", "butter", "plush", "orange"])
def test_a_word_that_begins_like_a_joint_stays_whole(word):
    (only,) = halves(f"how much is it, {word}")
    assert only == ("how much is it", word)


def test_each_joint_is_a_cut():
    assert halves("a, b and c") == [("a", "b and c"), ("a, b", "c")]


def test_cuts_stay_inside_their_sentence():
    text = "is it safe? how long and how much. thanks and bye"
    span = sentences(text)[1]
    found = joined(text, span)
    assert [(text[slice(*a)], text[slice(*b)]) for a, b in found] == [("how long", "how much.")]


@pytest.mark.parametrize("text", ["a, " * 500, "and " * 500, "," * 2000, "a" + " " * 1998 + "b"])
def test_no_more_than_so_many_cuts(text):
    assert len(joined(text, (0, len(text)))) <= MOST_PARTS


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("how much is it", True),
        ("  What time", True),
        ("whats the price", True),
        ("can I park", True),
        ("parking", False),
        ("however it is", False),
        ("the how", False),
        ("", False),
    ],
)
def test_what_begins_as_a_question(text, question):
    assert asks(text) is question
