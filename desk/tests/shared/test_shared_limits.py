"""Rate limits that several desks count together in Redis."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio
from desk_in_process import Running, started
from prometheus_client import CollectorRegistry
from redis_server import RedisServer

from nightdesk_desk.app import create_app
from nightdesk_desk.limits import RateLimit, Take
from nightdesk_desk.privacy import keys
from nightdesk_desk.settings import Settings
from nightdesk_desk.shared.address import client_at
from nightdesk_desk.shared.limits import PREFIX, SharedLimits, hidden
from nightdesk_desk.shared.link import RedisLink


async def linked(url: str) -> tuple[RedisLink, SharedLimits]:
    # A busy machine must not make a test count alone.
    link = RedisLink(client_at(url), CollectorRegistry(), answer_within=10.0)
    limits = SharedLimits(link)
    await link.start()
    assert link.there
    return link, limits


@pytest_asyncio.fixture
async def pair(redis_server: RedisServer) -> AsyncIterator[tuple[SharedLimits, SharedLimits]]:
    """What counts at two desks."""
    found = [await linked(redis_server.url) for _ in range(2)]
    yield found[0][1], found[1][1]
    for link, _ in found:
        await link.stop()


def slow(burst: int) -> RateLimit:
    """A limit that lets nothing more go on within a test; each desk has its own."""
    return RateLimit(per_minute=1, burst=burst)


async def test_two_desks_count_together(pair: tuple[SharedLimits, SharedLimits]) -> None:
    one, two = pair
    mine, theirs = slow(3), slow(3)
    waits = [
        await one.wait(Take(mine, "a")),
        await two.wait(Take(theirs, "a")),
        await one.wait(Take(mine, "a")),
        await two.wait(Take(theirs, "a")),
        await one.wait(Take(mine, "a")),
    ]
    assert waits[:3] == [0.0, 0.0, 0.0]
    # Nearly the minute in which one act comes back.
    assert all(50 < wait <= 60 for wait in waits[3:])
    assert await two.wait(Take(theirs, "b")) == 0.0


async def test_a_flood_at_once_takes_exactly_what_there_is(
    pair: tuple[SharedLimits, SharedLimits],
) -> None:
    waits = await asyncio.gather(
        *(limits.wait(Take(slow(100), "a")) for limits in pair * 30 for _ in range(5))
    )
    assert len(waits) == 300
    assert waits.count(0.0) == 100


async def test_what_is_refused_by_one_limit_still_counts_for_the_other(
    pair: tuple[SharedLimits, SharedLimits],
) -> None:
    # As in one process: who floods one conversation uses up the address, too.
    one, two = pair
    conversation, address = slow(1), slow(3)
    both = Take(conversation, "c"), Take(address, "a")
    assert await one.wait(*both) == 0.0
    assert await one.wait(*both) > 0
    assert await two.wait(Take(slow(3), "a")) == 0.0
    assert await two.wait(Take(slow(3), "a")) > 0


async def test_acts_come_back_with_time(pair: tuple[SharedLimits, SharedLimits]) -> None:
    one, _ = pair
    quick = RateLimit(per_minute=600_000, burst=1)
    for _ in range(20):
        # One act comes back each ten thousandth of a second, which a way to Redis takes as well.
        while await one.wait(Take(quick, "a")):
            pass


async def test_a_clock_that_was_put_back_locks_nobody_out(
    pair: tuple[SharedLimits, SharedLimits], redis_server: RedisServer
) -> None:
    one, _ = pair
    limit = slow(5)
    assert await one.wait(Take(limit, "a")) == 0.0
    with redis_server.client as client:
        [key] = client.keys(PREFIX + hidden("a"))
        far = int(client.get(key)) + 24 * 3600 * 1_000_000
        client.set(key, far)
    assert 0 < await one.wait(Take(limit, "a")) <= 60


async def test_nothing_in_redis_can_be_read_and_all_of_it_goes(
    shared_settings: Settings, redis_server: RedisServer
) -> None:
    few = replace(
        shared_settings, address_messages_per_minute=10, address_conversations_per_minute=10
    )
    async with started(create_app(few)) as running:
        visitor = await running.visitor()
        assert (await visitor.say("I want to die")).status_code == 202
    with redis_server.client as client:
        found = client.keys("*")
        assert len(found) >= 3
        for key in found:
            held = key + client.get(key)
            for secret in (visitor.id, visitor.token, "127.0.0.1", "die"):
                assert secret.encode() not in held
            # At most the minute in which a whole burst comes back.
            assert 0 < client.pttl(key) <= 60_000


def test_names_are_hidden_with_the_desks_key_where_it_has_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(keys.VARIABLE, raising=False)
    plain = hidden("10.0.0.1")
    monkeypatch.setenv(keys.VARIABLE, f"{keys.new_key()},{keys.new_key()}")
    keyed = hidden("10.0.0.1")
    assert plain != keyed == hidden("10.0.0.1")
    assert {len(plain), len(keyed)} == {32}


async def test_scripts_that_redis_has_forgotten_are_loaded_again(
    pair: tuple[SharedLimits, SharedLimits], redis_server: RedisServer
) -> None:
    one, two = pair
    assert await one.wait(Take(slow(1), "a")) == 0.0
    with redis_server.client as client:
        client.script_flush()
    assert await two.wait(Take(slow(1), "a")) > 0


async def test_a_crisis_beyond_the_limit_of_all_desks_is_answered_with_the_lines(
    two_desks: tuple[Running, Running],
) -> None:
    one, two = two_desks
    here = await one.visitor()
    there = type(here)(two.client, two.desk, here.id, here.token)
    statuses = [(await who.say(f"m{i}")).status_code for i, who in enumerate([here, there] * 3)]
    assert statuses == [202] * 5 + [429]
    for refused in (await there.say("I want to die"), await here.say("I want to die")):
        assert (refused.status_code, refused.json()["error"]) == (429, "rate_limited")
        assert int(refused.headers["retry-after"]) >= 1
        for line in ("911", "988"):
            assert line in refused.json()["message"]
