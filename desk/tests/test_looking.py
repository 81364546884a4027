"""Work that is looked for again and again: no fault ends it, and it is told how long it is away."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from desk_in_process import Running

from nightdesk_desk.looking import STOPS, Looking, surviving


class Panic(BaseException):
    """As native libraries raise them: no Exception."""


@contextlib.asynccontextmanager
async def started(look: Callable[[], Awaitable[object]], within: float = 60) -> AsyncIterator[None]:
    looking = Looking("things", look, every=0, within=within)
    await looking.start()
    try:
        yield
    finally:
        await looking.stop()


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("secret words"),
        Panic("secret words"),
        # Of something inside: nobody has stopped the looking.
        asyncio.CancelledError("secret words"),
    ],
)
async def test_after_a_fault_it_looks_again_and_no_words_are_logged(
    error: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    looks, again = 0, asyncio.Event()

    async def look() -> None:
        nonlocal looks
        looks += 1
        if looks < 3:
            raise error
        again.set()

    async with started(look):
        await asyncio.wait_for(again.wait(), 10)
    assert f"looking for things failed: {type(error).__name__}" in caplog.text
    assert "secret words" not in caplog.text


async def test_it_ends_also_where_a_look_turns_its_being_cut_off_into_a_fault() -> None:
    begun = asyncio.Event()

    async def look() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            # As a driver may that is cut off in the middle of a statement.
            raise RuntimeError("the connection is broken") from None

    looking = Looking("things", look, every=600)
    await looking.start()
    await begun.wait()
    # Not `wait_for`, which would cut it off once more.
    stopped, _ = await asyncio.wait([asyncio.create_task(looking.stop())], timeout=5)
    assert stopped


async def test_a_look_that_never_ends_is_cut_off(caplog: pytest.LogCaptureFixture) -> None:
    looks, again = 0, asyncio.Event()

    async def look() -> None:
        nonlocal looks
        looks += 1
        if looks == 1:
            await asyncio.Event().wait()
        again.set()

    async with started(look, within=0.01):
        await asyncio.wait_for(again.wait(), 10)
    assert "looking for things failed: TimeoutError" in caplog.text


async def test_it_ends_when_it_is_stopped() -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def look() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async with started(look):
        await asyncio.wait_for(begun.wait(), 10)
        assert not ended.is_set()
    assert ended.is_set()


@pytest.mark.parametrize("stop", STOPS)
def test_what_ends_the_work_is_no_fault(stop: type[BaseException]) -> None:
    with pytest.raises(stop), surviving("it failed"):
        raise stop


async def test_its_age_is_that_of_the_last_look_without_a_fault() -> None:
    at, fails = 100.0, False

    async def look() -> None:
        if fails:
            raise RuntimeError

    looking = Looking("things", look, every=3600, clock=lambda: at)
    assert looking.age() is None
    await looking.start()
    at = 107
    assert looking.age() == 7
    await looking.once()
    assert looking.age() == 0
    at, fails = 130, True
    await looking.once()
    assert looking.age() == 23
    await looking.stop()
    assert looking.age() is None


async def test_it_is_late_when_no_look_went_through_in_the_time_of_two() -> None:
    at = 100.0

    async def look() -> None:
        pass

    looking = Looking("things", look, every=1, within=60, clock=lambda: at)
    assert not looking.late()
    await looking.start()
    # One look may take all of its time, and the next may have begun.
    at = 222
    assert not looking.late()
    at = 222.1
    assert looking.late()
    await looking.once()
    assert not looking.late()
    await looking.stop()


async def test_every_workers_last_look_is_a_figure(running: Running) -> None:
    figures = (await running.client.get("/metrics")).text
    for looking in running.desk.lookings:
        assert f'nightdesk_worker_last_look_seconds{{worker="{looking.name}"}} ' in figures
    names = {looking.name for looking in running.desk.lookings}
    assert names == {
        *(
            "clock",
            "news",
            "readers to note",
            "held replies",
            "call-backs",
            "chats without an answer",
            "deletions",
            "the daily purge",
            "what to forget",
            "the day's audit head",
            "steps",
            "alerts",
        )
    }
