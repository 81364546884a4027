"""What must hold of calling for a person, on every kind of database."""

import asyncio

import pytest
from log_checks import new_conversation
from nightdesk_contract.clinic_alerts import AlertAddress
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from nightdesk_desk import handovers, log
from nightdesk_desk.alerts import addresses, outbox
from nightdesk_desk.alerts.faults import Fault
from nightdesk_desk.db import Database
from nightdesk_desk.decide import Call
from nightdesk_desk.models import Alert, Handover, now


async def a_conversation_has_at_most_one_unresolved_hand_over(one: Database, two: Database) -> None:
    conversation_id = await new_conversation(one)

    async def call(db: Database, seq: int) -> handovers.Opened:
        async with db.write() as session:
            await log.hold(session, conversation_id)
            return await handovers.open_or_raise(
                session, conversation_id, seq, Call("request", "P3")
            )

    opened = await asyncio.gather(*(call(db, i) for i, db in enumerate((one, two) * 5)))
    assert [o.new for o in opened].count(True) == 1
    assert len({o.handover_id for o in opened}) == 1
    async with one.read() as session:
        assert len(await handovers.triggers(session, opened[0].handover_id)) == 10
    with pytest.raises(IntegrityError):
        async with one.write() as session:
            session.add(
                Handover(
                    conversation_id=conversation_id, trigger_seq=1, reason="request", level="P3"
                )
            )


async def an_alert_is_written_once_and_claimed_by_one(one: Database, two: Database) -> None:
    conversation_id = await new_conversation(one)
    name = f"phone {conversation_id[:8]}"
    address = AlertAddress(name, url="json://localhost", levels=("P0", "P1"))
    async with one.write() as session:
        session.info[outbox.ADDRESSES] = lambda: [address]
        await log.hold(session, conversation_id)
        opened = await handovers.open_or_raise(session, conversation_id, 1, Call("crisis", "P1"))
        case = await handovers.get(session, opened.handover_id)
        assert case is not None
        await outbox.put(session, case)
    async with two.read() as session:
        [found] = [row for row in await outbox.due(session, now(), 3) if row.address == name]

    async def claimed(db: Database) -> Alert | None:
        async with db.write() as session:
            return await outbox.claim(session, found, now())

    [alert] = [
        got for got in await asyncio.gather(*map(claimed, (one, two) * 5)) if got is not None
    ]
    fault = Fault("server", "500")

    async def fails(db: Database) -> None:
        async with db.write() as session:
            await addresses.note_failure(session, name, fault, now(), [name, f"{name} too"])

    await asyncio.gather(*map(fails, (one, two) * 2))
    async with one.write() as session:
        assert await outbox.end(session, alert, state="failed")
        notes = await session.scalars(select(Alert.address).where(Alert.about == name))
        assert list(notes) == [f"{name} too"]
        failing = (await addresses.known(session))[name]
        assert (failing.waiting, failing.fault) == (1, fault)
        await addresses.note_success(session, name, now())
    async with two.read() as session:
        assert (await addresses.known(session))[name].failing_since is None


CALLING = [
    a_conversation_has_at_most_one_unresolved_hand_over,
    an_alert_is_written_once_and_claimed_by_one,
]
