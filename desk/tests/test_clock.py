"""All desks on one database go by its clock, whatever their machines' clocks say."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from nightdesk_desk import clock
from nightdesk_desk.clock import SharedClock
from nightdesk_desk.models import now


class Told(SharedClock):
    """The clock of a desk whose machine is so many seconds from the database's."""

    seconds = 0.0

    async def _theirs(self) -> datetime | None:
        return datetime.now(UTC) - timedelta(seconds=self.seconds)


@pytest.fixture
def told() -> Iterator[Told]:
    yield Told(create_async_engine("sqlite+aiosqlite://"))
    clock._Difference.ahead = timedelta(0)


def ahead() -> float:
    """How far the clock that counts is ahead of this machine's."""
    return round((now() - datetime.now(UTC)).total_seconds())


@pytest.mark.parametrize("seconds", [90, -90])
async def test_a_machine_whose_clock_is_wrong_goes_by_the_databases(
    told: Told, seconds: float, caplog: pytest.LogCaptureFixture
) -> None:
    told.seconds = seconds
    with caplog.at_level(logging.WARNING):
        await told.look()
        await told.look()
    assert ahead() == -seconds
    # Said once, not at each look.
    assert caplog.text.count("which counts") == 1
    assert f"{seconds:+.1f} s" in caplog.text
    # Somebody has set the clock right.
    told.seconds = 0
    await told.look()
    assert ahead() == 0
    assert caplog.messages[-1].endswith("is right again")
    assert caplog.text.count("which counts") == 1


async def test_small_differences_are_let_be(told: Told) -> None:
    told.seconds = 0.4
    await told.look()
    assert clock._Difference.ahead == timedelta(0)


async def test_a_database_that_is_away_changes_nothing(told: Told) -> None:
    told.seconds = 90
    await told.look()

    class Away(Told):
        async def _theirs(self) -> datetime | None:
            raise OSError

    away = Away(create_async_engine("sqlite+aiosqlite://"))
    await away.lookings[0].once()
    assert ahead() == -90


async def test_it_is_known_before_anything_else_begins_and_forgotten_at_the_end(
    told: Told,
) -> None:
    told.seconds = 90
    await told.start()
    assert ahead() == -90
    await told.stop()
    assert ahead() == 0


async def test_sqlite_has_the_clock_of_this_machine() -> None:
    await SharedClock(create_async_engine("sqlite+aiosqlite://")).look()
    assert clock._Difference.ahead == timedelta(0)
