"""What is older than the clinic wants it kept goes; what is in use stays."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from nightdesk_contract.clinic_retention import Retention
from sqlalchemy import func, select, update

from nightdesk_desk import handovers, log
from nightdesk_desk.app import create_app
from nightdesk_desk.audit.models import AuditEntry
from nightdesk_desk.db import Database
from nightdesk_desk.decide import Call
from nightdesk_desk.log import NewEvent
from nightdesk_desk.models import Contact, Conversation, Event, Handover
from nightdesk_desk.privacy import purge as purging
from nightdesk_desk.privacy.keeping import Keeping
from nightdesk_desk.privacy.purge import look, purge
from nightdesk_desk.settings import Settings

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
MONTH = Retention(messages=30)


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


@pytest.fixture
async def db(settings: Settings) -> AsyncIterator[Database]:
    database = Database(settings.database_url)
    yield database
    await database.close()


async def conversation(
    db: Database,
    days: float,
    *,
    handover: str | None = None,
    resolved_days: float | None = None,
    answered: bool = True,
    contact_days: float | None = None,
    empty: bool = False,
) -> str:
    """A conversation whose last event is so many days old."""
    async with db.write() as session:
        conversation_id, _ = await log.start_conversation(session)
        if not empty:
            said = [NewEvent("visitor", "a"), NewEvent("visitor", "b", answered=answered)]
            await log.append(session, conversation_id, said)
        if handover is not None:
            await handovers.open_or_raise(session, conversation_id, 1, Call("request", "P3"))
            await session.execute(
                update(Handover)
                .where(Handover.conversation_id == conversation_id)
                .values(
                    state=handover,
                    resolved_at=None if resolved_days is None else ago(resolved_days),
                )
            )
        if contact_days is not None:
            session.add(
                Contact(conversation_id=conversation_id, phone="1", consent_at=ago(contact_days))
            )
        ours = Event.conversation_id == conversation_id
        await session.execute(update(Event).where(ours, Event.seq == 1).values(at=ago(days + 100)))
        await session.execute(update(Event).where(ours, Event.seq == 2).values(at=ago(days)))
        await session.execute(
            update(Conversation)
            .where(Conversation.id == conversation_id)
            .values(created_at=ago(days if empty else days + 100))
        )
    return conversation_id


async def there(db: Database) -> set[str]:
    async with db.read() as session:
        return set(await session.scalars(select(Conversation.id)))


async def test_old_conversations_go_whole_counted_from_their_last_event(db: Database) -> None:
    old = await conversation(db, 30.1, contact_days=30)
    young = await conversation(db, 29.9)
    closed = await conversation(db, 31, handover="resolved", resolved_days=31)
    never_used = await conversation(db, 31, empty=True)
    found = {kind.name: kind for kind in await look(db, MONTH, NOW)}
    assert found["messages"].days == 30
    assert found["messages"].old == (3, ago(31), ago(30.1))
    assert found["contacts"] == ("contacts", None, (0, None, None))
    assert await there(db) == {old, young, closed, never_used}
    assert await purge(db, MONTH, NOW) == {"messages": 3}
    assert await there(db) == {young}
    async with db.read() as session:
        assert await session.scalar(select(func.count()).select_from(Contact)) == 0
        deleted = set(
            await session.scalars(
                select(AuditEntry.about).where(AuditEntry.kind == "conversation_deleted")
            )
        )
    assert deleted == {old, closed, never_used}


@pytest.mark.parametrize("state", ["open", "acknowledged", "taken"])
async def test_a_conversation_with_an_open_hand_over_stays_however_old(
    db: Database, state: str
) -> None:
    kept = await conversation(db, 4000, handover=state, contact_days=4000)
    everything = Retention(messages=30, contacts=30)
    assert [kind.old.number for kind in await look(db, everything, NOW)] == [0, 0, 0]
    assert await purge(db, everything, NOW) == {"messages": 0, "contacts": 0}
    assert await there(db) == {kept}
    async with db.read() as session:
        assert len(await handovers.contacts(session, kept)) == 1


async def test_one_that_was_closed_lately_or_waits_for_an_answer_stays(db: Database) -> None:
    late = await conversation(db, 40, handover="resolved", resolved_days=2)
    waiting = await conversation(db, 40, answered=False)
    assert await purge(db, MONTH, NOW) == {"messages": 0}
    assert await there(db) == {late, waiting}


async def test_contacts_go_alone_and_the_words_stay(db: Database) -> None:
    talk = await conversation(db, 1, contact_days=11)
    fresh = await conversation(db, 1, contact_days=9)
    ten = Retention(contacts=10)
    assert (await look(db, ten, NOW))[1].old == (1, ago(11), ago(11))
    assert await purge(db, ten, NOW) == {"contacts": 1}
    assert await there(db) == {talk, fresh}
    async with db.read() as session:
        left = list(await session.scalars(select(Contact.conversation_id)))
        noted = select(AuditEntry.details).where(AuditEntry.kind == "contacts_deleted")
        assert await session.scalar(noted) == '{"number":1}'
    assert left == [fresh]


async def test_nothing_is_set_nothing_goes(db: Database) -> None:
    await conversation(db, 10_000, contact_days=10_000)
    assert await purge(db, Retention(), NOW) == {}
    assert len(await there(db)) == 1


async def test_the_audit_record_goes_through_its_own_door(db: Database) -> None:
    await conversation(db, 31)
    await purge(db, MONTH, NOW)
    later = datetime.now(UTC) + timedelta(days=2191)
    six_years = Retention(audit=2190)
    assert (await look(db, six_years, later))[2].old.number == 1
    assert await purge(db, six_years, later) == {"audit": 1}
    async with db.read() as session:
        assert list(await session.scalars(select(AuditEntry.kind))) == ["audit_dropped"]


async def test_it_goes_in_small_steps_and_tells(db: Database) -> None:
    for _ in range(5):
        await conversation(db, 31, contact_days=50)
    told: list[tuple[str, int]] = []
    gone = await purge(db, MONTH, NOW, lambda kind, done: told.append((kind, done)), batch=2)
    assert gone == {"messages": 5}
    assert told == [("messages", 2), ("messages", 4), ("messages", 5)]


async def test_what_cannot_go_puts_off_nothing_else(
    db: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    ids = sorted([await conversation(db, 31, contact_days=50) for _ in range(5)])
    remove, still = purging.remove_conversation, purging.due.still_old_contacts

    async def not_the_first(session: Any, conversation_id: str, details: Any) -> Any:
        if conversation_id == ids[0]:
            raise OSError("secret words")
        return await remove(session, conversation_id, details)

    monkeypatch.setattr(purging, "remove_conversation", not_the_first)
    assert await purge(db, MONTH, NOW, batch=2) == {"messages": 3}
    # What goes together stays together.
    assert await there(db) == {ids[0], ids[1]}
    assert "2 that go together of messages for later: OSError" in caplog.text
    assert "secret" not in caplog.text

    async def not_at_first(session: Any, found: Any, before: datetime) -> Any:
        if 1 in found:
            raise OSError("secret words")
        return await still(session, found, before)

    both = Retention(messages=30, contacts=40)
    async with db.read() as session:
        left = sorted(await session.scalars(select(Contact.id)))
    monkeypatch.setattr(purging.due, "still_old_contacts", not_at_first)
    monkeypatch.setattr(purging.due, "some_old_conversations", _away)
    failures: list[tuple[str, int | None]] = []
    gone = await purge(
        db, both, NOW, batch=1, failed=lambda kind, number, _: failures.append((kind, number))
    )
    assert failures[0] == ("messages", None)
    assert gone == {"messages": 0, "contacts": len([each for each in left if each != 1])}


async def _away(*_: object) -> None:
    raise OSError("away")


async def test_a_visitor_who_comes_back_in_between_keeps_the_conversation(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    back = await conversation(db, 31)
    find = purging.due.some_old_conversations

    async def and_then_they_write(*arguments: object) -> list[str]:
        found = await find(*arguments)  # type: ignore[arg-type]
        if found:
            await _write(db, back)
        return found

    monkeypatch.setattr(purging.due, "some_old_conversations", and_then_they_write)
    assert await purge(db, MONTH, NOW) == {"messages": 0}
    assert await there(db) == {back}


async def _write(db: Database, conversation_id: str) -> None:
    async with db.write() as session:
        await log.append(session, conversation_id, [NewEvent("visitor", "I am back")])
        await session.execute(
            update(Event)
            .where(Event.conversation_id == conversation_id, Event.seq == 3)
            .values(at=NOW)
        )


async def test_once_a_day_one_of_several_desks_purges(settings: Settings) -> None:
    settings.clinic_path.write_text(
        settings.clinic_path.read_text() + "retention: {messages: 30}\n"
    )
    one, two = create_app(settings).state.desk, create_app(settings).state.desk
    await conversation(one.db, 31)
    assert await one.keeping.purge_daily(NOW) == {"messages": 1}
    assert await two.keeping.purge_daily(NOW + timedelta(hours=23)) is None
    # The same process asks the record again only after a while.
    assert await two.keeping.purge_daily(NOW + timedelta(hours=23, minutes=5)) is None
    await conversation(one.db, 31)
    assert await two.keeping.purge_daily(NOW + timedelta(hours=24)) == {"messages": 1}
    assert await one.keeping.purge_daily(NOW + timedelta(hours=25)) is None
    for desk in (one, two):
        await desk.db.close()


async def test_a_clinic_that_keeps_everything_claims_nothing(settings: Settings) -> None:
    desk = create_app(settings).state.desk
    keeping: Keeping = desk.keeping
    assert await keeping.purge_daily(NOW) is None
    settings.clinic_path.write_text(
        settings.clinic_path.read_text() + "retention: {messages: 30}\n"
    )
    # Set by now, it is due at once.
    assert await keeping.purge_daily(NOW) == {"messages": 0}
    await desk.db.close()
