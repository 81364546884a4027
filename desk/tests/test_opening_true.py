"""What visitors are told of the next opening is true: over many moments, hours and time zones."""

import random
import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from desk_in_process import CLINIC
from nightdesk_contract.clinic import ClinicFile
from nightdesk_contract.opening import next_opening, open_now
from nightdesk_contract.texts import load_texts

from nightdesk_desk.opening_words import when_words
from nightdesk_desk.settings import PROJECT_ROOT

TEXTS = load_texts(PROJECT_ROOT / "data" / "texts" / "desk.yml")
DAYS = TEXTS["days"].split()
MONTHS = TEXTS["months"].split()
ZONES = ("America/Chicago", "America/Phoenix", "Europe/London", "Australia/Lord_Howe", "UTC")
HOURS = (
    "Mo-Fr 09:00-17:00",
    "Mo-Su 08:00-12:00,13:00-17:30",
    "Mo-Fr 00:00-24:00",
    "Fr-Sa 20:00-02:00",
    # In the hour that the change of the clock takes away, or brings twice.
    "Su 01:30-02:15",
    "Su 02:30-04:00",
    "Mo 00:00-00:01",
    "Mo-Fr 09:00-17:00; PH off; Dec 24-26 off",
    "24/7",
    "24/7 off",
)
CLOSED = (date(2026, 3, 9), date(2026, 11, 2), date(2026, 11, 26), date(2026, 11, 27))


def moments(zone: ZoneInfo) -> list[datetime]:
    """Moments of a year at random, and every hour or so around each change of the clock."""
    chance = random.Random(zone.key)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    found = [start + timedelta(seconds=chance.randrange(365 * 86400)) for _ in range(60)]
    for hour in range(365 * 24):
        at = start + timedelta(hours=hour)
        later = at + timedelta(hours=1)
        if at.astimezone(zone).utcoffset() != later.astimezone(zone).utcoffset():
            found += [at + timedelta(minutes=29 * step) for step in range(-60, 12, 3)]
    # Midnight, the minute before the opening, and the last second of a day.
    for day in (date(2026, 3, 8), date(2026, 11, 1), date(2026, 11, 25)):
        for clock in (time(0), time(8, 59), time(8, 59, 59), time(23, 59, 59)):
            found.append(datetime.combine(day, clock, zone).astimezone(UTC))
    return found


def read_back(said: str, at: datetime, zone: ZoneInfo) -> datetime:
    """The clinic's time that the words name, as somebody at the clinic at `at` takes them."""
    today = at.astimezone(zone).date()
    found = re.fullmatch(
        r"(?:(today)|(tomorrow), (\w+),|on (\w+), (\w+) (\d+),) at (\d+):(\d\d) (am|pm)", said
    )
    assert found, said
    _, tomorrow, weekday, later, month, number, hour, minute, half = found.groups()
    day = today
    if tomorrow:
        day = today + timedelta(days=1)
        assert weekday == DAYS[day.weekday()], said
    elif later:
        year = today.year + (MONTHS.index(month) + 1 < today.month)
        day = date(year, MONTHS.index(month) + 1, int(number))
        assert later == DAYS[day.weekday()], said
        assert day > today + timedelta(days=1), said
    return datetime.combine(day, time(int(hour) % 12 + 12 * (half == "pm"), int(minute)), zone)


@pytest.mark.parametrize("hours", HOURS)
@pytest.mark.parametrize("zone_name", ZONES)
def test_the_words_name_the_first_minute_that_is_open(
    tmp_path: Path, zone_name: str, hours: str
) -> None:
    (tmp_path / "clinic.yml").write_text(CLINIC.format(hours=f'"{hours}"'))
    clinic = ClinicFile(tmp_path / "clinic.yml").current()
    clinic = replace(clinic, time_zone=zone_name, closed_days=CLOSED)
    zone = clinic.zone
    for at in moments(zone):
        opening = next_opening(clinic, at)
        if hours == "24/7 off":
            assert opening is None
            continue
        assert opening is not None, at
        if open_now(clinic, at):
            assert opening.astimezone(UTC) == at
            continue
        told = read_back(when_words(TEXTS, at, opening), at, zone)
        assert told.replace(tzinfo=None) == opening.replace(tzinfo=None, fold=0), (at, told)
        opens = opening.astimezone(UTC)
        assert opens > at
        assert open_now(clinic, opens), at
        assert opening.astimezone(zone).date() not in CLOSED
        # Nothing was left out on the way there. An hour that comes twice has the same name twice.
        left = (opens - at).total_seconds()
        passed = [at + timedelta(seconds=left * part / 200) for part in range(200)]
        for moment in (*passed, opens - timedelta(seconds=1)):
            there = moment.astimezone(zone).replace(tzinfo=None, fold=0)
            assert not open_now(clinic, moment) or there >= told.replace(tzinfo=None), at
