"""Opening hours in the clinic's own time zone."""

from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from nightdesk_contract.clinic import Clinic
from nightdesk_contract.opening import (
    after_open_time,
    closed_since,
    last_closing,
    next_opening,
    open_now,
    open_spans,
)

CHICAGO = ZoneInfo("America/Chicago")


def clinic(hours: str = "Mo-Fr 09:00-17:00", closed: tuple[date, ...] = ()) -> Clinic:
    return Clinic(
        name="x",
        country="US",
        time_zone="America/Chicago",
        hours=hours,
        phone="(555) 010-0142",
        mode="demo",
        closed_days=closed,
    )


def at(text: str, zone: ZoneInfo = CHICAGO) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-11-23T08:59", False),
        ("2026-11-23T09:00", True),
        ("2026-11-23T16:59", True),
        ("2026-11-23T17:00", False),
        ("2026-11-22T12:00", False),  # a Sunday
        ("2026-11-21T12:00", False),  # a Saturday
    ],
)
def test_open_on_working_days_only(moment, is_open):
    assert open_now(clinic(), at(moment)) is is_open


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-03-09T13:59", False),  # after the clocks went forward: 08:59 there
        ("2026-03-09T14:00", True),
        ("2026-03-06T14:59", False),  # before: 08:59 there
        ("2026-03-06T15:00", True),
        ("2026-11-02T14:30", False),  # after they went back: 08:30 there
        ("2026-11-02T15:00", True),
    ],
)
def test_summer_time_is_the_clinics_own(moment, is_open):
    assert open_now(clinic(), at(moment, ZoneInfo("UTC"))) is is_open


def test_any_zone_may_ask():
    assert open_now(clinic(), at("2026-11-24T00:30", ZoneInfo("Asia/Tokyo"))) is True
    assert open_now(clinic(), datetime(2026, 11, 23, 23, 30, tzinfo=timezone.utc)) is False


def test_closed_days_are_closed():
    days = (date(2026, 11, 26), date(2026, 12, 25))
    assert not open_now(clinic(closed=days), at("2026-11-26T12:00"))
    assert not open_now(clinic(closed=days), at("2026-12-25T12:00"))
    assert open_now(clinic(closed=days), at("2026-11-25T12:00"))
    assert open_now(clinic(closed=days), at("2027-12-24T12:00"))


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2026-11-23T10:00", "2026-11-23T10:00"),  # open now
        ("2026-11-23T03:00", "2026-11-23T09:00"),
        ("2026-11-23T17:00", "2026-11-24T09:00"),
        ("2026-11-20T18:00", "2026-11-23T09:00"),  # Friday evening
        ("2026-11-25T20:00", "2026-11-30T09:00"),  # two closed days and a weekend
        ("2026-10-30T18:00", "2026-11-02T09:00"),  # over the change of the clocks
        ("2026-03-06T18:00", "2026-03-09T09:00"),
    ],
)
def test_next_opening(moment, opens):
    closed = (date(2026, 11, 26), date(2026, 11, 27))
    found = next_opening(clinic(closed=closed), at(moment))
    assert found == at(opens)
    assert found is not None
    assert found.utcoffset() == at(opens).utcoffset()


def test_always_open_and_never_open():
    moment = at("2026-11-22T03:00")
    assert next_opening(clinic("24/7"), moment) == moment
    assert next_opening(clinic("off"), moment) is None
    assert next_opening(clinic("2031 Jan 01 09:00-17:00"), moment) is None


def test_hours_over_midnight():
    late = clinic("Fr 20:00-02:00")
    assert open_now(late, at("2026-11-21T01:30"))
    assert not open_now(late, at("2026-11-21T02:30"))


def test_an_hour_that_a_clock_change_takes_away():
    early = clinic("Su 02:00-04:00")
    assert not open_now(early, at("2026-03-08T07:59", ZoneInfo("UTC")))  # 01:59 there
    assert open_now(early, at("2026-03-08T08:00", ZoneInfo("UTC")))  # 03:00 there
    assert not open_now(early, at("2026-03-08T09:00", ZoneInfo("UTC")))


