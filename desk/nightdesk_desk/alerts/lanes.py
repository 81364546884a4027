"""Threads for work that blocks, a few for each address: a slow one holds up no other."""

import asyncio
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

AT_A_TIME = 3
"""How many are sent to one address at a time."""


class _Lane:
    """The threads of one address."""

    def __init__(self) -> None:
        # As many as there are threads: whoever may go on has a thread that begins at once.
        self.free = asyncio.Semaphore(AT_A_TIME)
        self.threads = ThreadPoolExecutor(AT_A_TIME, thread_name_prefix="alerts")
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
        doing = asyncio.get_running_loop().run_in_executor(lane.threads, work)
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
        for lane in self._lanes.values():
            lane.threads.shutdown(wait=False, cancel_futures=True)
        self._lanes.clear()


def _freed[Given](lane: _Lane, done: asyncio.Future[Given]) -> None:
    lane.free.release()
    if not done.cancelled():
        # Seen here, so that nobody logs it with its words when nobody waits any more.
        done.exception()


def _ended(lane: _Lane) -> None:
    lane.left_behind -= 1
