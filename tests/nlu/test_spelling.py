"""Spelling: typos go, and no word of a crisis, a medicine or the clinic ever does."""

import re

import pytest

from nightdesk.nlu.protected import protected_words
from nightdesk.nlu.spelling import Speller, words_of

OWN = ["appointment", "infusion", "insurance", "session", "depression", "therapy", "cost"] * 3


@pytest.fixture(scope="module")
def speller(root):
    protected = protected_words(path=root / "data" / "safety" / "protected_words.yml")
    return Speller([*OWN, "insurrance"], protected)


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
    words = protected_words(path=root / "data" / "safety" / "protected_words.yml")
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
    ],
)
def test_typos_become_known_words(speller, typed, read):
    assert speller.correct(typed) == read


@pytest.mark.parametrize(
    "line", ["xyz", "asd qw", "u r ok", "zzzzqqqqxx", "insurrance", "weather", "\u4f60\u597d", ""]
)
def test_short_known_and_hopeless_words_are_left(speller, line):
    assert speller.correct(line) == line


def test_short_words_change_by_one_letter_at_most(speller):
    assert speller.correct("cst") == "cst"  # too short to correct at all
    assert speller.correct("coxt") == "cost"
    assert speller.correct("czxt") != "cost"


def test_everything_but_words_stays(speller):
    line = "call 555-0142 \u2013 100% \U0001f642 (sesion)"
    assert speller.correct(line) == "call 555-0142 \u2013 100% \U0001f642 (session)"


def test_curly_quotes_are_read_as_straight_ones():
    assert words_of("I can\u2019t \u201cgo\u201d") == ["i", "can't", "go"]


def test_names_of_conditions_are_protected(root):
    path = root / "data" / "safety" / "protected_words.yml"
    words = protected_words(["Tourette's syndrome", "CRPS type II"], path)
    assert {"tourette's", "syndrome", "crps", "type", "ii"} <= words


def test_the_protected_list_is_lower_case_single_words(root):
    words = protected_words(path=root / "data" / "safety" / "protected_words.yml")
    assert [word for word in words if not re.fullmatch(r"[a-z]+", word)] == []
