"""The lock of a conversation in a real Redis: one turn at a time, and none without it."""

import asyncio
import subprocess
import sys
import time

import pytest
import redis
from rasa.core.lock_store import LockError, LockStore
from rasa.utils.endpoints import EndpointConfig

from deploy.local import redis as local_redis
from deploy.local.machine import NotInstalled, free_port
from nightdesk.run.redis_locks import KEYS, Limits, NotHeld, RedisLocks, turn_under_way

QUICK = Limits(lease=0.6, renew_every=0.2, wait=2.0, longest_turn=1.0, answer_within=0.5)

PATIENT = Limits(wait=60)


@pytest.fixture(scope="module")
def server():
    try:
        with local_redis.server() as url:
            yield url
    except NotInstalled as error:
        pytest.skip(str(error))


@pytest.fixture
def url(server):
    redis.Redis.from_url(server).flushall()
    return server


def locks(url, limits=QUICK):
    return RedisLocks(EndpointConfig(url=url), limits=limits)


def keys(url):
    return redis.Redis.from_url(url).keys()


def test_rasa_makes_it_from_an_endpoint(url):
    made = LockStore.create(EndpointConfig(url=url, type="nightdesk.run.redis_locks.RedisLocks"))
    assert type(made) is RedisLocks


def test_one_turn_at_a_time_in_order_of_arrival_and_nothing_is_left(url):
    async def go():
        store, said = locks(url), []

        async def turn(number):
            async with store.lock("c_1"):
                said.append(("begins", number))
                await asyncio.sleep(0.01)
                said.append(("ends", number))

        await asyncio.gather(*(turn(number) for number in range(8)))
        assert said == [(what, n) for n in range(8) for what in ("begins", "ends")]
        assert not store._lines

    asyncio.run(go())
    assert keys(url) == []


def test_conversations_do_not_wait_for_one_another(url):
    async def go():
        store = locks(url)
        async with store.lock("c_1"), store.lock("c_2"):
            assert sorted(keys(url)) == [f"{KEYS}c_{n}".encode() for n in (1, 2)]

    asyncio.run(go())


def test_a_turn_that_fails_lets_the_next_go_on(url):
    async def go():
        store = locks(url)
        with pytest.raises(ZeroDivisionError):
            async with store.lock("c_1"):
                raise ZeroDivisionError
        async with store.lock("c_1"):
            pass

    asyncio.run(go())


def test_two_replicas_lose_no_turn(url, root):
    """The stock lock loses some: `python -m bench.locks` shows both."""
    children = [
        subprocess.Popen(
            [sys.executable, "-m", "bench.shared_turns", "ours", url, "20"],
            stdout=subprocess.PIPE,
            cwd=root,
        )
        for _ in range(2)
    ]
    assert [child.communicate(timeout=120)[0] for child in children] == [b"0\n", b"0\n"]
    assert redis.Redis.from_url(url).get("counter") == b"40"


def test_another_replica_comes_in_between_the_turns_of_a_busy_one(url):
    async def go():
        busy, other, order = locks(url, PATIENT), locks(url, PATIENT), []

        async def turn(store, name):
            async with store.lock("c_1"):
                order.append(name)
                await asyncio.sleep(0.01)

        many = [asyncio.create_task(turn(busy, "busy")) for _ in range(150)]
        await asyncio.sleep(0.005)
        await asyncio.gather(turn(other, "other"), *many)
        assert "busy" in order[order.index("other") :]

    asyncio.run(go())


def test_a_turn_may_last_longer_than_its_lease(url):
    async def go():
        one, other, order = locks(url), locks(url), []

        async def long():
            async with one.lock("c_1") as held:
                await asyncio.sleep(0.9)
                await held.confirm()
                order.append("long")

        async def next_one():
            await asyncio.sleep(0.05)
            async with other.lock("c_1"):
                order.append("next")

        await asyncio.gather(long(), next_one())
        assert order == ["long", "next"]

    asyncio.run(go())


