"""How long a visitor has waited for a person: only a human's act stops that clock."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from nightdesk_desk.models import Handover
from nightdesk_desk.staff.times import Moment, moment, waited


class Wait(NamedTuple):
    """A waiting clock: since when, what it shows now, whether it ticks, and its target."""

    since: Moment
    text: str
    ticking: bool
    target: int | None
    target_text: str
    late: bool


class Clock(NamedTuple):
    """What a clock rests on: it runs from `since`, until `until` or, with None, still."""

    since: datetime
    until: datetime | None


def clock(case: Handover, alarms: Sequence[datetime], replied_at: datetime | None) -> Clock:
    """Give the clock of a hand-over.

    Takes the moments of its triggers, and of when it was passed on, and of the last reply by staff.
    The clock stops when a person
    acknowledges or takes it; an alarm that comes after that and after the last reply starts it
    again, for nobody has acted on it yet.
    """
    seen = _latest(case.acknowledged_at, case.taken_at)
    if case.state == "resolved":
        return Clock(case.opened_at, seen or case.resolved_at)
    if case.state == "open" or seen is None:
        return Clock(case.opened_at, None)
    acted = _latest(seen, case.acted_at, replied_at) or seen
    fresh = [at for at in alarms if at > acted]
    if fresh:
        return Clock(min(fresh), None)
    return Clock(case.opened_at, case.acknowledged_at or seen)


def wait(
    running: Clock, level: str, zone: ZoneInfo, now: datetime, minutes: Mapping[str, int]
) -> Wait:
    """Give a clock as a page shows it at `now`.

    `minutes` are those until a hand-over must be acknowledged, by level; a level without any is
    never late.
    """
    passed = (running.until or now) - running.since
    target = timedelta(minutes=minutes[level]) if level in minutes else None
    return Wait(
        since=moment(running.since, zone, now),
        text=waited(passed.total_seconds()),
        ticking=running.until is None,
        target=int(target.total_seconds()) if target else None,
        target_text=f"{minutes[level]} min" if target else "",
        late=target is not None and passed > target,
    )


def _latest(*moments: datetime | None) -> datetime | None:
    known = [at for at in moments if at is not None]
    return max(known) if known else None
