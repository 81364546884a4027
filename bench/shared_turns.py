"""A replica that takes turns: `python -m bench.shared_turns ours|stock REDIS_URL TURNS`.

Each turn reads a number, thinks, and writes the number one higher, as Rasa does with a tracker: two
turns at once lose one of them. All turns of a replica come at once. Prints how many turns failed.
"""

import asyncio
import random
import sys
from urllib.parse import urlsplit

import redis.asyncio
from rasa.core.lock_store import LockError, LockStore, RedisLockStore
from rasa.utils.endpoints import EndpointConfig

from nightdesk.run.redis_locks import Limits, RedisLocks

CONVERSATION = "c_1"
COUNTER = "counter"
READY = "ready"
REPLICAS = 2
PATIENCE = 20.0
"""Seconds after which a turn counts as refused: the desk waits for six."""


def store_of(kind: str, url: str) -> LockStore:
    """Give our lock store or Rasa's own."""
    if kind == "stock":
        at = urlsplit(url)
        return RedisLockStore(host=at.hostname, port=at.port, db=0)
    # All turns wait here at once, which no visitor's do.
    return RedisLocks(EndpointConfig(url=url), limits=Limits(wait=60))


async def main(kind: str, url: str, turns: int) -> int:
    """Take the turns, once another replica is ready too. Gives how many failed."""
    store, numbers, failed = store_of(kind, url), redis.asyncio.Redis.from_url(url), 0

    async def turn() -> None:
        nonlocal failed
        try:
            await asyncio.wait_for(one(), PATIENCE)
        except (LockError, asyncio.TimeoutError):
            failed += 1

    async def one() -> None:
        async with store.lock(CONVERSATION, wait_time_in_seconds=0.01):
            number = int(await numbers.get(COUNTER) or 0)
            await asyncio.sleep(random.uniform(0.001, 0.01))
            await numbers.set(COUNTER, number + 1)

    await numbers.incr(READY)
    while int(await numbers.get(READY)) < REPLICAS:
        await asyncio.sleep(0.005)
    await asyncio.gather(*(turn() for _ in range(turns)))
    return failed


if __name__ == "__main__":
    kind, url, turns = sys.argv[1:]
    print(asyncio.run(main(kind, url, int(turns))))
