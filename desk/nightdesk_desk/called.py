"""Since when a hand-over called for a person at its most serious, and whether somebody was at it.

The figures count a hand-over under the most serious level that it ever had: lowering it is no way
out of them. A crisis in a chat that somebody had looked at an hour before was not seen then: its
time runs from the message that made it one.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, cast

from nightdesk_contract.outcome import LEVELS, Level

SAME_ACT = timedelta(seconds=10)
"""An act that raises a level and the trigger that it adds are of one transaction."""


class Change(NamedTuple):
    """What may have changed a level: a trigger (which only raises it), or with `sets` staff.

    `by_staff` is a trigger that staff added when they raised the level of a waiting hand-over.
    """

    at: datetime
    level: str
    sets: bool = False
    by_staff: bool = False


class Called(NamedTuple):
    """The most serious level, and when it was reached (None: at once, as it was opened).

    `at_hand` when whoever had the chat reached it themselves, by raising the level.
    """

    level: str
    at: datetime | None = None
    at_hand: bool = False


def called(level: str, changes: Sequence[Change]) -> Called:
    """Give since when it called; takes the level that it has now, and the changes in any order."""
    in_order = sorted(changes, key=lambda change: change.at)
    now: str | None = None
    worst = Called(in_order[0].level if in_order else level)
    for change in in_order:
        before, now = now, _after(now, change)
        if before is None:
            continue
        if _worse(now, worst.level):
            worst = Called(now, change.at, change.sets and not _calls_anew(change, in_order))
    # What the rows do not explain is as serious as it stands.
    return Called(level) if _worse(level, worst.level) else worst


def _after(now: str | None, change: Change) -> str:
    if now is None or change.sets or _worse(change.level, now):
        return change.level
    return now


def _calls_anew(act: Change, changes: Sequence[Change]) -> bool:
    """Say whether the act left a trigger: nobody had the chat, so it waits for somebody."""
    return any(c.by_staff and timedelta() <= c.at - act.at < SAME_ACT for c in changes)


def _worse(level: str, than: str) -> bool:
    return LEVELS.index(cast(Level, level)) < LEVELS.index(cast(Level, than))