def test_a_process_that_is_held_up_keeps_its_locks(url):
    """Understanding messages holds the event loop up: many in a row for longer than a lease."""

    async def go():
        async with locks(url, Limits(lease=0.6, renew_every=0.2)).lock("c_1") as held:
            time.sleep(1.5)
            await held.confirm()

    asyncio.run(go())


def test_what_a_killed_replica_held_lapses_within_the_wait(url):
    redis.Redis.from_url(url).set(f"{KEYS}c_1", "of a killed one", px=int(QUICK.lease * 1000))

    async def go():
        async with locks(url).lock("c_1"):
            pass

    asyncio.run(go())


def test_a_turn_that_hangs_loses_its_lock_and_cannot_take_it_from_the_next(url):
    async def go():
        one, other = locks(url), locks(url)

        async with one.lock("c_1") as hanging:
            # Not renewed for ever: nobody waits for this turn any more.
            await asyncio.sleep(QUICK.longest_turn + QUICK.renew_every + QUICK.lease)
            async with other.lock("c_1") as next_one:
                with pytest.raises(NotHeld):
                    await hanging.confirm()
                hanging.release_now()
                await next_one.confirm()

    asyncio.run(go())


def test_the_store_is_told_of_the_lock_that_its_turn_has(url):
    async def go():
        store = locks(url)
        assert turn_under_way.get() is None
        async with store.lock("c_1") as held:
            assert turn_under_way.get() is held
            redis.Redis.from_url(url).flushall()
            with pytest.raises(NotHeld):
                await turn_under_way.get().confirm()
        assert turn_under_way.get() is None

    asyncio.run(go())


def test_a_turn_that_waits_too_long_fails_and_those_behind_it_go_on(url):
    async def go():
        store = locks(url, Limits(wait=0.2, lease=3))
        async with store.lock("c_1"):
            for each in (store, locks(url, Limits(wait=0.2))):
                with pytest.raises(LockError):
                    async with each.lock("c_1"):
                        pytest.fail("two turns at once")
        async with store.lock("c_1"):
            pass

    asyncio.run(go())


def test_a_turn_that_is_given_up_holds_nobody_up(url):
    async def go():
        store = locks(url)

        async def turn():
            async with store.lock("c_1"):
                await asyncio.sleep(30)

        begun, waiting = asyncio.create_task(turn()), asyncio.create_task(turn())
        await asyncio.sleep(0.1)
        for task in (waiting, begun):
            task.cancel()
        await asyncio.gather(begun, waiting, return_exceptions=True)
        async with store.lock("c_1"):
            pass

    asyncio.run(go())


def test_without_redis_no_turn_runs(caplog):
    async def go():
        store = locks(f"redis://:secret@127.0.0.1:{free_port()}/0")
        with pytest.raises(LockError, match="Redis cannot be used"):
            async with store.lock("c_words"):
                pytest.fail("a turn without its lock")

    asyncio.run(go())
    assert "ConnectionError" in caplog.text
    assert "secret" not in caplog.text
    assert "c_words" not in caplog.text


def test_a_redis_that_hangs_holds_a_turn_up_for_its_time_only():
    async def go():
        async def silent(reader, writer):
            await asyncio.sleep(30)

        server = await asyncio.start_server(silent, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(LockError):
            async with locks(f"redis://127.0.0.1:{port}/0").lock("c_1"):
                pytest.fail("a turn without its lock")
        server.close()

    asyncio.run(asyncio.wait_for(go(), 20))


def test_a_restarted_redis_is_used_again_at_once():
    port = free_port()

    async def turn(store):
        async with store.lock("c_1"):
            pass

    async def go():
        with local_redis.server(port) as url:
            store = locks(url)
            await turn(store)
        with pytest.raises(LockError):
            await turn(store)
        with local_redis.server(port):
            await turn(store)

    asyncio.run(go())


def test_the_times_fit_one_another_and_the_desks_deadline():
    deadline, usual = 6.0, Limits()
    assert usual.renew_every + usual.answer_within < usual.lease
    assert usual.lease < usual.wait < deadline < usual.longest_turn
