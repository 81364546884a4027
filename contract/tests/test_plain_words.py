"""What is measured of a text."""

import pytest

from nightdesk_contract.plain_words import as_read, is_long_enough, longest_sentence


def test_a_field_is_read_as_one_short_word():
    assert as_read("Call {crisis_call} or {x}.") == "Call it or it."


@pytest.mark.parametrize(("words", "long"), [(9, False), (10, True)])
def test_a_few_words_have_no_grade(words, long):
    assert is_long_enough("word " * words) is long


def test_the_longest_sentence():
    assert longest_sentence("Hi. This one is\nthe longest! Is it?") == "This one is the longest!"
    assert longest_sentence("Call us") == "Call us"
