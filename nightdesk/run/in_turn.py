"""Turns of different visitors one after another: each is done before the next begins.

A turn keeps the processor for nearly all of its time, and at each of its calls of an action Rasa
lets another turn go on. So turns that came together end together, each as late as the last of them.
In the order in which they came, the first is done when its own work is (docs/benchmarks.md: at 18
messages a second 99 in 100 are done within 95 ms instead of 200).

A turn that hangs must not hold up the others: after PATIENCE it loses its place, and whoever has
waited for as long goes on beside those before it.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from typing import Any

PATIENCE = 0.5
"""Seconds: a dozen ordinary turns, and a small part of what the desk waits for an answer (6 s)."""


class InTurn:
    """A queue for turns; one for each process."""

    def __init__(self, patience: float = PATIENCE) -> None:
        """Take the seconds after which a turn waits no longer and holds up nobody any longer."""
        self._patience = patience
        self._one = asyncio.Lock()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait until those who came before are done, or for as long as patience lasts."""
        try:
            await asyncio.wait_for(self._one.acquire(), self._patience)
        except asyncio.TimeoutError:
            yield
            return
        with ExitStack() as place:
            # Given back once: by the timer, or at the end.
            place.callback(self._one.release)
            timer = asyncio.get_running_loop().call_later(self._patience, place.close)
            place.callback(timer.cancel)
            yield


def answer_in_turn() -> None:
    """Make Rasa's agent answer messages in turn. Once a process."""
    from rasa.core.agent import Agent

    queue = InTurn()
    answer = Agent.handle_message

    async def in_turn(agent: Agent, *arguments: Any, **named: Any) -> Any:
        async with queue.turn():
            return await answer(agent, *arguments, **named)

    Agent.handle_message = in_turn
