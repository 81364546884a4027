"""When the clinic was open, against the hours counted minute by minute."""

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from nightdesk_desk.open_times import OpenTimes

CHICAGO = ZoneInfo("America/Chicago")


def test_the_night_of_a_clock_change_has_the_hours_that_it_has() -> None:
    spans = [
        (
            datetime(2026, 10, 31, 22, tzinfo=CHICAGO),
            datetime(2026, 11, 1, 4, tzinfo=CHICAGO),
        )
    ]
    times = OpenTimes(spans)
    assert times.seconds(spans[0][0], spans[0][1]) == 7 * 3600


def test_a_span_ends_before_its_end() -> None:
    opens = datetime(2026, 11, 2, 9, tzinfo=CHICAGO)
    times = OpenTimes([(opens, opens + timedelta(hours=8))])
    assert times.are_at(opens)
    assert not times.are_at(opens - timedelta(seconds=1))
    assert not times.are_at(opens + timedelta(hours=8))


def test_any_two_moments() -> None:
    chance = random.Random(5)
    start = datetime(2026, 10, 30, tzinfo=UTC)
    bounds = sorted(chance.sample(range(5000), 20))
    minutes = [start + timedelta(minutes=m) for m in bounds]
    spans = list(zip(minutes[::2], minutes[1::2], strict=True))
    times = OpenTimes(spans)
    for _ in range(200):
        a, b = sorted(chance.sample(range(-50, 5050), 2))
        opened = sum(
            any(s <= start + timedelta(minutes=m) < e for s, e in spans) for m in range(a, b)
        )
        found = times.seconds(start + timedelta(minutes=a), start + timedelta(minutes=b))
        assert found == 60 * opened
    assert OpenTimes([]).seconds(start, start + timedelta(days=1)) == 0
    assert not OpenTimes([]).are_at(start)
