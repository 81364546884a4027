"""What must hold of the audit record, and of the figures that look into it, on every database."""

import asyncio
from datetime import timedelta

import pytest
from log_checks import new_conversation
from nightdesk_contract.clinic import load_clinic
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from nightdesk_desk import handovers, log
from nightdesk_desk.audit.dropping import drop_before
from nightdesk_desk.audit.models import AuditEntry
from nightdesk_desk.audit.record import note
from nightdesk_desk.audit.verifying import verify
from nightdesk_desk.db import Database
from nightdesk_desk.decide import Call
from nightdesk_desk.log import NewEvent
from nightdesk_desk.models import now
from nightdesk_desk.numbers_facts import read_facts, read_gone
from nightdesk_desk.privacy.removal import remove_conversation
from nightdesk_desk.settings import PROJECT_ROOT


async def audit_entries_are_numbered_and_chained_however_many_write(
    one: Database, two: Database
) -> None:
    conversation_id = await new_conversation(one)

    async def write(db: Database, name: str) -> None:
        for i in range(10):
            async with db.write() as session:
                # Before and after what else the transaction holds: no order may deadlock.
                await note(session, "first", about=name)
                await log.append(session, conversation_id, [NewEvent("bot", f"{name}{i}")])
                await note(session, "second", about=name)

    await asyncio.gather(*(write(db, n) for n, db in [("a", one), ("b", two), ("c", two)]))
    async with two.read() as session:
        verdict = await verify(session, lambda done, of: None)
        rows = await session.execute(
            select(AuditEntry.number, AuditEntry.about)
            .where(AuditEntry.about.in_(["a", "b", "c"]))
            .order_by(AuditEntry.number)
        )
        found = [tuple(row) for row in rows]
    assert verdict.wrong is None
    assert len(found) == 60
    assert [number for number, _ in found] == list(range(found[0][0], found[0][0] + 60))
    for first, second in zip(found[::2], found[1::2], strict=True):
        assert first[1] == second[1]


async def audit_entries_are_never_changed_and_only_dropped_as_a_beginning(
    one: Database, two: Database
) -> None:
    async def refused(words: str) -> None:
        with pytest.raises(DBAPIError, match="never"):
            async with two.write() as session:
                await session.execute(text(words))

    async with one.write() as session:
        await note(session, "kept", about="c_1")
    for attempt in range(2):
        await refused("UPDATE audit_entries SET about = 'c_2'")
        await refused("UPDATE audit_entries SET number = number + 1000")
        await refused("DELETE FROM audit_entries")
        if one.engine.dialect.name == "postgresql":
            await refused("TRUNCATE audit_entries")
        if attempt == 0:
            async with one.write() as session:
                assert await drop_before(session, now() + timedelta(days=1)) > 0
    async with two.read() as session:
        verdict = await verify(session, lambda done, of: None)
        left = await session.execute(select(AuditEntry.kind, AuditEntry.number))
        assert [tuple(row) for row in left] == [("audit_dropped", verdict.first)]
    assert verdict.wrong is None


async def the_audit_record_is_whole_while_others_write(one: Database, two: Database) -> None:
    writing = True

    async def write(db: Database) -> None:
        while writing:
            async with db.write() as session:
                await note(session, "meanwhile")
                await note(session, "meanwhile")

    writers = [asyncio.create_task(write(db)) for db in (one, two)]
    seen = set()
    try:
        for _ in range(10):
            async with two.read() as session:
                verdict = await verify(session, lambda done, of: None)
            assert verdict.wrong is None
            seen.add(verdict.last)
            await asyncio.sleep(0.02)
    finally:
        writing = False
        await asyncio.gather(*writers)
    assert len(seen) > 1


async def figures_are_read(one: Database, two: Database) -> None:
    clinic, since = load_clinic(PROJECT_ROOT / "clinic.yml"), now() - timedelta(hours=1)
    async with two.read() as session:
        before = await read_facts(session, since, now(), clinic, {})
        gone = await read_gone(session, since)
    ids, begun = [], now()
    async with one.write() as session:
        for _ in range(2):
            conversation_id, _ = await log.start_conversation(session)
            (seq,) = await log.append(session, conversation_id, [log.NewEvent("visitor", "x")])
            await handovers.open_or_raise(session, conversation_id, seq, Call("request", "P3"))
            await handovers.open_or_raise(session, conversation_id, seq, Call("crisis", "P0"))
            ids.append(conversation_id)
    async with one.write() as session:
        await log.hold(session, ids[0])
        await remove_conversation(session, ids[0], {"why": "visitor"})
    async with two.read() as session:
        facts = await read_facts(session, since, now(), clinic, {})
        after = await read_gone(session, since)
    assert len(facts.chats) == len(before.chats) + 1
    [case] = [case for case in facts.cases if case.opened_at >= begun]
    assert (case.level, case.seen_at) == ("P0", None)
    assert case.called_at is not None
    assert after.deleted == gone.deleted + 1
    assert after.first_kept is not None


AUDIT = [
    audit_entries_are_numbered_and_chained_however_many_write,
    audit_entries_are_never_changed_and_only_dropped_as_a_beginning,
    the_audit_record_is_whole_while_others_write,
    figures_are_read,
]
