"""The Spanish words that disguised text is read as."""

import pytest

from nightdesk.safety.known_words import best, fitting, known, known_in_english, split
from nightdesk.safety.spanish_words import load_spanish_words, spanish_words
from nightdesk_contract.checked_yaml import FileError
from tests.data.reading import read

LISTED = read("data/safety/hidden_words.yml")


def test_each_word_stands_once_and_those_that_tell_are_no_english():
    english, telling, beside = LISTED["words"], LISTED["spanish"], LISTED["spanish_beside"]
    every = [*telling, *beside]
    assert len(set(every)) == len(every)
    assert not set(telling) & set(english)
    assert [word for word in telling if known_in_english(word)] == []
    assert (spanish_words().telling, spanish_words().beside) == (set(telling), set(beside))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("quieromorir", "quiero morir"),
        ("mequieromorir", "me quiero morir"),
        ("yanoquierovivirmás", "ya no quiero vivir más"),
        ("voyasuicidarme", "voy a suicidarme"),
        # Other words around them stay as they are.
        ("hermosoquieromorirxqz", "hermoso quiero morir xqz"),
    ],
)
def test_words_without_spaces_are_parted(text, words):
    assert split(text) == tuple(words.split())


@pytest.mark.parametrize(
    "text",
    ["", "a", "quiero", "morir", "convivir", "vivirlo", "mataron", "morirán", "noquierocenar"],
)
def test_a_form_of_one_word_and_what_tells_nothing_are_no_row(text):
    assert spanish_words().split(text) == ()


def test_known_are_words_and_no_single_letters():
    assert known("quiero")
    assert known("suicidarme")
    assert not known("y")
    assert not known_in_english("quiero")


def test_a_word_that_tells_is_read_first_and_english_is_starred_out_first():
    assert best(["moril", "morir"]) == "morir"
    assert fitting("mu....") == "murder"
    assert fitting("mori.se") == "morirse"


@pytest.mark.parametrize(
    ("spanish", "beside", "says"),
    [
        ("[ir]", "[quiero]", "spanish.0: found 'ir'; allowed: one word"),
        ("[Morir]", "[quiero]", "spanish.0: found 'Morir'; allowed: one word"),
        ("[morir]", "[no]", "spanish_beside.0: found False; allowed: one word"),
        ("[morir]", "[]", "spanish_beside: found []; allowed: a list of words"),
    ],
)
def test_a_list_that_cannot_be_used_is_refused(tmp_path, spanish, beside, says):
    path = tmp_path / "hidden_words.yml"
    path.write_text(f"words: [die]\nspanish: {spanish}\nspanish_beside: {beside}\n")
    with pytest.raises(FileError) as refused:
        load_spanish_words(path)
    assert says in str(refused.value)
