"""What must hold of replies that are held back, on every kind of database."""

import asyncio
from dataclasses import replace

import pytest
from log_checks import new_conversation
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from nightdesk_desk import held, log
from nightdesk_desk.db import Database
from nightdesk_desk.log import NewEvent
from nightdesk_desk.models import HeldReply, now

REPLY = NewEvent("bot", "Please call.", "handover:crisis", level="P1", quick_replies=["Yes"])


async def a_held_reply_is_sent_once(one: Database, two: Database) -> None:
    conversation_id = await new_conversation(one)
    async with one.write() as session:
        await log.hold(session, conversation_id)
        assert await held.keep(session, conversation_id, REPLY, 0, {"P0": 30, "P1": 0})

    async def settled(db: Database) -> held.Settled | None:
        async with db.write() as session:
            await log.hold(session, conversation_id)
            return await held.settle(session, conversation_id)

    found = await asyncio.gather(*(settled(db) for db in (one, two) * 5))
    sent = replace(REPLY, answers=[0])
    assert [s for s in found if s is not None] == [held.Settled("sent", sent)]
    async with two.read() as session:
        [event] = await log.read_events(session, conversation_id)
        assert await held.waiting(session, conversation_id) is None
    assert (event.sender, event.text, event.outcome, event.level, event.quick_replies) == (
        "bot",
        "Please call.",
        "handover:crisis",
        "P1",
        ["Yes"],
    )


async def a_conversation_holds_one_reply_at_most(one: Database, two: Database) -> None:
    conversation_id = await new_conversation(one)

    async def keep(db: Database, seq: int) -> bool:
        async with db.write() as session:
            await log.hold(session, conversation_id)
            return await held.keep(session, conversation_id, REPLY, seq, {"P0": 30, "P1": 60})

    kept = await asyncio.gather(*(keep(db, i) for i, db in enumerate((one, two) * 5)))
    assert kept.count(True) == 1
    with pytest.raises(IntegrityError):
        async with one.write() as session:
            session.add(
                HeldReply(
                    conversation_id=conversation_id,
                    trigger_seq=1,
                    after_seq=1,
                    due_at=now(),
                    sender="bot",
                    text="x",
                    outcome="handover:crisis",
                    level="P1",
                )
            )
    # One that has ended stands in nobody's way.
    async with one.write() as session:
        await session.execute(update(HeldReply).values(state="answered"))
    assert await keep(two, 11)


HELD = [
    a_held_reply_is_sent_once,
    a_conversation_holds_one_reply_at_most,
]
