"""How our own lines are worded: what stands often, and what stands after what."""

import json
import math

import pytest

from nightdesk.nlu.wording import BEGIN, END, Wording, general_words

LINES = ["How long is a session?", "how long is it. And the cost?", "the sesion", "", "?!"]


@pytest.fixture
def wording():
    return Wording.of_lines(LINES)


def test_words_are_counted_in_lower_case_and_marks_are_not_words(wording):
    assert wording.counts() == {
        "how": 2, "long": 2, "is": 2, "a": 1, "session": 1, "it": 1,
        "and": 1, "the": 2, "cost": 1, "sesion": 1,
    }  # fmt: skip


def test_a_pair_does_not_reach_over_the_end_of_a_sentence(wording):
    assert wording.joined("how", "long")
    assert not wording.joined("it", "and")
    assert wording.joined("it", END)
    assert wording.joined(BEGIN, "and")


def test_what_often_follows_is_likelier_than_what_never_did(wording):
    assert wording.after("how", "long") > wording.after("how", "session")
    assert wording.after("how", "session") > wording.after("how", "zzzz")


def test_probabilities_of_what_follows_add_up_to_one_at_most():
    wording = Wording.of_lines(["a b", "a c", "a b"])
    words = {*wording.counts(), END, *general_words()}
    assert 0.99 < sum(math.exp(wording.after("a", word)) for word in words) < 1.01


def test_any_word_is_possible_even_where_nothing_is_known():
    assert Wording.of_lines([]).after("x", "y") > -math.inf


def test_only_some_words_are_kept_with_their_pairs(wording):
    kept = wording.only({"how", "long", "the", "cost"})
    assert kept.counts() == {"how": 2, "long": 2, "the": 2, "cost": 1}
    assert kept.joined("the", "cost")
    assert kept.joined(BEGIN, "how")
    assert not kept.joined("the", "sesion")
    assert not kept.joined("long", "is")


def test_it_survives_being_kept(wording):
    again = Wording.from_json(json.loads(json.dumps(wording.to_json())))
    assert again.counts() == wording.counts()
    assert again.after("how", "long") == wording.after("how", "long")
