"""Writing to the audit record: with what is noted or not at all, and only ever at its end."""

import json
import sqlite3
from datetime import UTC, datetime

import pytest
from audit_database import checked, entries, file_of, noted
from sqlalchemy import event, text

from nightdesk_desk.audit import record
from nightdesk_desk.audit.chain import GENESIS
from nightdesk_desk.audit.record import Origin, note, origin
from nightdesk_desk.db import Database
from nightdesk_desk.models import Draft, Staff
from nightdesk_desk.settings import Settings

AT = datetime(2026, 11, 26, 2, 0, 0, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "now", lambda: AT)


async def staff(db: Database) -> int:
    async with db.write() as session:
        row = Staff(username="maria", first_name="Maria", password_hash="x")
        session.add(row)
        await session.flush()
        return row.id


async def test_an_entry_says_who_when_what_and_from_where(db: Database) -> None:
    maria = await staff(db)
    async with db.write() as session:
        await note(
            session,
            "handover_taken",
            staff_id=maria,
            about="c_1",
            address="10.0.0.1",
            details={"level": "P1", "handover": 3},
        )
        await note(session, "signed_out", staff_id=maria)
    first, second = await entries(db)
    assert (first.number, first.at, first.staff_id, first.username, first.kind) == (
        1,
        "2026-11-26T02:00:00.000005+00:00",
        maria,
        "maria",
        "handover_taken",
    )
    assert (first.about, first.address, first.details) == (
        "c_1",
        "10.0.0.1",
        '{"handover":3,"level":"P1"}',
    )
    assert (first.previous, second.previous) == (GENESIS, first.hash)
    assert (second.number, second.kind, second.about, second.details) == (
        2,
        "signed_out",
        None,
        "{}",
    )


async def test_what_fails_leaves_no_entry_and_no_gap(db: Database) -> None:
    await noted(db, "one")

    async def fail() -> None:
        async with db.write() as session:
            await note(session, "two")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    await noted(db, "three")
    assert [(e.number, e.kind) for e in await entries(db)] == [(1, "one"), (2, "three")]


async def test_an_act_whose_entry_fails_is_not_done(db: Database) -> None:
    async with db.write() as session:
        await session.execute(text("DROP TABLE audit_head"))

    async def act() -> None:
        async with db.write() as session:
            session.add(Staff(username="maria", first_name="Maria", password_hash="x"))
            await note(session, "account_made", about="maria")

    with pytest.raises(Exception, match="audit_head"):
        await act()
    async with db.read() as session:
        assert await session.scalar(text("SELECT count(*) FROM staff")) == 0


async def test_the_username_stays_as_it_was(db: Database) -> None:
    maria = await staff(db)
    async with db.write() as session:
        await note(session, "signed_in", staff_id=maria)
    async with db.write() as session:
        await session.execute(text("UPDATE staff SET username = 'mary'"))
    assert [e.username for e in await entries(db)] == ["maria"]


async def test_the_command_line_acts_under_its_own_name(db: Database) -> None:
    maria = await staff(db)
    token = origin.set(Origin(os_user="root"))
    try:
        async with db.write() as session:
            await note(session, "account_disabled", about="maria")
            await note(session, "handover_released", staff_id=maria, about="c_1")
    finally:
        origin.reset(token)
    first, second = await entries(db)
    assert (first.username, first.staff_id) == ("command line", None)
    assert json.loads(first.details) == {"os_user": "root"}
    assert (second.username, second.staff_id) == ("command line", None)
    assert json.loads(second.details) == {"os_user": "root", "in_the_name_of": "maria"}


async def test_an_address_comes_from_the_request_unless_it_is_said(db: Database) -> None:
    token = origin.set(Origin(address="10.0.0.9"))
    try:
        async with db.write() as session:
            await note(session, "one")
            await note(session, "two", address="10.0.0.1")
    finally:
        origin.reset(token)
    await noted(db, "three")
    assert [e.address for e in await entries(db)] == ["10.0.0.9", "10.0.0.1", "10.0.0.1"]


async def test_long_texts_are_cut_and_hashed_as_they_are_kept(db: Database) -> None:
    async with db.write() as session:
        await note(session, "one", about="a" * 500, address="b" * 500)
    [entry] = await entries(db)
    assert entry.address is not None
    assert (len(entry.about or ""), len(entry.address)) == (200, 64)
    assert (await checked(db)).wrong is None


@pytest.mark.parametrize("kind", ["", "a", "Signed in", "signed-in", "x" * 41])
async def test_a_kind_is_a_word_of_small_letters(db: Database, kind: str) -> None:
    async with db.write() as session:
        with pytest.raises(ValueError, match="kind"):
            await note(session, kind)


async def test_details_must_be_plain(db: Database) -> None:
    async with db.write() as session:
        for bad in ({"at": AT}, {"n": float("nan")}):
            with pytest.raises((TypeError, ValueError)):
                await note(session, "one", details=bad)
    assert await entries(db) == []


async def test_nothing_is_noted_where_it_would_be_lost(db: Database) -> None:
    async with db.read() as session:
        with pytest.raises(RuntimeError):
            await note(session, "one")
    async with db.write() as session, session.begin_nested():
        with pytest.raises(RuntimeError):
            await note(session, "one")


async def test_rows_of_the_act_are_written_before_the_head_is_taken(db: Database) -> None:
    """The head comes last, so that whoever holds it waits for nobody."""
    maria = await staff(db)
    seen: list[str] = []
    async with db.write() as session:
        connection = (await session.connection()).sync_connection
        assert connection is not None
        event.listen(
            connection, "before_cursor_execute", lambda *given: seen.append(given[2].split("\n")[0])
        )
        await note(session, "draft_saved", staff_id=maria)
        session.add(
            Draft(
                topic="parking",
                title="P",
                question="Q",
                answer="A",
                document="D",
                passage="P",
                written_by=maria,
            )
        )
    words = [statement for statement in seen if not statement.startswith("SELECT")]
    assert [w.split()[0] + " " + w.split()[1 if w[0] == "U" else 2] for w in words] == [
        "INSERT drafts",
        "UPDATE audit_head",
        "INSERT audit_entries",
        "UPDATE audit_head",
    ]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entries SET about = 'c_2' WHERE number = 1",
        "DELETE FROM audit_entries WHERE number = 2",
        "DELETE FROM audit_entries",
        "INSERT OR REPLACE INTO audit_entries SELECT 1, at, staff_id, username, 'forged', about, "
        "address, details, previous, hash FROM audit_entries WHERE number = 1",
    ],
)
async def test_the_database_refuses_changes(
    db: Database, settings: Settings, statement: str
) -> None:
    await noted(db, "one", "two")
    connection = sqlite3.connect(file_of(settings.database_url))
    with pytest.raises(sqlite3.IntegrityError, match="never"), connection:
        connection.execute(statement)
    connection.close()
    assert [e.kind for e in await entries(db)] == ["one", "two"]
