"""Tasks that are to end, end, whatever they make of it."""

import asyncio
import contextlib

import pytest

from nightdesk_desk.ending import ended


async def waits() -> None:
    await asyncio.Event().wait()


async def survives() -> None:
    """Goes on after a fault, as work in the background does; being cut off becomes one here."""
    while True:
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        await asyncio.sleep(60)


async def fails() -> None:
    raise RuntimeError("secret words")


@pytest.mark.parametrize("work", [waits, survives, fails])
async def test_each_ends(work: object) -> None:
    tasks = [asyncio.create_task(work()) for _ in range(2)]  # type: ignore[operator]
    await asyncio.sleep(0)
    # Not `wait_for`, which would cut it off itself.
    ending = asyncio.create_task(ended(tasks, again=0.01))
    assert await asyncio.wait([ending], timeout=5) == ({ending}, set())
    assert all(task.done() for task in tasks)


async def test_what_is_not_there_or_over_is_no_fault() -> None:
    over = asyncio.create_task(asyncio.sleep(0, "done"))
    await over
    await ended([None, over])
    await ended([])
    assert over.result() == "done"


async def test_whoever_clears_up_has_time_for_it() -> None:
    cleared: list[str] = []

    async def clears() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.05)
            cleared.append("all")

    task = asyncio.create_task(clears())
    await asyncio.sleep(0)
    await ended([task])
    assert cleared == ["all"]
