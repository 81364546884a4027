"""What must hold of deletion, retention and encryption on every kind of database."""

import asyncio
from datetime import timedelta

import pytest
from nightdesk_contract.clinic_retention import Retention
from sqlalchemy import delete, select, text, update

from nightdesk_desk import handovers, log
from nightdesk_desk.daily import claim_daily
from nightdesk_desk.db import Database
from nightdesk_desk.decide import Call
from nightdesk_desk.feedback_api import store_feedback
from nightdesk_desk.log import NewEvent
from nightdesk_desk.models import Contact, Conversation, Event, now
from nightdesk_desk.privacy import keys
from nightdesk_desk.privacy.deletion import delete_if_free, request_deletion, waiting_deletions
from nightdesk_desk.privacy.forgetting import (
    SETTLED,
    Due,
    behind,
    claim,
    note_failed,
    note_forgotten,
)
from nightdesk_desk.privacy.models import Forgetting
from nightdesk_desk.privacy.purge import look, purge
from nightdesk_desk.privacy.removal import belonging
from nightdesk_desk.privacy.rotation import any_encrypted, rotate


async def a_chat(db: Database, level: str = "P2") -> str:
    async with db.write() as session:
        conversation_id, _ = await log.start_conversation(session)
        said = [NewEvent("visitor", "is it safe?"), NewEvent("bot", "Ask us.", "answer:safe")]
        await log.append(session, conversation_id, said)
        reason = "crisis" if level in ("P0", "P1") else "medical_advice"
        await handovers.open_or_raise(session, conversation_id, 1, Call(reason, level))
        assert await store_feedback(session, conversation_id, 2, helpful=True)
        session.add(Contact(conversation_id=conversation_id, name="Ada " * 25, phone="555-0100"))
    return conversation_id


async def _resolve(db: Database, conversation_id: str) -> None:
    async with db.write() as session:
        case = await handovers.unresolved(session, conversation_id)
        assert case is not None
        case.state, case.resolved_at = "resolved", now() - timedelta(days=50)


async def a_visitors_deletion_happens_once(one: Database, two: Database) -> None:
    at_once = await a_chat(one)
    async with one.write() as session:
        assert await request_deletion(session, at_once) is None
    async with two.write() as session:
        with pytest.raises(log.UnknownConversation):
            await request_deletion(session, at_once)
    kept = await a_chat(one, "P1")
    async with one.write() as session:
        assert await request_deletion(session, kept) == "staff"
    async with two.read() as session:
        assert kept in await waiting_deletions(session)
    await _resolve(one, kept)

    async def delete(db: Database) -> bool:
        async with db.write() as session:
            return await delete_if_free(session, kept)

    assert (await asyncio.gather(*(delete(db) for db in (one, two) * 3))).count(True) == 1


async def what_is_old_goes_and_what_is_in_use_stays(one: Database, two: Database) -> None:
    old, in_use, young = await a_chat(one), await a_chat(one), await a_chat(one)
    for conversation_id in (old, young):
        await _resolve(one, conversation_id)
    async with one.write() as session:
        long_ago = now() - timedelta(days=50)
        theirs = Event.conversation_id.in_([old, in_use])
        await session.execute(update(Event).where(theirs).values(at=long_ago))
        contacts = Contact.conversation_id.in_([old, in_use])
        await session.execute(update(Contact).where(contacts).values(consent_at=long_ago))
    days = Retention(messages=40, contacts=40, audit=2190)
    messages, contact, entries = await look(two, days, now())
    assert messages.old.number >= 1
    assert contact.old.number >= 1
    assert messages.old.newest is not None
    assert messages.old.newest.tzinfo is not None
    assert entries.old.number == 0
    gone = await asyncio.gather(purge(one, days, now()), purge(two, days, now()))
    assert sum(found["messages"] for found in gone) == messages.old.number
    async with two.read() as session:
        left = set(await session.scalars(select(Conversation.id)))
        assert len(await handovers.contacts(session, in_use)) == 1
    assert {in_use, young} <= left
    assert old not in left


async def contacts_stay_when_their_visitor_comes_back_meanwhile(
    one: Database, two: Database
) -> None:
    back = await a_chat(one)
    await _resolve(one, back)
    async with one.write() as session:
        theirs = update(Contact).where(Contact.conversation_id == back)
        await session.execute(theirs.values(consent_at=now() - timedelta(days=50)))
    async with one.write() as session:
        await log.hold(session, back)
        purging = asyncio.create_task(purge(two, Retention(contacts=40), now()))
        await asyncio.sleep(0.3)
        await handovers.open_or_raise(session, back, 1, Call("request", "P3"))
    await purging
    async with two.read() as session:
        assert len(await handovers.contacts(session, back)) == 1


async def a_daily_work_is_claimed_by_one(one: Database, two: Database) -> None:
    at = now()

    async def claim(db: Database, later: timedelta) -> bool:
        async with db.write() as session:
            return await claim_daily(session, "check", at + later)

    for later, times in ((0, 1), (23, 0), (24, 1), (25, 0)):
        claims = await asyncio.gather(*(claim(db, timedelta(hours=later)) for db in (one, two) * 3))
        assert claims.count(True) == times


async def what_is_to_be_forgotten_is_claimed_by_one(one: Database, two: Database) -> None:
    gone = await a_chat(one)
    async with one.write() as session:
        assert await request_deletion(session, gone) is None
        session.add_all(Forgetting(sender=f"c_{number}") for number in range(30))
    at = now()

    async def claimed(db: Database) -> list[Due]:
        async with db.write() as session:
            return await claim(session, at)

    found = [row for rows in await asyncio.gather(*map(claimed, (one, two))) for row in rows]
    found += [row for db in (one, two) for row in await claimed(db)]
    names = [row.sender for row in found]
    assert len(names) == len(set(names))
    assert gone in names
    async with one.write() as session:
        await note_failed(session, found[0], at)
        await note_forgotten(session, found[1:], at + SETTLED)
    async with two.read() as session:
        assert await behind(session) == (1, found[0].since)
        assert list(await session.scalars(select(Forgetting.sender))) == [found[0].sender]
    async with two.write() as session:
        await session.execute(delete(Forgetting))


async def texts_are_encrypted_and_rotated(one: Database, two: Database) -> None:
    old, new = keys.new_key(), keys.new_key()
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(keys.VARIABLE, old)
        conversation_id = await a_chat(one)
        assert await any_encrypted(two)
        environment.setenv(keys.VARIABLE, f"{new},{old}")
        await rotate(two, keys.current(), lambda done: None)
        environment.setenv(keys.VARIABLE, new)
        async with two.read() as session:
            events = await log.read_events(session, conversation_id)
            [contact] = await handovers.contacts(session, conversation_id)
            kept = await session.scalar(
                text("SELECT name FROM contacts WHERE conversation_id = :id"),
                {"id": conversation_id},
            )
        assert [event.text for event in events] == ["is it safe?", "Ask us."]
        assert contact.name == "Ada " * 25
        # Longer than the column was before.
        assert len(str(kept)) > 200
    # Other checks use this database without keys: what this one has encrypted goes.
    async with one.write() as session:
        for table in belonging():
            await session.execute(delete(table))


PRIVACY = [
    a_visitors_deletion_happens_once,
    what_is_old_goes_and_what_is_in_use_stays,
    contacts_stay_when_their_visitor_comes_back_meanwhile,
    a_daily_work_is_claimed_by_one,
    what_is_to_be_forgotten_is_claimed_by_one,
    texts_are_encrypted_and_rotated,
]
