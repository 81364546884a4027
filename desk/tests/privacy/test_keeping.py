"""What the desk deletes by itself while it runs."""

import asyncio
import logging

import pytest
from desk_in_process import Visitor
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from nightdesk_desk.models import Conversation, now
from nightdesk_desk.privacy import keeping as module
from nightdesk_desk.privacy.keeping import Keeping


async def asked(visitor: Visitor) -> None:
    await visitor.chat("hello")
    async with visitor.desk.db.write() as session:
        await session.execute(update(Conversation).values(deletion_requested_at=now()))


async def gone(visitor: Visitor) -> None:
    """Wait until the conversation is gone."""
    async with asyncio.timeout(10):
        while True:
            async with visitor.desk.db.read() as session:
                if await session.scalar(select(Conversation.id)) is None:
                    return
            await asyncio.sleep(0.02)


@pytest.fixture
async def quick(visitor: Visitor):
    desk = visitor.desk
    made = Keeping(desk.db, desk.wakeups, desk.words, look_every=0.02)
    yield made
    await made.stop()


async def test_what_may_go_goes_by_itself(visitor: Visitor, quick: Keeping) -> None:
    await asked(visitor)
    with visitor.desk.wakeups.watch(visitor.id) as news:
        await quick.start()
        await gone(visitor)
        # Open pages hear of it.
        assert await news.wait(5)


async def test_a_record_that_is_away_is_asked_again(
    visitor: Visitor, quick: Keeping, monkeypatch: pytest.MonkeyPatch, caplog
) -> None:
    await asked(visitor)
    find, tries = module.deletion.waiting_deletions, []

    async def away_at_first(session):
        tries.append(1)
        if len(tries) < 3:
            raise OperationalError("select", {}, Exception("secret words"))
        return await find(session)

    monkeypatch.setattr(module.deletion, "waiting_deletions", away_at_first)
    with caplog.at_level(logging.ERROR):
        await quick.start()
        await gone(visitor)
    assert "OperationalError" in caplog.text
    assert "secret words" not in caplog.text
