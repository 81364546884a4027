"""The record on PostgreSQL: a temporary cluster of the installed server, on a free port."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio
from deploy.local import postgres
from deploy.local.machine import NotInstalled
from desk_in_process import started
from fake_rasa import FakeRasa, handover
from record_checks import ALL
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from nightdesk_desk import log
from nightdesk_desk.app import create_app
from nightdesk_desk.db import Database, migrate
from nightdesk_desk.models import now
from nightdesk_desk.settings import Settings, database_url
from nightdesk_desk.staff import sign_in_tries


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """The address of an empty cluster, which ends with the module."""
    try:
        with postgres.cluster(sync=False) as url:
            yield database_url(url)
    except NotInstalled as error:
        pytest.skip(str(error))


@pytest_asyncio.fixture
async def databases(cluster: str) -> AsyncIterator[tuple[Database, Database]]:
    migrate(cluster)
    one, two = Database(cluster), Database(cluster)
    yield one, two
    await one.close()
    await two.close()


@pytest.mark.parametrize("check", ALL, ids=lambda check: check.__name__)
async def test_on_postgres(databases: tuple[Database, Database], check: Any) -> None:
    await check(*databases)


async def test_a_desk_that_hangs_while_it_counts_a_try_does_not_hold_the_others(
    databases: tuple[Database, Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = databases
    monkeypatch.setattr(sign_in_tries, "COUNTING_WITHIN_MS", 50)
    async with one.write() as session:
        key = {"key": sign_in_tries.COUNTING_LOCK}
        await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), key)
        trying = sign_in_tries.take_try(two, "password", "held", "10.7.0.1", now())
        with pytest.raises(OperationalError):
            await asyncio.wait_for(trying, 20)
    assert await sign_in_tries.take_try(two, "password", "held", "10.7.0.1", now())


async def test_a_write_with_a_limit_gives_up_while_another_holds_the_conversation(
    databases: tuple[Database, Database],
) -> None:
    one, two = databases
    async with one.write() as session:
        conversation_id, _ = await log.start_conversation(session)
    async with one.write() as session:
        await log.hold(session, conversation_id)
        with pytest.raises(OperationalError):
            async with asyncio.timeout(20), two.write(within=0.1) as other:
                await log.hold(other, conversation_id)
    # The limit was that transaction's alone: the next one on its connection waits as ever.
    async with two.write() as session:
        assert await session.scalar(text("SHOW lock_timeout")) == "0"
        assert await log.hold(session, conversation_id) == "bot"


async def test_the_whole_way_on_postgres(cluster: str, settings: Settings, rasa: FakeRasa) -> None:
    migrate(cluster)
    settings = replace(settings, database_url=cluster, rasa_url=rasa.url)
    rasa.script = lambda *_: handover("crisis", "P0")
    async with started(create_app(settings)) as running:
        visitor = await running.visitor()
        events = await visitor.chat("I took all my pills")
        assert [e["from"] for e in events] == ["bot", "system"]
        await running.desk.wakeups.look()
        figures = (await running.client.get("/metrics")).text
        assert 'nightdesk_handovers_total{level="P0",reason="crisis"}' in figures
        assert 'nightdesk_open_handovers{level="P0",state="open"}' in figures
        assert (await running.client.get("/health/ready")).json()["record"] is True


def test_migrations_go_down_and_up_on_postgres(cluster: str) -> None:
    migrate(cluster, "base")
    migrate(cluster)
