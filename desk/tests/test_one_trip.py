"""One trip a statement: SQLite's transactions are what they were."""

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from nightdesk_desk import log
from nightdesk_desk.db import Database
from nightdesk_desk.one_trip import connect
from nightdesk_desk.settings import Settings


async def test_a_statement_and_its_rows_are_one_trip(tmp_path: Path) -> None:
    connection = await connect(str(tmp_path / "x.sqlite3"), isolation_level=None)
    trips: list[object] = []
    there = connection._execute

    async def counted(act: Callable[..., object], *arguments: object) -> object:
        trips.append(act)
        return await there(act, *arguments)  # type: ignore[no-untyped-call]

    connection._execute = counted  # type: ignore[method-assign,assignment]
    try:
        connection.begin("BEGIN")
        cursor = await connection.cursor().execute("SELECT 1 UNION SELECT 2")
        assert await cursor.fetchall() == [(1,), (2,)]
        assert cursor.description[0][0] == "1"
        await cursor.close()
        assert len(trips) == 1
        assert connection.in_transaction
        await connection.commit()
        assert not connection.in_transaction
        await connection.rollback()
        assert len(trips) == 2
    finally:
        await connection.close()


async def test_the_end_of_a_reading_is_not_waited_for_and_comes_before_what_follows(
    tmp_path: Path,
) -> None:
    path = str(tmp_path / "x.sqlite3")
    connection = await connect(path, isolation_level=None)
    trips: list[object] = []
    there = connection._execute

    async def counted(act: Callable[..., object], *arguments: object) -> object:
        trips.append(act)
        return await there(act, *arguments)  # type: ignore[no-untyped-call]

    try:
        await connection.cursor().execute("CREATE TABLE t (n INTEGER PRIMARY KEY)")
        await connection.commit()
        connection._execute = counted  # type: ignore[method-assign,assignment]
        for end in (connection.commit, connection.rollback):
            connection.begin("BEGIN", reads=True)
            await connection.cursor().execute("SELECT * FROM t")
            await end()
            assert len(trips) == 1
            # A transaction cannot begin inside another one: the one before is over.
            connection.begin("BEGIN IMMEDIATE")
            await connection.cursor().execute("DELETE FROM t")
            assert connection.in_transaction
            await connection.commit()
            assert not connection.in_transaction
            assert len(trips) == 3
            trips.clear()
    finally:
        await connection.close()


async def test_rows_are_taken_one_after_the_other(tmp_path: Path) -> None:
    connection = await connect(str(tmp_path / "x.sqlite3"), isolation_level=None)
    try:
        cursor = await connection.cursor().execute("VALUES (1), (2), (3), (4)")
        assert await cursor.fetchone() == (1,)
        assert await cursor.fetchmany(2) == [(2,), (3,)]
        assert await cursor.fetchall() == [(4,)]
        assert await cursor.fetchone() is None
        await connection.cursor().execute("CREATE TABLE t (n INTEGER PRIMARY KEY)")
        many = await connection.cursor().executemany("INSERT INTO t VALUES (?)", [(7,), (8,)])
        assert many.rowcount == 2
        one = await connection.cursor().execute("INSERT INTO t VALUES (?)", (9,))
        assert (one.rowcount, one.lastrowid) == (1, 9)
        with pytest.raises(sqlite3.IntegrityError):
            await connection.cursor().execute("INSERT INTO t VALUES (?)", (9,))
    finally:
        await connection.close()


async def test_a_writer_takes_its_lock_with_its_first_statement(settings: Settings) -> None:
    db = Database(settings.database_url)
    path = settings.database_url.partition(":///")[2]
    other = sqlite3.connect(path, isolation_level=None, timeout=0)
    try:
        async with db.write() as session:
            # It only reads so far: the lock is there all the same, or a second writer could come
            # between what is read and what is written.
            await session.execute(text("SELECT count(*) FROM conversations"))
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                other.execute("BEGIN IMMEDIATE")
        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")
    finally:
        other.close()
        await db.close()


async def test_a_reading_sees_one_moment(settings: Settings) -> None:
    db, other = Database(settings.database_url), Database(settings.database_url)
    try:
        async with other.write() as session:
            await log.start_conversation(session)
        async with db.read() as session:
            count = text("SELECT count(*) FROM conversations")
            assert await session.scalar(count) == 1
            async with other.write() as writing:
                await log.start_conversation(writing)
            assert await session.scalar(count) == 1
        async with db.read() as session:
            assert await session.scalar(count) == 2
    finally:
        await db.close()
        await other.close()


async def _write_twice(db: Database, conversation_id: str) -> None:
    async with db.write() as session:
        await log.append(session, conversation_id, [log.NewEvent("visitor", "one")])
        await session.execute(text("INSERT INTO conversations SELECT * FROM conversations"))


async def test_what_fails_leaves_nothing_and_the_connection_works_on(settings: Settings) -> None:
    db = Database(settings.database_url)
    try:
        async with db.write() as session:
            conversation_id, token = await log.start_conversation(session)
        with pytest.raises(IntegrityError):
            await _write_twice(db, conversation_id)
        async with db.read() as session:
            assert await log.read_events(session, conversation_id) == []
        async with db.write() as session:
            assert await log.start_conversation(session, token) == (conversation_id, token)
    finally:
        await db.close()


async def test_a_writing_that_is_cut_off_is_undone(settings: Settings) -> None:
    db = Database(settings.database_url)
    try:
        async with db.write() as session:
            conversation_id, _ = await log.start_conversation(session)
        written = asyncio.Event()

        async def write() -> None:
            async with db.write() as session:
                await log.append(session, conversation_id, [log.NewEvent("visitor", "one")])
                written.set()
                await asyncio.Event().wait()

        task = asyncio.create_task(write())
        await written.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        async with db.write() as session:
            assert await log.append(session, conversation_id, [log.NewEvent("visitor", "two")])
        async with db.read() as session:
            assert [e.text for e in await log.read_events(session, conversation_id)] == ["two"]
    finally:
        await db.close()


async def test_what_a_reading_writes_is_undone_every_time(settings: Settings) -> None:
    db = Database(settings.database_url)
    try:
        async with db.write() as session:
            conversation_id, _ = await log.start_conversation(session)
        event = log.NewEvent("bot", "hi")
        for _ in range(3):
            async with db.read() as session:
                assert await log.append(session, conversation_id, [event]) == [1]
        async with db.read() as session:
            assert await log.read_events(session, conversation_id) == []
        async with db.write() as session:
            assert await log.append(session, conversation_id, [event]) == [1]
    finally:
        await db.close()


async def test_what_is_read_with_one_statement_has_no_transaction_around_it(
    settings: Settings,
) -> None:
    db = Database(settings.database_url)
    try:
        async with db.write() as session:
            conversation_id, _ = await log.start_conversation(session)
        async with db.read_once() as reading:
            assert await log.is_there(reading, conversation_id)
            raw = await reading.get_raw_connection()
            assert raw.driver_connection is not None
            assert not raw.driver_connection.in_transaction
        # The connection works on, with a transaction again where there is to be one.
        async with db.read() as session:
            assert await log.is_there(session, conversation_id)
            raw = await (await session.connection()).get_raw_connection()
            assert raw.driver_connection is not None
            assert raw.driver_connection.in_transaction
    finally:
        await db.close()
