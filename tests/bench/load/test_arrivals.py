"""When visitors write: by chance, at the asked rate, whatever the system does."""

from itertools import pairwise

import pytest

from bench.load.arrivals import LONGEST_STAY, MESSAGES_EACH, PAUSE, is_measured, visitors

QUESTIONS = [f"question {number}" for number in range(50)]


def test_the_same_seed_gives_the_same_visitors():
    assert visitors(5, 20, QUESTIONS, 1) == visitors(5, 20, QUESTIONS, 1)
    assert visitors(5, 20, QUESTIONS, 1) != visitors(5, 20, QUESTIONS, 2)


@pytest.mark.parametrize("rate", [1.0, 10.0, 40.0])
def test_after_the_ramp_messages_come_at_the_rate(rate):
    lines = [line for each in visitors(rate, 2000, QUESTIONS, 3) for line in each.lines]
    measured = [line for line in lines if is_measured(line.due)]
    assert len(measured) / 2000 == pytest.approx(rate, rel=0.1)
    assert all(line.due < LONGEST_STAY + 2000 for line in lines)


def test_a_visitor_asks_different_things_with_pauses_between():
    for visitor in visitors(5, 60, QUESTIONS, 4):
        due = [line.due for line in visitor.lines]
        pauses = [later - earlier for earlier, later in pairwise(due)]
        assert all(PAUSE[0] <= pause <= PAUSE[1] for pause in pauses)
        assert 1 <= len({line.text for line in visitor.lines}) == len(due) <= MESSAGES_EACH


def test_visitors_are_numbered_in_their_order():
    found = visitors(5, 60, QUESTIONS, 5)
    assert [visitor.number for visitor in found] == list(range(len(found)))
    first = [visitor.lines[0].due for visitor in found]
    assert first == sorted(first)
