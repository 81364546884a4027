"""A short run of the fuzzing that `make fuzz` does at length, in the desk's environment."""

from random import Random

import pytest
from fuzzing.desk.expression_targets import expressions
from fuzzing.door_target import check_door
from fuzzing.expressions import Expression, searched
from fuzzing.near_misses import near_misses
from fuzzing.registry import targets
from fuzzing.short_run import MANY, SEED
from fuzzing.target import Target, input_of
from fuzzing.texts import text
from hypothesis import given
from hypothesis import strategies as st

TARGETS = targets()
FEW = {"desk-door": 2000, "desk-expressions": 400, "desk-message-door": 300, "desk-data-files": 60}


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_nothing_breaks(target: Target):
    with target.opened() as check:
        for number in range(FEW.get(target.name, 200)):
            check(input_of(target, SEED, number))


@given(st.randoms(use_true_random=False).map(text))
@MANY
def test_the_door_whatever_comes_made_smaller_where_it_breaks(found: str):
    check_door(found)


@pytest.mark.parametrize("expression", expressions(), ids=lambda found: found.where)
def test_no_expression_runs_away_on_what_it_nearly_finds(expression: Expression):
    for found in near_misses(expression.text, 2000, Random(SEED), 8):
        searched(expression, found)


def test_a_long_gap_behind_a_word_for_a_number_is_gone_through_once():
    (rule,) = (e for e in expressions() if "subscriber" in e.text)
    for word in ("social", "my member id", "card number is"):
        searched(rule, word + " " * 1990 + "!")
