"""What must hold of people who wait for a person, on every kind of database."""

import asyncio
from datetime import datetime, timedelta

from nightdesk_contract.clinic import ClinicFile
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk import call_backs, handovers, log, no_answer
from nightdesk_desk.db import Database
from nightdesk_desk.decide import Call
from nightdesk_desk.expected_wait import read_cases
from nightdesk_desk.log import NewEvent
from nightdesk_desk.models import Handover, Staff, now
from nightdesk_desk.settings import PROJECT_ROOT
from nightdesk_desk.words import Words


async def _asked(db: Database) -> str:
    """A new conversation in which somebody has asked for a person."""
    async with db.write() as session:
        conversation_id, _ = await log.start_conversation(session)
        await log.append(session, conversation_id, [NewEvent("visitor", "a person please")])
    return conversation_id


async def _called(session: AsyncSession, conversation_id: str) -> tuple[Staff, handovers.Opened]:
    """A member of staff, and the hand-over of somebody who has asked for a person."""
    staff = Staff(username=conversation_id.lower(), first_name="Ana", password_hash="x")
    session.add(staff)
    opened = await handovers.open_or_raise(session, conversation_id, 1, Call("request", "P3"))
    await session.flush()
    return staff, opened


async def a_call_back_is_offered_once(one: Database, two: Database) -> None:
    words = Words(ClinicFile(PROJECT_ROOT / "clinic.yml"), PROJECT_ROOT / "data")
    conversation_id = await _asked(one)
    async with one.write() as session:
        opened = await handovers.open_or_raise(session, conversation_id, 1, Call("request", "P3"))

    async def due(at: datetime) -> list[call_backs.Due]:
        async with two.read() as session:
            found = await call_backs.read_due(session, at)
        return [each for each in found if each.conversation_id == conversation_id]

    at = now() + call_backs.AFTER
    assert await due(at - call_backs.AFTER) == []
    [waiting] = await due(at)
    assert waiting.handover_id == opened.handover_id

    async def told(db: Database) -> int | None:
        async with db.write() as session:
            return await call_backs.tell(session, words, waiting, at)

    told_by = await asyncio.gather(*(told(db) for db in (one, two) * 3))
    assert sorted(seq for seq in told_by if seq is not None) == [2]
    assert await due(at) == []


async def that_nobody_answers_is_told_once(one: Database, two: Database) -> None:
    words = Words(ClinicFile(PROJECT_ROOT / "clinic.yml"), PROJECT_ROOT / "data")
    conversation_id = await _asked(one)
    at = now() + no_answer.AFTER
    async with one.write() as session:
        staff, opened = await _called(session, conversation_id)
        case = await handovers.hold(session, opened.handover_id)
        case.state, case.taken_by, case.taken_at = "taken", staff.id, now()
    async with one.write() as session:
        await log.append(session, conversation_id, [NewEvent("visitor", "are you there")])
    async with two.read() as session:
        due = await no_answer.read_due(session, words, at + timedelta(minutes=1))
    [mine] = [each for each in due if each.conversation_id == conversation_id]

    async def told(db: Database) -> int | None:
        async with db.write() as session:
            return await no_answer.tell(session, words, mine, at + timedelta(minutes=1))

    told_by = await asyncio.gather(*(told(db) for db in (one, two) * 3))
    assert sorted(seq for seq in told_by if seq is not None) == [3]


async def the_first_reply_of_each_hand_over_is_read(one: Database, two: Database) -> None:
    conversation_id = await _asked(one)
    async with one.write() as session:
        staff, opened = await _called(session, conversation_id)
        said = [NewEvent("staff", text, staff_id=staff.id) for text in ("one", "two")]
        await log.append(session, conversation_id, said)
        await session.execute(
            update(Handover)
            .where(Handover.id == opened.handover_id)
            .values(state="resolved", resolved_at=now())
        )
        await handovers.open_or_raise(session, conversation_id, 3, Call("request", "P3"))
    async with two.read() as session:
        cases = (await read_cases(session, now() - timedelta(minutes=5)))[-2:]
        [first, *_] = [e.at for e in await log.read_events(session, conversation_id, 1)]
    assert [(each.replied_at, each.over) for each in cases] == [(first, True), (None, False)]


WAITING = [
    a_call_back_is_offered_once,
    that_nobody_answers_is_told_once,
    the_first_reply_of_each_hand_over_is_read,
]
