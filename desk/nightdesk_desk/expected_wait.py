"""How long people have lately waited for a person: what may be said of it, never as a promise."""

import logging
import math
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, get_args

from nightdesk_contract.clinic import Clinic
from nightdesk_contract.opening import open_now
from nightdesk_contract.outcome import Level
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk.db import Database
from nightdesk_desk.models import Event, Handover, now

MOST = 0.75
"""The part of the people that is called most of them."""
LONGEST = timedelta(minutes=120)
"""A longer wait is not said: it would only drive people away, and hardly be true by then."""
LOOK_BACK = timedelta(days=7)
FEWEST = 5
"""Fewer people who were answered say nothing about most people."""
KEPT_SECONDS = 60.0
"""How long what was found is said again before the record is asked anew."""

logger = logging.getLogger(__name__)


class Case(NamedTuple):
    """One hand-over: when it was opened, when a person first wrote, and whether it is over."""

    level: str
    opened_at: datetime
    replied_at: datetime | None
    over: bool = False


class Wait(NamedTuple):
    """How long it takes: as it lately was, or (not `measured`) as the clinic means it to be."""

    minutes: int
    measured: bool


Waits = Mapping[str, Wait]
"""By level; one that is not there has nothing to be said about it."""


def expected_waits(
    cases: Sequence[Case],
    aims: Mapping[str, int],
    at: datetime,
    is_open: Callable[[datetime], bool],
) -> dict[str, Wait]:
    """Give what may be said at the moment `at`, by level.

    `aims` are the clinic's own minutes; `is_open` tells whether the clinic was open at a moment.
    What was opened after hours is left out: it had to wait for the opening.
    """
    in_hours = [case for case in cases if is_open(case.opened_at)]
    found: dict[str, Wait] = {}
    for level in get_args(Level):
        seconds = _most([case for case in in_hours if case.level == level], at)
        if seconds is not None and seconds > LONGEST.total_seconds():
            # Nor is the aim: it is known not to be met.
            continue
        if seconds is not None:
            found[level] = Wait(max(1, math.ceil(seconds / 60)), measured=True)
        elif level in aims:
            found[level] = Wait(aims[level], measured=False)
    return found


def _most(cases: Sequence[Case], at: datetime) -> float | None:
    """Give the seconds that most people waited at most, or None when too few were answered.

    Whoever is still waiting, and longer than that, counts too: left out, they would make it look
    shorter the longer they wait.
    """
    answered = [
        (case.replied_at - case.opened_at).total_seconds()
        for case in cases
        if case.replied_at is not None
    ]
    if len(answered) < FEWEST:
        return None
    waited = _rank(answered)
    so_far = [
        (at - case.opened_at).total_seconds()
        for case in cases
        if case.replied_at is None and not case.over
    ]
    return _rank([*answered, *(seconds for seconds in so_far if seconds > waited)])


def _rank(seconds: Sequence[float]) -> float:
    """Give the nearest rank: what so many of them, at the least, do not exceed."""
    return sorted(seconds)[math.ceil(MOST * len(seconds)) - 1]


async def read_cases(session: AsyncSession, since: datetime) -> list[Case]:
    """Give the hand-overs that were opened from `since` on."""
    first_reply = (
        select(func.min(Event.at))
        .where(
            Event.conversation_id == Handover.conversation_id,
            Event.sender == "staff",
            Event.seq > Handover.trigger_seq,
            # One that was opened again follows what was said before it.
            Event.at >= Handover.opened_at,
            # A later hand-over of the same conversation has replies of its own.
            Event.at <= func.coalesce(Handover.resolved_at, Event.at),
        )
        .correlate(Handover)
        .scalar_subquery()
    )
    rows = await session.execute(
        select(Handover.level, Handover.opened_at, first_reply, Handover.state)
        .where(Handover.opened_at >= since)
        .order_by(Handover.id)
    )
    return [Case(level, at, replied, state == "resolved") for level, at, replied, state in rows]


class ExpectedWaits:
    """What may be said of the wait now, read from the record once a minute at most."""

    def __init__(
        self,
        db: Database,
        clinic: Callable[[], Clinic],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._db = db
        self._clinic = clinic
        self._clock = clock
        self._kept: tuple[float, Waits] | None = None

    async def now(self) -> Waits:
        """Give what may be said, by level. Never fails: what cannot be told is not said."""
        if self._kept is not None and self._clock() - self._kept[0] < KEPT_SECONDS:
            return self._kept[1]
        waits: Waits = {}
        try:
            clinic, at = self._clinic(), now()
            async with self._db.read() as session:
                cases = await read_cases(session, at - LOOK_BACK)
            waits = expected_waits(
                cases, clinic.staff_times, at, lambda moment: open_now(clinic, moment)
            )
        except Exception as error:
            # A turn must be recorded all the same.
            logger.warning("the expected wait could not be told: %s", type(error).__name__)
        self._kept = (self._clock(), waits)
        return waits
