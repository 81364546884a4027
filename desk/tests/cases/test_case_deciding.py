"""Which acts are possible, and what each needs."""

from datetime import UTC, datetime, timedelta

import pytest

from nightdesk_desk.cases.deciding import (
    MAX_WHY,
    calls_anew,
    is_lower,
    level_refusal,
    note_refusal,
    notice_refusal,
    pass_refusal,
    reopen_refusal,
)

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def test_what_was_passed_on_is_seen_once_by_whoever_has_it() -> None:
    assert notice_refusal(True, mine=True) is None
    assert notice_refusal(True, mine=False) == "not_yours"
    assert notice_refusal(False, mine=True) == "not_possible"


@pytest.mark.parametrize(
    ("state", "mine", "to", "may_sign_in", "code"),
    [
        ("taken", True, 2, True, None),
        ("taken", False, 2, True, "not_yours"),
        ("taken", True, 2, False, "no_colleague"),
        ("taken", True, 1, True, "no_colleague"),
        ("open", False, 2, True, "not_possible"),
        ("acknowledged", False, 2, True, "not_possible"),
        ("resolved", True, 2, True, "not_possible"),
    ],
)
def test_who_passes_on_to_whom(
    state: str, mine: bool, to: int, may_sign_in: bool, code: str | None
) -> None:
    assert pass_refusal(state, mine=mine, to=to, me=1, may_sign_in=may_sign_in) == code


@pytest.mark.parametrize(
    ("state", "level", "to", "why", "mine", "code"),
    [
        ("open", "P3", "P1", "It got worse", False, None),
        ("taken", "P3", "P0", "It got worse", False, None),
        ("open", "P1", "P3", "A song", False, None),
        ("taken", "P1", "P3", "A song", True, None),
        ("taken", "P1", "P3", "A song", False, "not_yours"),
        ("resolved", "P1", "P3", "A song", True, "not_possible"),
        ("open", "P1", "P1", "Same", False, "same_level"),
        ("open", "P1", "P4", "None such", False, "same_level"),
        ("open", "P1", "", "None such", False, "same_level"),
        ("open", "P0", "P2", " \n ", False, "needs_why"),
        ("open", "P3", "P0", "", False, "needs_why"),
        ("open", "P3", "P0", "x" * (MAX_WHY + 1), False, "why_too_long"),
    ],
)
def test_a_level_changes_for_a_reason(
    state: str, level: str, to: str, why: str, mine: bool, code: str | None
) -> None:
    assert level_refusal(state, level, to, why, mine=mine) == code


def test_lower_is_less_serious() -> None:
    assert is_lower("P0", "P1")
    assert not is_lower("P1", "P0")
    assert not is_lower("P2", "P2")


def test_a_raised_case_calls_anew_unless_a_person_is_at_it() -> None:
    states = ("open", "acknowledged", "taken")
    assert [calls_anew(state) for state in states] == [True, True, False]


@pytest.mark.parametrize(
    ("days", "newest", "why", "code"),
    [
        (7, True, "They called", None),
        (7.001, True, "They called", "too_old"),
        (1, False, "They called", "not_possible"),
        (1, True, "  ", "needs_why"),
        (None, True, "They called", "not_possible"),
    ],
)
def test_what_can_be_opened_again(
    days: float | None, newest: bool, why: str, code: str | None
) -> None:
    resolved = None if days is None else NOW - timedelta(days=days)
    assert reopen_refusal(resolved, NOW, why, newest=newest) == code


def test_a_note_has_words() -> None:
    assert note_refusal(" \n") == "empty_note"
    assert note_refusal("x" * 4001) == "note_too_long"
    assert note_refusal("x" * 4000) is None
