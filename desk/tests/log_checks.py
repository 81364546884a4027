"""What must hold of the conversations' log on every kind of database."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from nightdesk_desk import log, waiting
from nightdesk_desk.db import Database
from nightdesk_desk.log import NewEvent
from nightdesk_desk.models import Alert, Event, Staff


async def new_conversation(db: Database) -> str:
    async with db.write() as session:
        return (await log.start_conversation(session))[0]


async def writers_at_once_leave_no_gap_and_no_double(one: Database, two: Database) -> None:
    conversation_id = await new_conversation(one)

    async def write(db: Database, name: str) -> None:
        for i in range(15):
            async with db.write() as session:
                pair = [NewEvent("visitor", f"{name}{i}"), NewEvent("bot", f"to {name}{i}")]
                await log.append(session, conversation_id, pair)

    await asyncio.gather(*(write(db, n) for n, db in [("a", one), ("b", two), ("c", one)]))
    async with one.read() as session:
        events = await log.read_events(session, conversation_id)
    assert [e.seq for e in events] == list(range(1, 91))
    for asked, answered in zip(events[::2], events[1::2], strict=True):
        assert answered.text == f"to {asked.text}"


async def one_token_at_once_begins_one_conversation(one: Database, two: Database) -> None:
    token = log.new_token()
    looked = asyncio.Barrier(6)

    async def begin(db: Database) -> tuple[str, str]:
        async with db.read() as session:
            assert await log.conversation_of_token(session, token) is None
        await looked.wait()
        async with db.write() as session:
            found = await log.start_conversation(session, token)
            event = NewEvent("visitor", "hello", idempotency_key="k", answered=False)
            await log.append_once(session, found[0], event)
        return found

    [(conversation_id, given)] = {*await asyncio.gather(*(begin(db) for db in (one, two) * 3))}
    assert given == token
    async with one.read() as session:
        assert len(await log.read_events(session, conversation_id)) == 1


async def the_same_key_at_once_is_stored_once(one: Database, two: Database) -> None:
    conversation_id = await new_conversation(one)

    async def write(db: Database) -> log.Stored:
        async with db.write() as session:
            event = NewEvent("visitor", "hello", idempotency_key="k", answered=False)
            return await log.append_once(session, conversation_id, event)

    stored = await asyncio.gather(*(write(db) for db in (one, two) * 5))
    assert {s.seq for s in stored} == {1}
    assert [s.new for s in stored].count(True) == 1
    async with one.read() as session:
        assert len(await log.read_events(session, conversation_id)) == 1
        assert (conversation_id, 1) in await waiting.unanswered(session)


async def what_is_not_stored_takes_no_number(db: Database, _: Database) -> None:
    conversation_id = await new_conversation(db)
    event = NewEvent("visitor", "hello", idempotency_key="k", answered=False)
    other = NewEvent("visitor", "another", idempotency_key="k", answered=False)
    async with db.write() as session:
        await log.append_once(session, conversation_id, event)
    async with db.write() as session:
        assert not (await log.append_once(session, conversation_id, event)).new
        with pytest.raises(log.KeyReused):
            await log.append_once(session, conversation_id, other)
    async with db.write() as session:
        assert await log.append(session, conversation_id, [NewEvent("bot", "hi")]) == [2]


async def moments_come_back_as_they_went(one: Database, _two: Database) -> None:
    conversation_id = await new_conversation(one)
    at = datetime(2026, 11, 22, 9, 30, 0, 123456, tzinfo=UTC)
    zoned = at.astimezone(datetime.now().astimezone().tzinfo)
    async with one.write() as session:
        session.add(Event(conversation_id=conversation_id, seq=1, sender="bot", text="x", at=zoned))
    async with one.read() as session:
        [event] = await log.read_events(session, conversation_id)
        assert event.at == at
        assert event.at.tzinfo is not None
        before = at + timedelta(microseconds=1)
        found = await session.scalars(
            select(Event.seq).where(
                Event.conversation_id == conversation_id, Event.at < before, Event.at >= at
            )
        )
        assert list(found) == [1]


async def a_failed_block_leaves_nothing(one: Database, _two: Database) -> None:
    conversation_id = await new_conversation(one)

    async def fail() -> None:
        async with one.write() as session:
            await log.append(session, conversation_id, [NewEvent("visitor", "x")])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    async with one.write() as session:
        assert await log.append(session, conversation_id, [NewEvent("visitor", "y")]) == [1]


async def unknown_states_are_refused_by_the_tables(one: Database, _two: Database) -> None:
    for row in (
        Staff(username="x", first_name="X", role="owner", password_hash="x"),
        Event(conversation_id=await new_conversation(one), seq=1, sender="ghost", text="x"),
        Event(conversation_id="c_nobody", seq=1, sender="bot", text="x"),
        Alert(message_id="m", kind="gossip", address="a", level="P0"),
        Alert(message_id="m", kind="outage", address="a", level="P0", state="lost"),
    ):
        with pytest.raises(IntegrityError):
            async with one.write() as session:
                session.add(row)


LOG = [
    writers_at_once_leave_no_gap_and_no_double,
    one_token_at_once_begins_one_conversation,
    the_same_key_at_once_is_stored_once,
    what_is_not_stored_takes_no_number,
    moments_come_back_as_they_went,
    a_failed_block_leaves_nothing,
    unknown_states_are_refused_by_the_tables,
]
