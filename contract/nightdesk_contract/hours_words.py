"""Whether the hours in plain words (`hours_text`) agree with those to reckon with (`hours`).

A reading of English words that rather stays silent than warns for nothing: what it does not
understand it does not judge.
"""

import re
from dataclasses import replace
from datetime import date, datetime, time, timedelta, timezone

from nightdesk_contract.clinic import Clinic
from nightdesk_contract.opening import open_spans

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_LOOKED_AT = timedelta(days=366)
"""A whole year, so that summer hours count too."""

_DAY = r"(mon|tue|wed|thu|fri|sat|sun)(?:s|r|rs|day|sday|nesday|rsday|urday)?s?\b"
_DAYS = re.compile(rf"\b{_DAY}(?:\.?\s*(?:to|through|thru|-|–|—)\s*{_DAY})?", re.IGNORECASE)
_SHORT = [day[:3].lower() for day in DAYS]
_GROUPS = {
    "every day": range(7),
    "daily": range(7),
    "days a week": range(7),
    "weekday": range(5),
    "weekend": range(5, 7),
}
_TIME = re.compile(r"\b(\d{1,2})(?:[:.](\d{2}))?\s*([ap])\.?\s?m\b", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![\d:.])(\d{1,2})(?:[:.](\d{2}))?(?!\d)")
_PART_ENDS = re.compile(r"[;,()\n]|\.(?=\s|$)")
_CLOSED = re.compile(r"\b(?:closed|shut)\b", re.IGNORECASE)
_UNSURE = re.compile(r"\b(?:except|other|second|but|no|not|first|last)\b", re.IGNORECASE)


def differences(clinic: Clinic, at: datetime) -> list[str]:
    """Say in which ways `hours_text` seems to differ from `hours` in the year from `at` on."""
    text = clinic.hours_text
    if _UNSURE.search(text):
        return []
    said, closed = _open_and_closed(text)
    days, times = _schedule(clinic, at)
    return [
        *_other_days(days_said(said) - days_said(closed), days),
        *_other_times(times_said(said), times_said(text) | _loose_times(text), times),
    ]


def days_said(text: str) -> set[int]:
    """Give the days of the week (Monday is 0) that `text` names, alone or as ranges or groups."""
    found = {day for words, days in _GROUPS.items() if words in text.lower() for day in days}
    for first, last in _DAYS.findall(text):
        start = _SHORT.index(first.lower())
        end = _SHORT.index(last.lower()) if last else start
        found.update((start + step) % 7 for step in range((end - start) % 7 + 1))
    return found


def times_said(text: str) -> set[time]:
    """Give the times of day that `text` names with am or pm, noon or midnight."""
    words = {"noon": time(12), "midnight": time(0)}
    found = {at for word, at in words.items() if word in text.lower()}
    for hour, minute, half in _TIME.findall(text):
        if 1 <= int(hour) <= 12 and int(minute or 0) < 60:
            afternoon = 12 if half.lower() == "p" else 0
            found.add(time(int(hour) % 12 + afternoon, int(minute or 0)))
    return found


def _open_and_closed(text: str) -> tuple[str, str]:
    """Take apart what `text` says about being open and about being closed."""
    said, closed = [], []
    for part in _PART_ENDS.split(text):
        word = _CLOSED.search(part)
        if word is None:
            said.append(part)
        elif times_said(part[: word.start()]):  # "Friday 9 am to noon and closed at weekends"
            said.append(part[: word.start()])
            closed.append(part[word.start() :])
        else:  # "Saturday closed"
            closed.append(part)
    return " ".join(said), " ".join(closed)


def _other_days(named: set[int], days: set[int]) -> list[str]:
    if not named or named == days:
        return []
    return [f"it names {_listed(named)}; by `hours` the clinic opens on {_listed(days)}"]


def _other_times(named: set[time], allowed: set[time], times: set[time]) -> list[str]:
    """Compare the times that are named, and those that the text can be taken to allow for."""
    if not allowed:
        return []
    more, less = (
        ", ".join(f"{t:%H:%M}" for t in sorted(s)) for s in (named - times, times - allowed)
    )
    return [
        *(
            [f"it names {more}; by `hours` the clinic neither opens nor closes then"]
            if more
            else []
        ),
        *([f"it does not name {less}; by `hours` the clinic opens or closes then"] if less else []),
    ]


def _loose_times(text: str) -> set[time]:
    """Give what numbers without am or pm could mean: in "9–5 pm" the 9 is a time, too."""
    pairs = [(int(hour), int(minute or 0)) for hour, minute in _NUMBER.findall(text)]
    return {
        time((hour + later) % 24, minute)
        for hour, minute in pairs
        for later in (0, 12)
        if hour <= 24 and minute < 60
    }


def _schedule(clinic: Clinic, at: datetime) -> tuple[set[int], set[time]]:
    """Give the days of the week on which it opens, and the times at which it opens or closes."""
    # By the clock on the wall: on the night of a clock change, 2 am would be 3 am.
    start = at.astimezone(clinic.zone).replace(tzinfo=timezone.utc)
    end = start + _LOOKED_AT
    # Closed days are told apart: they change no weekday's hours.
    plain = replace(clinic, closed_days=(), time_zone="UTC")
    days: set[int] = set()
    times: set[time] = set()
    for opens, closes in open_spans(plain, start, end):
        if opens > start:
            days.add(opens.weekday())
            times.add(opens.time())
        if closes < end:
            times.add(closes.time())
        days.update(_whole_days(opens.date(), closes.date()))
    return days, times


def _whole_days(first: date, last: date) -> set[int]:
    """Give the weekdays of a span that goes on over whole days (Monday to Wednesday: Tuesday)."""
    between = min((last - first).days, 8)
    return {(first + timedelta(days=i)).weekday() for i in range(1, between)}


def _listed(days: set[int]) -> str:
    return ", ".join(DAYS[day] for day in sorted(days)) or "no day"
