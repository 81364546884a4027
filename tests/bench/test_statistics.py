"""Intervals, ranks and percentiles against values worked out by hand or published."""

import random

import pytest

from bench.statistics import auroc, auroc_interval, found_outside, gain, median, percentile


@pytest.mark.parametrize(
    ("percent", "value"), [(0, 1), (1, 1), (50, 50), (50.5, 51), (99, 99), (100, 100)]
)
def test_percentile(percent, value):
    values = list(range(1, 101))
    random.Random(1).shuffle(values)
    assert percentile(values, percent) == value


def test_percentile_and_median_of_few():
    assert percentile([7.0], 99) == 7.0
    assert median([3, 1, 2]) == 2
    assert median([4, 1, 2, 3]) == 2.5


def test_gain_of_paired_shares():
    # Altman's example: 212 pairs, 9 for the one and 16 for the other: 3.3 %, -1.3 to 7.9.
    ours = [True] * 16 + [False] * 9 + [True] * 187
    theirs = [False] * 16 + [True] * 9 + [True] * 187
    assert gain(ours, theirs) == pytest.approx((0.033, -0.013, 0.079), abs=5e-4)


def test_gain_of_equals_is_nothing():
    assert gain([True, False], [True, False]) == (0, 0, 0)


@pytest.mark.parametrize(
    ("inside", "outside", "area"),
    [
        ([0.9, 0.8], [0.1, 0.2], 1.0),
        ([0.1, 0.2], [0.9, 0.8], 0.0),
        ([0.5, 0.5], [0.5], 0.5),
        ([0.9, 0.3], [0.5, 0.3], 0.625),
    ],
)
def test_auroc(inside, outside, area):
    assert auroc(inside, outside) == area


def test_auroc_interval_holds_the_area_and_is_the_same_again():
    chance = random.Random(2)
    inside = [chance.gauss(1, 1) for _ in range(80)]
    outside = [chance.gauss(0, 1) for _ in range(60)]
    low, high = auroc_interval(inside, outside, seed=1)
    assert 0 < low < auroc(inside, outside) < high < 1
    assert (low, high) == auroc_interval(inside, outside, seed=1)


def test_found_outside_refuses_no_more_than_it_may():
    inside = [i / 100 for i in range(100)]
    assert found_outside(inside, [0.0, 0.04, 0.05, 0.9], 0.05) == 2
    # All alike: not one can be refused without refusing all.
    assert found_outside([0.5] * 20, [0.5, 0.4], 0.05) == 1
