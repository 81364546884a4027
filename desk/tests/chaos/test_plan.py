"""The seed alone decides what breaks when, and everything is whole again in the end."""

from collections import Counter

import pytest

from chaos.plan import BUSY, SECONDS, each_once, plan

KINDS = list(SECONDS)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_plan_fits_its_time(seed: int) -> None:
    faults = plan(seed, 180, KINDS)
    assert faults == plan(seed, 180, KINDS)
    assert all(fault.at > 0 and fault.ends <= 180 for fault in faults)
    assert len(faults) >= 12


def test_another_seed_is_another_plan() -> None:
    assert plan(1, 180, KINDS) != plan(2, 180, KINDS)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_same_fault_is_not_begun_while_it_lasts(seed: int) -> None:
    until: dict[str, float] = {}
    for fault in plan(seed, 600, KINDS):
        assert fault.at > until.get(fault.kind, 0.0)
        until[fault.kind] = fault.ends


def test_every_kind_comes_about_as_often() -> None:
    counts = Counter(fault.kind for fault in plan(5, 1200, KINDS))
    assert set(counts) == set(KINDS)
    assert max(counts.values()) - min(counts.values()) <= 1


def test_briefly_each_comes_once() -> None:
    faults = each_once(4, KINDS)
    assert Counter(fault.kind for fault in faults) == Counter(KINDS)
    assert faults == each_once(4, KINDS)


def test_what_cannot_be_broken_here_is_left_out() -> None:
    kinds = [kind for kind in KINDS if kind != "disk full"]
    assert {fault.kind for fault in plan(1, 600, kinds)} == set(kinds)


def test_a_lock_is_shorter_and_longer_than_the_desk_waits() -> None:
    assert SECONDS["database locked briefly"] < BUSY < SECONDS["database locked for long"]
