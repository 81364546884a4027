"""Who writes is told at once here, and kept for others: seldom, and only with a person there."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from desk_in_process import Visitor
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from typing_checks import new_conversation, rows

from nightdesk_desk import typing_told
from nightdesk_desk.db import Database
from nightdesk_desk.models import now
from nightdesk_desk.settings import Settings
from nightdesk_desk.typing_notices import LASTS, note_due
from nightdesk_desk.typing_told import TypingTold
from nightdesk_desk.wakeups import Typing, Wakeups


@pytest.fixture
async def db(settings: Settings) -> AsyncIterator[Database]:
    made = Database(settings.database_url)
    yield made
    await made.close()


async def test_who_goes_on_writing_costs_no_write_each_time(db: Database) -> None:
    conversation_id = await new_conversation(db)
    writes: list[str] = []

    @event.listens_for(db.engine.sync_engine, "before_cursor_execute")
    def on_statement(_c: object, _k: object, sql: str, *_: object) -> None:
        if not sql.startswith(("SELECT", "BEGIN")):
            writes.append(sql)

    telling = TypingTold(db, Wakeups(db))
    for _ in range(20):
        await telling.tell(conversation_id, "visitor", True)
    assert len(writes) == 1
    for _ in range(20):
        await telling.tell(conversation_id, "visitor", False)
    assert len(writes) == 2


async def test_it_is_kept_again_when_half_its_time_is_over(db: Database) -> None:
    conversation_id, at = await new_conversation(db), now()
    await TypingTold(db, Wakeups(db)).tell(conversation_id, "staff", True)
    async with db.read() as session:
        for part, due in ((0.4, False), (0.6, True), (2, True)):
            later = at + part * LASTS["staff"]
            assert await note_due(session, conversation_id, "staff", True, later) is due


async def test_while_the_assistant_answers_nothing_is_kept(db: Database) -> None:
    conversation_id = await new_conversation(db, state="bot")
    await TypingTold(db, Wakeups(db)).tell(conversation_id, "visitor", True)
    assert await rows(db, conversation_id) == []
    await TypingTold(db, Wakeups(db)).tell("nobody", "visitor", True)


async def test_what_was_told_here_outweighs_what_is_stored_for_a_moment(db: Database) -> None:
    at = 100.0
    wakeups = Wakeups(db, clock=lambda: at)
    conversation_id = await new_conversation(db)
    await TypingTold(db, Wakeups(db)).tell(conversation_id, "visitor", True)
    with wakeups.watch(conversation_id) as watch:
        # Not kept yet: a look in between must not say the opposite.
        wakeups.typing(conversation_id, Typing("visitor", False))
        assert watch.take_typing() == Typing("visitor", False)
        await wakeups.look()
        assert watch.take_typing() is None
        at += 2
        await wakeups.look()
        assert watch.take_typing() == Typing("visitor", True)


@pytest.mark.parametrize("fault", ["refused", "endless"])
async def test_a_database_that_does_not_answer_stops_no_notice_here(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    monkeypatch.setattr(typing_told, "WITHIN", 0.01)

    @asynccontextmanager
    async def read() -> AsyncIterator[None]:
        if fault == "refused":
            raise OperationalError("secret words", None, Exception())
        await asyncio.Event().wait()
        yield

    monkeypatch.setattr(Database, "read", lambda _self: read())
    with visitor.desk.wakeups.watch(visitor.id) as watch:
        await asyncio.wait_for(visitor.desk.typing.tell(visitor.id, "visitor", True), 10)
        assert watch.take_typing() == Typing("visitor", True)
    assert "a typing notice was not kept" in caplog.text
    assert "secret words" not in caplog.text
