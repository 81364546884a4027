"""Another program writes to the database: visitors are told in time, and go on reading."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from desk_in_process import Running, Visitor
from sqlalchemy.exc import OperationalError, SQLAlchemyError, TimeoutError

from nightdesk_desk import log, visitor_api
from nightdesk_desk.db import Database
from nightdesk_desk.settings import Settings

GUARD = 5.0
"""Ends a test that hangs: half of what the desk waits for a lock without a limit."""


@contextmanager
def locked(var: Path) -> Iterator[None]:
    with closing(sqlite3.connect(var / "desk.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


@pytest_asyncio.fixture
async def db(settings: Settings) -> AsyncIterator[Database]:
    made = Database(settings.database_url)
    # The first of all turns the file's journal into a log, which no lock may keep it from.
    async with made.write() as session:
        await log.start_conversation(session)
    yield made
    await made.close()


async def test_a_write_with_a_limit_gives_up_while_the_lock_is_held(
    db: Database, settings: Settings
) -> None:
    with locked(settings.var), pytest.raises(OperationalError):
        async with asyncio.timeout(GUARD), db.write(within=0.3) as session:
            await log.start_conversation(session)
    async with db.write(within=0.3) as session:
        await log.start_conversation(session)


async def test_a_write_with_a_limit_does_not_queue_longer(db: Database) -> None:
    async with db.write():
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(GUARD), db.write(within=0.1):
                pass
    async with db.write(within=0.3):
        pass


async def test_the_next_write_without_a_limit_waits_as_ever(
    db: Database, settings: Settings
) -> None:
    with locked(settings.var), pytest.raises(SQLAlchemyError):
        async with db.write(within=0.1) as session:
            await log.start_conversation(session)

    async def write() -> None:
        async with db.write() as session:
            await log.start_conversation(session)

    with locked(settings.var):
        waiting = asyncio.create_task(write())
        done, _ = await asyncio.wait([waiting], timeout=1)
        assert not done
    await waiting


async def test_a_message_that_cannot_be_stored_is_refused_while_it_cannot(
    visitor: Visitor, running: Running, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visitor_api, "STORE_WITHIN", 0.3)
    with locked(settings.var):
        async with asyncio.timeout(GUARD):
            # One after the other would take as often as long as one.
            answers = await asyncio.gather(*(visitor.say("hello", f"k{n}") for n in range(20)))
        assert {answer.status_code for answer in answers} == {503}
        assert answers[0].json()["error"] == "unavailable"
    assert (await visitor.say("hello", "k0")).status_code == 202
    assert [event["key"] for event in await visitor.events() if event["key"]] == ["k0"]


async def test_a_conversation_that_cannot_begin_is_refused_while_it_cannot(
    running: Running, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visitor_api, "STORE_WITHIN", 0.3)
    body = {"token": "t" * 32, "messages": {"k": "hello"}}
    with locked(settings.var):
        async with asyncio.timeout(GUARD):
            answer = await running.client.post("/api/conversations", json=body)
        assert answer.status_code == 503
    assert (await running.client.post("/api/conversations", json=body)).status_code == 201


async def test_reading_does_not_wait_for_the_note_that_the_visitor_is_here(
    visitor: Visitor, settings: Settings
) -> None:
    await visitor.chat("hello")
    async with visitor.desk.db.write() as session:
        connection = await session.connection()
        await connection.exec_driver_sql("UPDATE conversations SET visitor_seen_at = NULL")
    with locked(settings.var):
        async with asyncio.timeout(GUARD):
            assert len(await visitor.events()) >= 2
