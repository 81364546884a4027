"""The words that disguised text is read as."""

import pytest

from nightdesk.safety.known_words import (
    SHORTEST,
    best,
    crisis_words,
    fitting,
    known,
    load_crisis_words,
    split,
)
from nightdesk_contract.checked_yaml import FileError
from tests.data.reading import read

WRITTEN = read("data/safety/hidden_words.yml")
LISTED = WRITTEN["words"]


def test_the_listed_words_can_be_told_and_stand_once():
    assert len(LISTED) > 40
    assert len(set(LISTED)) == len(LISTED)
    assert all(word.isalpha() and word.islower() and len(word) >= SHORTEST for word in LISTED)
    assert crisis_words() == {*LISTED, *WRITTEN["spanish"]}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("words: [die,\n Kill]", "line 2: words.1: found 'Kill'; allowed: one word"),
        ("words: [die, no]", "line 1: words.1: found False; allowed: one word"),
        ("words: [die, my self]", "line 1: words.1: found 'my self'; allowed: one word"),
        ("words: []", "line 1: words: found []; allowed: a list of words"),
        ("word: [die]", "words, spanish, spanish_beside: found nothing"),
        ("words: [die", "broken YAML"),
    ],
)
def test_a_list_that_cannot_be_used_is_refused_with_its_line(tmp_path, content, says):
    path = tmp_path / "hidden_words.yml"
    path.write_text(content)
    with pytest.raises(FileError) as refused:
        load_crisis_words(path)
    assert says in str(refused.value)


@pytest.mark.parametrize(
    "word",
    ["therapist", "dont", "i'm", "kms", "ketamine", "lamotrigine", "mom", "i", "gonna", "to"],
)
def test_what_people_write_is_known(word):
    assert known(word)


@pytest.mark.parametrize("word", ["", "k1ll", "kiill", "cide", "iwant", "x", "\u043a\u0438"])
def test_what_hides_a_word_is_not(word):
    assert not known(word)


@pytest.mark.parametrize(
    ("candidates", "word"),
    [
        (["kill", "kiil", "kiii"], "kill"),
        (["kiil"], None),
        ([], None),
        # A word that tells before one that is more frequent; short ones only where asked for.
        (["due", "die"], "die"),
        (["to"], None),
    ],
)
def test_the_word_that_was_most_probably_meant(candidates, word):
    assert best(candidates) == word


def test_short_words_count_where_asked_for():
    assert best(["too", "to"], shortest=1) == "to"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("iwanttodie", "i want to die"),
        ("ihavenoreasontolive", "i have no reason to live"),
        ("idon'twanttobehere", "i don't want to be here"),
        ("iwant2die", "i want 2 die"),
        ("killmyself", "kill myself"),
        ("howmuchdoesitcost", "how much does it cost"),
    ],
)
def test_words_without_spaces_are_parted(text, words):
    assert split(text) == tuple(words.split())


@pytest.mark.parametrize(
    "text",
    ["", "a", "harborlight", "facebook", "methylphenidate", "antidepresants", "xzqvkj", "zz" * 40],
)
def test_names_and_long_words_are_not(text):
    assert split(text) == ()


def test_starred_out_letters():
    assert fitting("k.ll") == "kill"
    assert fitting("su...de") == "suicide"
    assert fitting("b.tch") is None
