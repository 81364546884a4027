"""A short run of the fuzzing that `make fuzz` does at length, and what the long one rests on."""

import re
from functools import partial
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzzing.bot.expression_targets import expressions
from fuzzing.crisis_texts import wrapped
from fuzzing.door_target import check_door
from fuzzing.expressions import Expression, RanAway, searched
from fuzzing.near_misses import near_misses
from fuzzing.registry import targets
from fuzzing.short_run import MANY, SEED
from fuzzing.target import Target, input_of
from fuzzing.texts import message, text
from fuzzing.words import BY_MODEL, CRISIS
from nightdesk.safety.patterns import find
from nightdesk.safety.views import views_of

SLOW = ("bot-detector",)
"""Needs the trained model: `make fuzz` alone runs it, and tests/safety its parts."""

QUICK = {name: target for name, target in targets().items() if name not in SLOW}
FEW = {"bot-door": 2000, "bot-expressions": 400, "bot-data-files": 60, "bot-safety-data": 30}


@pytest.mark.parametrize("target", QUICK.values(), ids=QUICK)
def test_nothing_breaks(target: Target):
    with target.opened() as check:
        for number in range(FEW.get(target.name, 200)):
            check(input_of(target, SEED, number))


@given(st.randoms(use_true_random=False).map(text))
@MANY
def test_the_door_whatever_comes_made_smaller_where_it_breaks(found: str):
    check_door(found)


@given(st.text(alphabet=st.characters(), max_size=200))
@MANY
def test_the_door_on_any_characters(found: str):
    check_door(found)


@given(st.randoms(use_true_random=False).map(message))
@MANY
def test_every_message_has_its_readings(found: str):
    assert views_of(found)


@pytest.mark.parametrize("sentence", CRISIS)
def test_each_sentence_is_found_as_it_stands(sentence: str):
    from fuzzing.bot.safety_targets import patterns

    assert find([p for p in patterns() if p.category == "crisis"], views_of(sentence))


def test_what_is_wrapped_still_says_it():
    for number in range(50):
        said, whole = wrapped(Random(number), BY_MODEL)
        assert said in BY_MODEL
        assert len(whole) >= len(said)


@pytest.mark.parametrize("expression", expressions(), ids=lambda found: found.where)
def test_no_expression_runs_away_on_what_it_nearly_finds(expression: Expression):
    for found in near_misses(expression.text, 2000, Random(SEED), 4):
        searched(expression, found)


def test_an_expression_that_runs_away_is_stopped():
    for runaway in (r"(?:a|aa)+$", r"\s*\s*\s*\s*x", r"(\w+\s?)+:"):
        expression = Expression("here", re.compile(runaway))
        worst = near_misses(runaway, 2000, Random(SEED), 12)
        with pytest.raises(RanAway):
            list(map(partial(searched, expression), worst))


def test_the_same_number_gives_the_same_input():
    target = QUICK["bot-readings"]
    assert input_of(target, 1, 7) == input_of(target, 1, 7)
    assert len({input_of(target, seed, number) for seed in (1, 2) for number in range(20)}) > 30


@pytest.mark.parametrize("target", QUICK.values(), ids=QUICK)
def test_an_input_does_not_hang_on_what_was_tried_before(target: Target):
    # Values that are changed in place are rare: settings are made fast, and many are made.
    numbers = range(2000 if target.name == "bot-settings" else 200)
    first, again = ([repr(input_of(target, 2, at)) for at in numbers] for _ in range(2))
    assert first == again
