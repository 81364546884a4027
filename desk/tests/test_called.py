"""Since when a hand-over called for a person at its most serious."""

from datetime import UTC, datetime, timedelta

from nightdesk_desk.called import Called, Change, called

START = datetime(2026, 11, 2, 18, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def test_one_that_never_changed_called_at_once() -> None:
    assert called("P2", [Change(at(0), "P2"), Change(at(5), "P3")]) == Called("P2")
    assert called("P2", []) == Called("P2")


def test_a_message_that_made_it_worse_starts_its_time() -> None:
    changes = [Change(at(9), "P0"), Change(at(0), "P3"), Change(at(4), "P1")]
    assert called("P0", changes) == Called("P0", at(9))


def test_lowering_is_no_way_out() -> None:
    lowered = [Change(at(0), "P0"), Change(at(5), "P3", sets=True)]
    assert called("P3", lowered) == Called("P0")
    again = [*lowered, Change(at(9), "P0")]
    assert called("P0", again) == Called("P0")


def test_staff_who_raise_what_they_have_are_at_hand() -> None:
    changes = [Change(at(0), "P3"), Change(at(9), "P1", sets=True)]
    assert called("P1", changes) == Called("P1", at(9), at_hand=True)
    # A message as serious, later, is another alarm of the same level.
    assert called("P1", [*changes, Change(at(20), "P1")]) == Called("P1", at(9), at_hand=True)


def test_staff_who_raise_what_waits_call_for_somebody() -> None:
    act, trigger = Change(at(9), "P1", sets=True), Change(at(9.01), "P1", by_staff=True)
    assert called("P1", [Change(at(0), "P3"), trigger, act]) == Called("P1", at(9))


def test_what_the_rows_do_not_explain_counts_as_it_stands() -> None:
    assert called("P0", [Change(at(0), "P2")]) == Called("P0")
