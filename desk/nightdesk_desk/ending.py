"""Tasks that are to end, end: also where something inside makes a fault of being cut off."""

import asyncio
from collections.abc import Iterable
from typing import Any

AGAIN = 2.0
"""Seconds after which a task that goes on is cut off once more: most clear up in far less."""


async def ended(tasks: Iterable[asyncio.Task[Any] | None], again: float = AGAIN) -> None:
    """Cut off `tasks` and return once all have ended, however each of them did.

    A driver that is cut off in the middle of a statement may raise an error of its own. Who
    survives errors then goes on and hears of no end: it is cut off again every `again` seconds.
    """
    known = [task for task in tasks if task is not None]
    while left := [task for task in known if not task.done()]:
        for task in left:
            task.cancel()
        await asyncio.wait(left, timeout=again)
    # How they ended is looked at, or asyncio would complain that nobody did.
    await asyncio.gather(*known, return_exceptions=True)
