"""A Redis for each test, and desks that share it."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import pytest
import pytest_asyncio
from desk_in_process import Running, started
from fake_rasa import FakeRasa
from redis_server import RedisServer

from nightdesk_desk.app import create_app
from nightdesk_desk.settings import Settings


@pytest.fixture
def redis_server() -> Iterator[RedisServer]:
    server = RedisServer()
    try:
        server.start()
        yield server
    finally:
        server.close()


@pytest.fixture
def shared_settings(settings: Settings, rasa: FakeRasa, redis_server: RedisServer) -> Settings:
    """Two desks on one record: SQLite will do, on one machine."""
    return replace(settings, rasa_url=rasa.url, redis_url=redis_server.url, messages_per_minute=10)


@pytest_asyncio.fixture
async def two_desks(shared_settings: Settings) -> AsyncIterator[tuple[Running, Running]]:
    one, two = (create_app(shared_settings) for _ in range(2))
    for app in (one, two):
        # A busy machine must not make a desk count alone.
        app.state.desk.redis.link.answer_within = 2.0
    async with started(one) as first, started(two) as second:
        yield first, second
