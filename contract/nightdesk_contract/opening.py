"""When the clinic is open, in its own time zone."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, timezone

import opening_hours

from nightdesk_contract.clinic import Clinic

LONGEST_CLOSURE = timedelta(days=400)
"""How far ahead an opening is looked for."""


def open_now(clinic: Clinic, at: datetime) -> bool:
    """Say whether the clinic is open at `at` (an aware datetime)."""
    return bool(_hours(clinic).is_open(at.astimezone(clinic.zone)))


def next_opening(clinic: Clinic, at: datetime) -> datetime | None:
    """Give the next moment from `at` on (aware) when the clinic is open, in its own time zone.

    `at` itself when it is open then; None when it does not open within `LONGEST_CLOSURE`.
    """
    hours = _hours(clinic)
    moment = at.astimezone(clinic.zone)
    end = moment + LONGEST_CLOSURE
    # One change need not be an opening (a closed day follows a closed night): go on until it is.
    while not hours.is_open(moment):
        change = hours.next_change(moment)
        if change is None or change > end:
            return None
        moment = change
    return moment


def open_spans(
    clinic: Clinic, start: datetime, end: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """Give from when to when the clinic is open between `start` and `end` (aware), in its own time.

    A span that goes beyond one of the two is cut there.
    """
    zone = clinic.zone
    for opens, closes, state, _ in _hours(clinic).intervals(
        start.astimezone(zone), end.astimezone(zone)
    ):
        if state == opening_hours.State.OPEN:
            yield opens, closes


def closed_since(clinic: Clinic, at: datetime, within: timedelta) -> datetime | None:
    """Give when the clinic closed (in its own time), if it is closed at `at` (aware).

    None when it is open, or closed earlier than `within` before that.
    """
    # In UTC, like all durations: a night with a change of the clock is no trap.
    spans = list(open_spans(clinic, at.astimezone(timezone.utc) - within, at))
    return spans[-1][1] if spans and not open_now(clinic, at) else None


def after_open_time(clinic: Clinic, start: datetime, wanted: timedelta) -> datetime | None:
    """Give when the clinic has been open for as long as `wanted` since `start` (aware).

    Without any time wanted: the next opening. None when that is not within `LONGEST_CLOSURE`.
    """
    for opens, closes in open_spans(clinic, start, start + LONGEST_CLOSURE):
        # Durations count in UTC: a night with a change of the clock is no trap.
        open_for = closes.astimezone(timezone.utc) - opens.astimezone(timezone.utc)
        if wanted < open_for:
            return (opens.astimezone(timezone.utc) + wanted).astimezone(clinic.zone)
        wanted -= open_for
    return None


def last_closing(clinic: Clinic, day: date) -> datetime | None:
    """Give when the clinic closes for the last time on `day`, its own; None where it never opens.

    Where it stays open beyond midnight, that is midnight.
    """
    begins = datetime.combine(day, time(), clinic.zone)
    ends = datetime.combine(day + timedelta(days=1), time(), clinic.zone)
    closings = [closes for _, closes in open_spans(clinic, begins, ends)]
    return max(closings, default=None)


def _hours(clinic: Clinic) -> "opening_hours.OpeningHours":
    expression = clinic.hours
    if clinic.closed_days:
        days = ",".join(day.strftime("%Y %b %d") for day in clinic.closed_days)
        expression = f"{expression}; {days} off"
    return opening_hours.OpeningHours(expression, timezone=clinic.zone)