def test_spans_are_in_the_clinics_time_and_cut_at_both_ends():
    start = datetime(2026, 11, 25, 18, tzinfo=timezone.utc)  # noon there
    end = datetime(2026, 11, 30, 16, tzinfo=timezone.utc)  # 10 am there
    assert list(open_spans(clinic(closed=(date(2026, 11, 27),)), start, end)) == [
        (at("2026-11-25T12:00"), at("2026-11-25T17:00")),
        (at("2026-11-26T09:00"), at("2026-11-26T17:00")),
        (at("2026-11-30T09:00"), at("2026-11-30T10:00")),
    ]


@pytest.mark.parametrize(("hours", "spans"), [("24/7", 1), ("24/7 off", 0)])
def test_spans_of_always_and_never(hours, spans):
    start = at("2026-11-25T12:00")
    assert len(list(open_spans(clinic(hours), start, at("2026-12-25T12:00")))) == spans


@pytest.mark.parametrize(
    ("start", "wanted", "expected"),
    [
        ("2026-11-23T10:00", 30, "2026-11-23T10:30"),
        ("2026-11-23T16:50", 30, "2026-11-24T09:20"),
        # Exactly as long as it is still open: the next opening.
        ("2026-11-23T16:30", 30, "2026-11-24T09:00"),
        ("2026-11-23T20:00", 0, "2026-11-24T09:00"),
        ("2026-11-27T16:59", 8 * 60, "2026-11-30T16:59"),
    ],
)
def test_when_it_has_been_open_for_so_long(start, wanted, expected):
    assert after_open_time(clinic(), at(start), timedelta(minutes=wanted)) == at(expected)


def test_a_night_with_a_change_of_the_clock_counts_its_own_minutes():
    """On 8 March 2026 two o'clock is three o'clock at once."""
    found = after_open_time(clinic("24/7"), at("2026-03-08T01:30"), timedelta(hours=1))
    assert found == at("2026-03-08T03:30")


def test_never_open_there_is_no_such_moment():
    assert after_open_time(clinic("24/7 off"), at("2026-11-23T10:00"), timedelta(0)) is None


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        ("Mo-Fr 09:00-17:00", "2026-11-23T17:00"),
        ("Mo-Fr 09:00-12:00,13:00-18:30", "2026-11-23T18:30"),
        ("Mo-Fr 18:00-02:00", "2026-11-24T00:00"),
        ("24/7", "2026-11-24T00:00"),
        ("Tu-Fr 09:00-17:00", None),
    ],
)
def test_the_last_closing_of_a_day(hours, expected):
    found = last_closing(clinic(hours), date(2026, 11, 23))
    assert found == (at(expected) if expected else None)


@pytest.mark.parametrize(
    ("moment", "within", "expected"),
    [
        ("2026-11-25T16:59", 60, None),  # open
        ("2026-11-25T17:00", 60, "2026-11-25T17:00"),
        ("2026-11-25T17:59", 60, "2026-11-25T17:00"),
        ("2026-11-25T18:01", 60, None),
        ("2026-11-26T03:00", 24 * 60, "2026-11-25T17:00"),
        ("2026-11-26T08:59", 60, None),  # not open yet
    ],
)
def test_when_it_has_lately_closed(moment, within, expected):
    found = closed_since(clinic(), at(moment), timedelta(minutes=within))
    assert found == (at(expected) if expected else None)


def test_a_break_at_noon_and_never_open():
    broken = clinic("Mo-Fr 09:00-12:00,13:00-17:00")
    noon = at("2026-11-25T12:00")
    assert closed_since(broken, at("2026-11-25T12:30"), timedelta(hours=1)) == noon
    assert closed_since(broken, at("2026-11-25T13:00"), timedelta(hours=2)) is None
    assert closed_since(clinic("24/7 off"), noon, timedelta(days=1)) is None
    assert closed_since(clinic("24/7"), noon, timedelta(days=1)) is None
