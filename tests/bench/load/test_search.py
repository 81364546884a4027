"""The search for the highest rate that is held."""

import pytest

from bench.load.search import LEAST, NEAR, Search


def searched(limit: float, start: float = 4.0, most: float = 1000.0) -> tuple[Search, list[float]]:
    """Search a system that holds every rate up to `limit`."""
    search, asked = Search(start, most), []
    while (rate := search.rate()) is not None:
        asked.append(rate)
        assert len(asked) < 100
        search.tell(rate <= limit)
    return search, asked


@pytest.mark.parametrize("limit", [0.7, 1.0, 3.9, 4.0, 4.1, 17.0, 90.0])
def test_it_ends_near_the_limit_and_never_above(limit):
    search, _ = searched(limit)
    assert limit / NEAR <= search.highest <= limit


def test_what_holds_nothing_has_no_highest_rate():
    search, asked = searched(0.0)
    assert search.highest == 0.0
    assert min(asked) == LEAST


def test_it_goes_no_higher_than_the_most():
    search, asked = searched(1000.0, most=10.0)
    assert search.highest == max(asked) == 10.0


def test_a_rate_that_failed_once_is_tried_again():
    search = Search(4.0)
    search.tell(False)
    assert search.rate() == 4.0
    search.tell(True)
    assert search.highest == 4.0
    assert search.rate() > 4.0


def test_both_tries_must_fail_for_each_rate_anew():
    search = Search(4.0)
    for held in (False, True, False):
        search.tell(held)
    assert search.lowest_failed is None
