"""Times in the clinic's zone, waits in figures, and clocks that only a person's act stops."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from nightdesk_desk.models import Handover
from nightdesk_desk.staff.times import clock_time, first_words, to_the_second, waited
from nightdesk_desk.staff.waiting import Clock, clock, wait

CHICAGO = ZoneInfo("America/Chicago")
NOW = datetime(2026, 11, 22, 18, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (NOW, "12:05 pm"),
        (datetime(2026, 11, 22, 6, 5, tzinfo=UTC), "12:05 am"),
        (datetime(2026, 11, 22, 5, 59, tzinfo=UTC), "Sat 21 Nov, 11:59 pm"),
        (datetime(2025, 7, 1, 20, 0, tzinfo=UTC), "Tue 1 Jul 2025, 3:00 pm"),
    ],
)
def test_clock_time(at: datetime, text: str) -> None:
    assert clock_time(at, CHICAGO, NOW) == text


@pytest.mark.parametrize(
    ("at", "text"),
    [(NOW.replace(second=9), "12:05:09 pm"), (NOW.replace(hour=6, minute=0), "12:00:00 am")],
)
def test_to_the_second(at: datetime, text: str) -> None:
    assert to_the_second(at, CHICAGO) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-3, "0:00"), (42, "0:42"), (727, "12:07"), (3723, "1:02:03"), (183600, "2 d 3 h")],
)
def test_waited(seconds: float, text: str) -> None:
    assert waited(seconds) == text


def test_first_words() -> None:
    assert first_words("one\n two") == "one two"
    assert first_words("word " * 40, 20) == "word word word word…"
    assert first_words("x" * 50, 20) == "x" * 20 + "…"


def handover(state: str, **moments: datetime) -> Handover:
    return Handover(state=state, opened_at=NOW - timedelta(minutes=10), level="P1", **moments)


OPENED = NOW - timedelta(minutes=10)
SEEN = NOW - timedelta(minutes=8)
LATER = NOW - timedelta(minutes=3)


def test_an_open_handover_ticks_whatever_was_said() -> None:
    assert clock(handover("open"), [OPENED], LATER) == Clock(OPENED, None)
    # Given back: somebody saw it once, nobody has it now.
    assert clock(handover("open", acknowledged_at=SEEN), [OPENED], None) == Clock(OPENED, None)


def test_a_persons_act_stops_it() -> None:
    seen = handover("acknowledged", acknowledged_at=SEEN)
    assert clock(seen, [OPENED], None) == Clock(OPENED, SEEN)
    taken = handover("taken", acknowledged_at=SEEN, taken_at=LATER)
    assert clock(taken, [OPENED], None) == Clock(OPENED, SEEN)


def test_a_new_alarm_starts_it_again_until_a_reply() -> None:
    seen = handover("acknowledged", acknowledged_at=SEEN)
    assert clock(seen, [OPENED, LATER], None) == Clock(LATER, None)
    taken = handover("taken", acknowledged_at=SEEN, taken_at=SEEN)
    assert clock(taken, [OPENED, LATER], SEEN) == Clock(LATER, None)
    assert clock(taken, [OPENED, LATER], NOW) == Clock(OPENED, SEEN)


def test_a_second_person_who_has_seen_it_stops_it_too() -> None:
    """Given back, and seen again: the first who saw it stays noted."""
    again = handover("acknowledged", acknowledged_at=SEEN, acted_at=NOW)
    assert clock(again, [OPENED, LATER], None) == Clock(OPENED, SEEN)


def test_late_by_level() -> None:
    running = Clock(NOW - timedelta(minutes=4), None)
    minutes = {"P0": 3, "P1": 4}
    assert wait(running, "P0", CHICAGO, NOW, minutes).late
    assert not wait(running, "P1", CHICAGO, NOW, minutes).late
    assert wait(running, "P0", CHICAGO, NOW, minutes).target_text == "3 min"
    assert wait(running, "P0", CHICAGO, NOW, {"P0": 120}).target == 7200
    request = wait(running, "P3", CHICAGO, NOW, minutes)
    assert (request.late, request.target, request.text) == (False, None, "4:00")
