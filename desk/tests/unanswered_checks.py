"""What must hold of messages that wait for their answer, on every kind of database."""

import asyncio

from log_checks import new_conversation
from nightdesk_contract.outcome import Safety

from nightdesk_desk import log, waiting
from nightdesk_desk.db import Database
from nightdesk_desk.log import NewEvent


async def a_message_is_answered_once(one: Database, two: Database) -> None:
    conversation_id = await new_conversation(one)
    async with one.write() as session:
        await log.append(session, conversation_id, [NewEvent("visitor", "hi", answered=False)])

    async def answered(db: Database) -> bool:
        async with db.write() as session:
            return await waiting.mark_answered(
                session, conversation_id, 1, Safety("c", "d", "r", 0.5, ((0, 2),))
            )

    assert (await asyncio.gather(*(answered(db) for db in (one, two) * 4))).count(True) == 1
    async with one.read() as session:
        [event] = await log.read_events(session, conversation_id)
    assert event.safety == {
        "category": "c",
        "detector": "d",
        "rule": "r",
        "score": 0.5,
        "spans": [[0, 2]],
    }


async def waiting_messages_are_read_as_an_unbroken_run(one: Database, two: Database) -> None:
    conversation_id = await new_conversation(one)
    said = [
        NewEvent("visitor", "before"),
        NewEvent("bot", "Hello.", quick_replies=["Costs", "Hours"]),
        NewEvent("system", "A note."),
        *(NewEvent("visitor", text, answered=False) for text in ("a", "b", "c")),
    ]
    async with one.write() as session:
        await log.append(session, conversation_id, said)

    async def read(seq: int, reach: int = 10) -> waiting.Waiting | None:
        async with two.read() as session:
            return await waiting.waiting_around(session, conversation_id, seq, reach)

    found = await read(5)
    assert found is not None
    assert [(m.seq, m.text) for m in found.run] == [(4, "a"), (5, "b"), (6, "c")]
    assert (found.state, list(found.quick_replies)) == ("bot", ["Costs", "Hours"])
    assert not found.followed
    short = await read(6, reach=1)
    assert short is not None
    assert [m.seq for m in short.run] == [5, 6]
    assert await read(2) is None
    async with one.write() as session:
        await log.append(session, conversation_id, [NewEvent("bot", "Yes?", quick_replies=["No"])])
        await waiting.mark_answered(session, conversation_id, 5)
    found = await read(4)
    assert found is not None
    assert [m.seq for m in found.run] == [4]
    assert found.followed
    assert await read(5) is None


UNANSWERED = [
    a_message_is_answered_once,
    waiting_messages_are_read_as_an_unbroken_run,
]
