"""Threads for work that blocks, a few for each address: a slow one holds up no other."""

import asyncio
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future

AT_A_TIME = 3
"""How many are sent to one address at a time."""


class _Lane:
    """What runs for one address."""

    def __init__(self) -> None:
        self.free = asyncio.Semaphore(AT_A_TIME)
        self.left_behind = 0


class Lanes:
    """Runs blocking work on an address's own threads."""

    def __init__(self) -> None:
        self._lanes: dict[str, _Lane] = {}

    async def run[Given](self, name: str, within: float, work: Callable[[], Given]) -> Given:
        """Run `work` on a thread of the lane `name`, as soon as one is free.

        Raises TimeoutError when it takes longer than `within` seconds on its thread (which it
        keeps until it ends), and what the work raises.
        """
        lane = self._lanes.get(name)
        if lane is None:
            lane = self._lanes[name] = _Lane()
        await lane.free.acquire()
        try:
            doing = asyncio.wrap_future(_on_a_thread(work))
        except BaseException:
            # No thread could begin (the machine has none left): the place is not taken.
            lane.free.release()
            raise
        doing.add_done_callback(lambda done: _freed(lane, done))
        try:
            await asyncio.wait([doing], timeout=within)
        finally:
            if not doing.done():
                lane.left_behind += 1
                doing.add_done_callback(lambda _: _ended(lane))
        if not doing.done():
            raise TimeoutError
        return doing.result()

    def left_behind(self) -> Counter[str]:
        """Give how many threads still do what nobody waits for any more, by lane."""
        return Counter({name: lane.left_behind for name, lane in self._lanes.items()})

    def close(self) -> None:
        """Let go of the threads; what one is doing is not waited for."""
        self._lanes.clear()


def _on_a_thread[Given](work: Callable[[], Given]) -> Future[Given]:
    """Run `work` on a thread of its own, which does not keep the process from ending."""
    done: Future[Given] = Future()
    done.set_running_or_notify_cancel()

    def run() -> None:
        try:
            given = work()
        except BaseException as error:
            # Native libraries raise panics that are no Exception.
            done.set_exception(error)
        else:
            done.set_result(given)

    threading.Thread(target=run, name="alerts", daemon=True).start()
    return done


def _freed[Given](lane: _Lane, done: asyncio.Future[Given]) -> None:
    lane.free.release()
    if not done.cancelled():
        # Seen here, so that nobody logs it with its words when nobody waits any more.
        done.exception()


def _ended(lane: _Lane) -> None:
    lane.left_behind -= 1
