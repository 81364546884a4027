"""In which time a share of them was through, with those counted that still wait."""

import pytest

from nightdesk_desk.quantiles import Within, within


@pytest.mark.parametrize(
    ("values", "percent", "found"),
    [
        ([7], 95, 7),
        ([1, 2, 3, 4], 50, 2),
        ([4, 3, 2, 1], 95, 4),
        ([*range(1, 21)], 95, 19),
        ([5, 5, 5], 50, 5),
    ],
)
def test_where_nobody_waits_it_is_the_nearest_rank(
    values: list[float], percent: int, found: float
) -> None:
    assert within(values, [], percent) == Within(found)


def test_of_none_there_is_none() -> None:
    assert within([], [], 50) is None


def test_long_waits_make_it_longer_and_short_ones_say_nothing() -> None:
    done = [10.0, 20, 30, 40]
    assert within(done, [5.0, 6], 50) == within(done, [], 50) == Within(20)
    assert within(done, [100.0, 100, 100], 50) == Within(40)
    assert within(done, [100.0] * 5, 50) == Within(100, more=True)


def test_where_only_waiting_ones_are_left_it_is_more_than_the_longest() -> None:
    assert within([], [3.0, 9], 50) == Within(9, more=True)
    assert within([10.0], [7200.0], 50) == Within(10)
    assert within([10.0], [7200.0], 95) == Within(7200, more=True)
