"""Spelling: typos go, and no word of a crisis, a medicine or the clinic ever does."""

import json
import re

import pytest

from nightdesk.nlu.protected import protected_words
from nightdesk.nlu.spelling import Speller
from nightdesk.nlu.words import words_of

LINES = [
    "how long is a session",
    "how long is the session",
    "how long does an infusion take",
    "how much is an infusion",
    "what does an appointment cost",
    "what about the cost of the appointment",
    "do you take insurance",
    "do you take my insurance",
    "does it help with depression",
    "is it for depression",
    "is it safe for my mother",
    "is talk therapy needed",
    "is the therapy from home",
    "how do i get home from there",
] * 4


@pytest.fixture(scope="module")
def speller(root):
    protected = protected_words(root / "data" / "safety")
    return Speller.of_lines([*LINES, "my insurrance"], protected)


@pytest.mark.parametrize(
    "line",
    [
        "ketamine",
        "kms",
        "ptsd",
        "troche",
        "maoi",
        "troches and maois with spravato",
        "im so suicidal i could unalive",
        "esketamine lamictal wellbutrin",
        "sewerslide",
        "nmda glutamate bdnf",
        "my cptsd and ocd",
    ],
)
def test_protected_words_stay(speller, line):
    assert speller.correct(line) == line


def test_every_protected_word_stays(speller, root):
    words = protected_words(root / "data" / "safety")
    assert len(words) > 200
    assert [word for word in sorted(words) if speller.correct(word) != word] == []


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("appointmnt", "appointment"),
        ("insurence", "insurance"),
        ("depresion", "depression"),
        ("sesion", "session"),
        ("ketamin", "ketamine"),
        ("How much is an infuzion?", "how much is an infusion?"),
        ("APPOINTMEN", "appointment"),
        ("suicidall", "suicidal"),
        ("hwo lnog is teh sesson", "how long is the session"),
        ("do yuo taek insruance", "do you take insurance"),
        ("howlong is a session", "how long is a session"),
        ("my insurrance", "my insurance"),
    ],
)
def test_typos_become_known_words(speller, typed, read):
    assert speller.correct(typed) == read


def test_neighbours_say_which_word_was_meant(speller):
    assert speller.correct("is it safe fro my mother") == "is it safe for my mother"
    assert speller.correct("how do i get home fro there") == "how do i get home from there"


def test_a_known_word_in_the_place_of_a_far_likelier_one_is_a_typo(speller):
    assert speller.correct("ho long is a session") == "how long is a session"


@pytest.mark.parametrize(
    "line", ["xyz", "zzzzqqqqxx", "weather", "\u4f60\u597d", "", "w" * 2000, "?!", "7 8"]
)
def test_known_and_hopeless_words_are_left(speller, line):
    assert speller.correct(line) == line


def test_only_our_own_words_are_put_in(speller):
    # "botox" and "plumber" are English, but nothing that our lines speak of.
    assert speller.correct("do you sell botxo") == "do you sell botxo"
    assert speller.correct("a plumbr for my sink") == "a plumbr for my sink"


def test_short_words_change_by_one_letter_at_most(speller):
    assert speller.correct("the coxt of it") == "the cost of it"
    assert speller.correct("the czxt of it") == "the czxt of it"


def test_what_is_known_survives_being_kept(speller):
    again = Speller.from_json(json.loads(json.dumps(speller.to_json())))
    for line in (*LINES, "hwo lnog is teh sesson", "suicidall"):
        assert again.correct(line) == speller.correct(line)


def test_everything_but_words_stays(speller):
    line = "call 555-0142 \u2013 100% \U0001f642 (sesion)"
    assert speller.correct(line) == "call 555-0142 \u2013 100% \U0001f642 (session)"


def test_curly_quotes_are_read_as_straight_ones():
    assert words_of("I can\u2019t \u201cgo\u201d") == ["i", "can't", "go"]


def test_names_of_conditions_are_protected(root):
    words = protected_words(root / "data" / "safety", ["Tourette's syndrome", "CRPS type II"])
    assert {"tourette's", "syndrome", "crps", "type", "ii"} <= words


def test_the_protected_list_is_lower_case_single_words(root):
    words = protected_words(root / "data" / "safety")
    assert [word for word in words if not re.fullmatch(r"[a-z]+", word)] == []
