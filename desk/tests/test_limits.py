"""Rate limits: polite, by conversation and by address, and never silence in a crisis."""

from dataclasses import replace

import httpx
from desk_in_process import started
from fake_rasa import FakeRasa

from nightdesk_desk import limits
from nightdesk_desk.app import create_app
from nightdesk_desk.limits import RateLimit
from nightdesk_desk.settings import Settings


def test_a_burst_then_a_steady_rate() -> None:
    at = [0.0]
    limit = RateLimit(per_minute=60, burst=3, clock=lambda: at[0])
    assert [limit.wait("a") for _ in range(3)] == [0.0, 0.0, 0.0]
    assert limit.wait("a") == 1.0
    assert limit.wait("b") == 0.0
    at[0] = 0.5
    assert limit.wait("a") == 0.5
    at[0] = 1.0
    assert limit.wait("a") == 0.0
    at[0] = 1000.0
    assert [limit.wait("a") for _ in range(4)] == [0.0, 0.0, 0.0, 1.0]


def test_a_flood_of_keys_does_not_fill_the_memory() -> None:
    limit = RateLimit(per_minute=1, burst=1)
    for i in range(limits.MOST_KEYS + 500):
        limit.wait(str(i))
    assert len(limit._buckets) == limits.MOST_KEYS


async def test_a_flood_in_one_conversation_is_answered_with_the_crisis_lines(
    settings: Settings, rasa: FakeRasa
) -> None:
    limited = replace(settings, rasa_url=rasa.url, messages_per_minute=10)
    async with started(create_app(limited)) as running:
        visitor, other = await running.visitor(), await running.visitor()
        statuses = [(await visitor.say(f"m{i}")).status_code for i in range(6)]
        refused = await visitor.say("I want to die")
        assert statuses == [202] * 5 + [429]
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) >= 1
        assert refused.json()["error"] == "rate_limited"
        for line in ("911", "988"):
            assert line in refused.json()["message"]
        assert (await other.say("hello")).status_code == 202
        # Reading is not limited, and what was taken is there.
        await running.desk.turns.idle()
        said = [e for e in await visitor.events() if e["from"] == "visitor"]
        assert len(said) == 5


def few_from_one_address(settings: Settings, rasa: FakeRasa) -> Settings:
    return replace(
        settings,
        rasa_url=rasa.url,
        address_messages_per_minute=4,
        address_conversations_per_minute=8,
    )


async def test_a_flood_from_one_address_is_limited(settings: Settings, rasa: FakeRasa) -> None:
    limited = few_from_one_address(settings, rasa)
    async with started(create_app(limited)) as running:
        people = [await running.visitor() for _ in range(4)]
        assert (await running.client.post("/api/conversations")).status_code == 429
        statuses = [(await p.say("hello")).status_code for p in people]
        assert statuses == [202, 202, 429, 429]


async def test_an_ipv6_client_is_one_whatever_its_address(
    settings: Settings, rasa: FakeRasa
) -> None:
    limited = few_from_one_address(settings, rasa)

    async with started(create_app(limited)) as running:

        def seen_as(address: str) -> httpx.AsyncClient:
            transport = httpx.ASGITransport(running.app, client=(address, 40000))
            return httpx.AsyncClient(transport=transport, base_url="http://desk")

        people = []
        for i in range(4):
            answer = await seen_as(f"2001:db8:1:2::{i}").post("/api/conversations")
            people.append(answer.json())
        refused = await seen_as("2001:db8:1:2:ffff::9").post("/api/conversations")
        assert refused.status_code == 429
        assert (await seen_as("2001:db8:1:3::9").post("/api/conversations")).status_code == 201
        statuses = []
        for i, person in enumerate(people):
            path = f"/api/conversations/{person['conversation_id']}/messages"
            headers = {"Authorization": f"Bearer {person['token']}"}
            client = seen_as(f"2001:db8:1:2:{i}::1")
            answer = await client.post(path, json={"text": "hello"}, headers=headers)
            statuses.append(answer.status_code)
        assert statuses == [202, 202, 429, 429]
