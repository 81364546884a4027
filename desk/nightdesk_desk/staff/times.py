"""Times as staff read them: in the clinic's zone, and waits in plain figures."""

from datetime import UTC, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo


class Moment(NamedTuple):
    """A moment for a page: exact for machines, and as staff read it."""

    iso: str
    text: str


def moment(at: datetime, zone: ZoneInfo, now: datetime) -> Moment:
    """Give `at` in both forms, as seen at `now`."""
    return Moment(iso(at), clock_time(at, zone, now))


def iso(at: datetime) -> str:
    """Give a moment in UTC, as ISO 8601 to the millisecond."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def clock_time(at: datetime, zone: ZoneInfo, now: datetime) -> str:
    """Give a moment in the clinic's zone: `4:05 pm` today, `Fri 20 Nov, 4:05 pm` else."""
    local, today = at.astimezone(zone), now.astimezone(zone)
    time = f"{local.hour % 12 or 12}:{local:%M} {'am' if local.hour < 12 else 'pm'}"
    if local.date() == today.date():
        return time
    day = f"{local:%a} {local.day} {local:%b}"
    return f"{day}, {time}" if local.year == today.year else f"{day} {local.year}, {time}"


def to_the_second(at: datetime, zone: ZoneInfo) -> str:
    """Give the time of day in the clinic's zone: `4:05:09 pm`."""
    local = at.astimezone(zone)
    return f"{local.hour % 12 or 12}:{local:%M:%S} {'am' if local.hour < 12 else 'pm'}"


def waited(seconds: float) -> str:
    """Give a wait: `0:42`, `12:07`, `1:02:03`, `2 d 3 h`. inbox.js ticks in the same form."""
    whole = max(0, int(seconds))
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    if hours >= 24:
        return f"{hours // 24} d {hours % 24} h"
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


def first_words(text: str, limit: int = 90) -> str:
    """Give the beginning of a message on one line, cut at a word."""
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    cut = line[:limit].rsplit(" ", 1)[0]
    return (cut if len(cut) > limit // 2 else line[:limit]) + "…"
