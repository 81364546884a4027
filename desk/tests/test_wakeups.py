"""Looking for other processes' writes goes on, whatever one look does."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk import log
from nightdesk_desk.db import Database
from nightdesk_desk.settings import Settings
from nightdesk_desk.wakeups import Typing, Wakeups, Watch


async def test_a_look_that_hangs_does_not_end_the_news(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    db, other = Database(settings.database_url), Database(settings.database_url)
    async with other.write() as session:
        conversation_id, _ = await log.start_conversation(session)
    hung, reads = asyncio.Event(), db.read

    @asynccontextmanager
    async def read() -> AsyncIterator[AsyncSession]:
        if not hung.is_set():
            hung.set()
            await asyncio.Event().wait()
        async with reads() as session:
            yield session

    monkeypatch.setattr(db, "read", read)
    wakeups = Wakeups(db, look_every=0.01, look_within=0.01)
    await wakeups.start()
    try:
        with wakeups.watch(conversation_id) as watch:
            await asyncio.wait_for(hung.wait(), 10)
            wakeups.lookings[0]._within = 10
            assert await watch.wait(10)
            async with other.write() as session:
                await log.append(session, conversation_id, [log.NewEvent("visitor", "hello")])
            assert await watch.wait(10)
    finally:
        await wakeups.stop()
        await db.close()
        await other.close()
    assert "looking for news failed: TimeoutError" in caplog.text


async def test_typing_of_a_conversation_that_nobody_reads_is_not_kept(settings: Settings) -> None:
    wakeups = Wakeups(Database(settings.database_url))
    wakeups.typing("c", Typing("visitor", True))
    with wakeups.watch("c"):
        wakeups.typing("c", Typing("visitor", True))
        assert wakeups._told
    assert not wakeups._told


def test_a_reader_knows_news_of_the_log_from_news_of_typing() -> None:
    watch = Watch()
    assert not watch.take_stored()
    watch.wake(Typing("bot", True))
    assert not watch.take_stored()
    watch.wake()
    watch.wake(Typing("bot", False))
    assert watch.take_stored()
    assert not watch.take_stored()


async def test_a_look_wakes_only_who_has_not_read_that_far(settings: Settings) -> None:
    db = Database(settings.database_url)
    wakeups = Wakeups(db)
    try:
        async with db.write() as session:
            conversation_id, _ = await log.start_conversation(session)
            await log.append(session, conversation_id, [log.NewEvent("visitor", "one")])
        with wakeups.watch(conversation_id) as read, wakeups.watch(conversation_id) as unread:
            read.read_to, unread.read_to = 1, 0
            await wakeups.look()
            assert not read.take_stored()
            assert unread.take_stored()
            async with db.write() as session:
                await log.append(session, conversation_id, [log.NewEvent("bot", "two")])
            await wakeups.look()
            assert read.take_stored()
    finally:
        await db.close()
