"""Redis dies, hangs, shuts us out, is full: visitors notice nothing, and the log has one line."""

import asyncio
import logging
import signal
from collections.abc import Callable
from dataclasses import replace

import pytest
from desk_in_process import Running, Visitor, started
from fake_rasa import FakeRasa, known_answers
from redis_server import PASSWORD, RedisServer

from nightdesk_desk.app import create_app
from nightdesk_desk.limits import RateLimit, Take
from nightdesk_desk.settings import Settings

WORDS = "I took all my pills"


def kill(server: RedisServer) -> None:
    server.kill()


def hang(server: RedisServer) -> None:
    server.send(signal.SIGSTOP)


def fill(server: RedisServer) -> None:
    with server.client as client:
        client.config_set("maxmemory-policy", "noeviction")
        client.config_set("maxmemory", "1")


def lock(server: RedisServer) -> None:
    with server.client as client:
        client.config_set("requirepass", "another")
        client.execute_command("CLIENT KILL TYPE pubsub")
        client.execute_command("CLIENT KILL TYPE normal SKIPME yes")


def unlock(server: RedisServer) -> None:
    with server.client as client:
        client.connection_pool.connection_kwargs["password"] = "another"
        client.config_set("requirepass", PASSWORD)


def empty(server: RedisServer) -> None:
    with server.client as client:
        client.config_set("maxmemory", "0")


FAULTS: dict[str, tuple[Callable[[RedisServer], None], Callable[[RedisServer], None]]] = {
    "killed": (kill, RedisServer.start),
    "hangs": (hang, lambda server: server.send(signal.SIGCONT)),
    "full": (fill, empty),
    "password changed": (lock, unlock),
}


async def until(running: Running, there: bool) -> None:
    async with asyncio.timeout(30):
        while running.desk.redis is not None and running.desk.redis.there is not there:
            await asyncio.sleep(0.02)


def at(other: Running, visitor: Visitor) -> Visitor:
    return Visitor(other.client, other.desk, visitor.id, visitor.token)


async def served_alone(one: Running, two: Running) -> None:
    """Each desk answers, counts for itself, and sees the other's writes with its look."""
    visitor = await one.visitor()
    reading = asyncio.create_task(at(two, visitor).events(wait=25))
    while not two.desk.wakeups.watching(visitor.id):
        await asyncio.sleep(0.01)
    assert [(await visitor.say(f"{WORDS} {i}")).status_code for i in range(6)] == [202] * 5 + [429]
    assert (await reading)[0]["text"] == f"{WORDS} 0"
    there = [await at(two, visitor).say(WORDS) for _ in range(6)]
    assert [answer.status_code for answer in there] == [202] * 5 + [429]
    assert "988" in there[-1].json()["message"]
    await one.desk.turns.idle()
    await two.desk.turns.idle()


async def counted_together(one: Running, two: Running) -> None:
    visitor = await one.visitor()
    statuses = [
        (await who.say(f"m{i}")).status_code
        for i, who in enumerate([visitor, at(two, visitor)] * 3)
    ]
    assert statuses == [202] * 5 + [429]


@pytest.mark.parametrize("fault", FAULTS)
async def test_redis_goes_midway_and_comes_back(
    two_desks: tuple[Running, Running],
    redis_server: RedisServer,
    rasa: FakeRasa,
    caplog: pytest.LogCaptureFixture,
    fault: str,
) -> None:
    caplog.set_level(logging.INFO)
    rasa.script = known_answers
    begin, end = FAULTS[fault]
    await counted_together(*two_desks)
    begin(redis_server)
    # At once, while nobody knows of it yet, and once it is known.
    for _ in range(2):
        await served_alone(*two_desks)
        for running in two_desks:
            await until(running, False)
    for running in two_desks:
        workers = await running.client.get("/health/workers")
        assert (workers.status_code, workers.json()["redis"]) == (200, False)
        ready = (await running.client.get("/health/ready")).json()
        assert (ready["ready"], ready["workers"], ready["redis"]) == (True, True, False)
        assert "nightdesk_redis_up 0.0" in (await running.client.get("/metrics")).text
    away = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert [record.getMessage()[:14] for record in away] == ["Redis is away "] * 2  # of two desks
    end(redis_server)
    for running in two_desks:
        await until(running, True)
    await counted_together(*two_desks)
    assert "nightdesk_redis_up 1.0" in (await two_desks[0].client.get("/metrics")).text
    later = caplog.records[caplog.records.index(away[-1]) + 1 :]
    assert [record.getMessage() for record in later if "edis" in record.getMessage()] == [
        "Redis is there again"
    ] * 2
    for secret in (WORDS, PASSWORD, redis_server.url):
        assert secret not in caplog.text


async def test_while_it_hangs_one_message_pays_and_not_each(
    two_desks: tuple[Running, Running], redis_server: RedisServer
) -> None:
    one, _ = two_desks
    people = [await one.visitor() for _ in range(20)]
    assert one.desk.redis is not None
    link, waited = one.desk.redis.link, 0
    # No look in between: what is counted are the visitors' own questions.
    await link.lookings[0].stop()
    timed = link.timed

    async def counted(question: Callable[[], object]) -> object:
        nonlocal waited
        waited += 1
        return await timed(question)  # type: ignore[arg-type]

    link.timed = counted  # type: ignore[method-assign, assignment]
    hang(redis_server)
    for person in people:
        assert (await person.say(WORDS)).status_code == 202
    # News may have asked beside the first message; after them nobody asks.
    assert 1 <= waited <= 2


@pytest.mark.parametrize("fault", ["wrong password", "nobody there"])
async def test_a_desk_starts_and_serves_without_its_redis(
    shared_settings: Settings,
    redis_server: RedisServer,
    caplog: pytest.LogCaptureFixture,
    fault: str,
) -> None:
    if fault == "nobody there":
        redis_server.kill()
        url = redis_server.url
    else:
        url = f"redis://:wr0ng@127.0.0.1:{redis_server.port}"
    alone = replace(shared_settings, redis_url=url)
    async with started(create_app(alone)) as one, started(create_app(alone)) as two:
        await served_alone(one, two)
    away = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(away) == 2
    kind = "AuthenticationError" if fault == "wrong password" else "ConnectionError"
    for record in away:
        assert record.getMessage().startswith(f"Redis is away ({kind})")
    for secret in (WORDS, "wr0ng", PASSWORD):
        assert secret not in caplog.text


async def test_an_answer_that_comes_too_late_is_nobody_elses(
    two_desks: tuple[Running, Running], redis_server: RedisServer
) -> None:
    one, _ = two_desks
    assert one.desk.redis is not None
    link, limits = one.desk.redis.link, one.desk.redis.limits
    await link.lookings[0].stop()
    link.answer_within = 0.2
    used = Take(RateLimit(1, burst=1), "used up")
    assert await limits.wait(used) == 0.0
    hang(redis_server)
    # The answer to this one lies in the connection once Redis goes on: "wait for a minute".
    assert await limits.wait(used) > 0
    assert not link.there
    redis_server.send(signal.SIGCONT)
    link.answer_within = 10.0
    await link.look()
    assert link.there
    for i in range(20):
        fresh = [Take(RateLimit(1, burst=1), f"fresh {i}") for _ in range(2)]
        assert await limits.wait(fresh[0]) == 0.0
        assert await limits.wait(fresh[1]) > 0
    assert link.there
