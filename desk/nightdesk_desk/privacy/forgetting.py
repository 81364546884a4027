"""Makes the assistant forget what has been deleted from the record.

Rasa keeps the words of conversations of its own. A deletion writes what it must forget in the same
transaction; from those rows alone Rasa is asked, by whichever desk process comes first, until it
says that it has. So neither a desk nor a Rasa that ends loses any.
"""

import logging
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk.db import Database
from nightdesk_desk.looking import Looking, Worker, surviving
from nightdesk_desk.models import now
from nightdesk_desk.privacy.models import Forgetting
from nightdesk_desk.rasa import Rasa, RasaFailed

LOOK_EVERY = 2.0
"""Seconds between looks for what is to be forgotten."""

AT_A_TIME = 20
"""Conversations that one process claims together."""

ASKS_FOR = 20.0
"""Seconds after which a look asks for no more: one that is cut off counts as work that stands
still, and leaves what it has claimed for minutes."""

CLAIMED_FOR = timedelta(minutes=5)
"""How long others leave what a process has claimed: longer than a look may take."""

SETTLED = timedelta(minutes=10)
"""Rasa is asked once more so long after the deletion: a turn that had been asked for before may
have ended late, after the first time, and have brought its words back."""

SOONEST, LATEST = timedelta(seconds=5), timedelta(minutes=5)
"""Pauses after a try that failed: doubled each time."""

logger = logging.getLogger(__name__)


class Due(NamedTuple):
    """A conversation to be forgotten now, as it stands in its row."""

    sender: str
    since: datetime
    tries: int


class Behind(NamedTuple):
    """How many conversations Rasa has failed to forget so far, and since when the first is due."""

    number: int
    oldest: datetime | None


def pause(tries: int) -> timedelta:
    """Give how long to wait after so many tries that failed."""
    return min(SOONEST * int(2 ** min(tries - 1, 10)), LATEST)


async def claim(session: AsyncSession, at: datetime, most: int = AT_A_TIME) -> list[Due]:
    """Claim what is due at the moment `at`, the longest due first."""
    due = (
        select(Forgetting.sender)
        .where(Forgetting.next_at <= at)
        .order_by(Forgetting.next_at, Forgetting.sender)
        .limit(most)
        # On PostgreSQL several processes each get others.
        .with_for_update(skip_locked=True)
    )
    rows = await session.execute(
        update(Forgetting)
        .where(Forgetting.sender.in_(due), Forgetting.next_at <= at)
        .values(next_at=at + CLAIMED_FOR)
        .returning(Forgetting.sender, Forgetting.since, Forgetting.tries)
        .execution_options(synchronize_session=False)
    )
    return sorted((Due(*row) for row in rows), key=lambda row: (row.since, row.sender))


async def note_forgotten(session: AsyncSession, forgotten: Sequence[Due], at: datetime) -> None:
    """Note that Rasa has forgotten these at the moment `at`."""
    for row in forgotten:
        theirs = Forgetting.sender == row.sender
        if at >= row.since + SETTLED:
            await session.execute(delete(Forgetting).where(theirs))
        else:
            await _again(session, row, row.since + SETTLED, 0)


async def note_failed(session: AsyncSession, failed: Due, at: datetime) -> None:
    """Note that Rasa has failed to forget this one, at the moment `at`."""
    await _again(session, failed, at + pause(failed.tries + 1), failed.tries + 1)


async def behind(session: AsyncSession) -> Behind:
    """Give what Rasa has failed to forget so far."""
    failed = select(func.count(), func.min(Forgetting.since)).where(Forgetting.tries > 0)
    return Behind(*(await session.execute(failed)).one())


async def _again(session: AsyncSession, row: Due, at: datetime, tries: int) -> None:
    await session.execute(
        update(Forgetting)
        .where(Forgetting.sender == row.sender)
        .values(next_at=at, tries=tries)
        .execution_options(synchronize_session=False)
    )


class Forgettings(Worker):
    """The look for what is to be forgotten, as long as this process runs.

    What is cut off is due again when its claim has run out.
    """

    def __init__(
        self,
        db: Database,
        rasa: Rasa,
        look_every: float = LOOK_EVERY,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._db = db
        self._rasa = rasa
        self._clock = clock
        self.lookings = (Looking("what to forget", self.look, look_every),)

    async def look(self, at: datetime | None = None) -> int:
        """Have Rasa forget what is due. Gives how many it has forgotten.

        `at` is the present moment. The look ends with the first that fails, since where Rasa is
        away it would be so with each, and when it has asked for long. The next goes on from there.
        """
        at, done = at or now(), 0
        until = self._clock() + ASKS_FOR
        while True:
            async with self._db.read() as session:
                # A claim waits for other writers: not with every look.
                waiting = await session.scalar(
                    select(Forgetting.sender).where(Forgetting.next_at <= at).limit(1)
                )
            if waiting is None:
                return done
            async with self._db.write() as session:
                due = await claim(session, at)
            # What was deleted is to be nowhere on the disk either; the second time makes sure.
            with surviving("what is deleted may still be in the -wal file"):
                await self._db.scrub()
            forgotten, failed = await self._ask(due, until)
            async with self._db.write() as session:
                await note_forgotten(session, forgotten, at)
                left = due[len(forgotten) :]
                if failed is not None:
                    await note_failed(session, failed, at)
                    left = left[1:]
                for row in left:
                    await _again(session, row, at, row.tries)
            done += len(forgotten)
            if len(forgotten) < len(due) or not due:
                return done

    async def _ask(self, due: Sequence[Due], until: float) -> tuple[list[Due], Due | None]:
        """Ask Rasa for one after the other; give those forgotten, and the first that failed."""
        forgotten: list[Due] = []
        for row in due:
            if self._clock() >= until:
                break
            try:
                await self._rasa.forget(row.sender)
            except RasaFailed as error:
                # Neither the name nor the error's text.
                logger.warning("the assistant has not forgotten a deleted chat yet: %s", error.kind)
                return forgotten, row
            forgotten.append(row)
        return forgotten, None
