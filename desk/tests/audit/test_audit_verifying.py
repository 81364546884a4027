"""`verify` finds whatever somebody with the database's file has done to the record."""

from datetime import UTC, datetime, timedelta

import pytest
from audit_database import checked, entries, noted, tamper

from nightdesk_desk.audit import record, verifying
from nightdesk_desk.audit.chain import GENESIS, Entry, sealed
from nightdesk_desk.audit.dropping import drop_before
from nightdesk_desk.audit.verifying import hash_of
from nightdesk_desk.db import Database
from nightdesk_desk.settings import Settings

AT = datetime(2026, 11, 26, tzinfo=UTC)
KINDS = ("one", "two", "three", "four", "five")


async def test_an_empty_record_is_whole(db: Database) -> None:
    verdict = await checked(db)
    assert (verdict.wrong, verdict.entries, verdict.last, verdict.hash) == (None, 0, 0, GENESIS)


async def test_a_record_as_it_was_written_is_whole(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verifying, "BATCH", 2)
    await noted(db, *KINDS)
    told: list[tuple[int, int]] = []
    async with db.read() as session:
        verdict = await verifying.verify(session, lambda done, of: told.append((done, of)))
    last = (await entries(db))[-1]
    assert (verdict.wrong, verdict.bad) == (None, None)
    assert (verdict.entries, verdict.last, verdict.hash) == (5, 5, last.hash)
    assert told == [(2, 5), (4, 5), (5, 5)]


CHANGES = {
    "at": "'2026-11-26T00:00:00.000000+00:00'",
    "staff_id": "9",
    "username": "'somebody'",
    "kind": "'other'",
    "about": "'c_2'",
    "address": "NULL",
    "details": "'{}'",
    "previous": f"'{'1' * 64}'",
    "hash": f"'{'2' * 64}'",
}


@pytest.mark.parametrize("column", CHANGES)
async def test_a_change_of_any_column_is_found(
    db: Database, settings: Settings, column: str
) -> None:
    await noted(db, *KINDS)
    tamper(
        settings.database_url,
        f"UPDATE audit_entries SET {column} = {CHANGES[column]} WHERE number = 3",
    )
    verdict = await checked(db)
    assert (verdict.bad, verdict.wrong) == (3, "changed")


async def test_every_column_is_tampered_with() -> None:
    assert {*CHANGES, "number"} == set(Entry._fields)


async def test_a_changed_number_leaves_a_gap(db: Database, settings: Settings) -> None:
    await noted(db, *KINDS)
    tamper(settings.database_url, "UPDATE audit_entries SET number = 30 WHERE number = 3")
    verdict = await checked(db)
    assert (verdict.bad, verdict.wrong) == (3, "missing")


@pytest.mark.parametrize("number", [1, 3, 5])
async def test_a_removed_entry_is_found(db: Database, settings: Settings, number: int) -> None:
    await noted(db, *KINDS)
    tamper(settings.database_url, f"DELETE FROM audit_entries WHERE number = {number}")
    verdict = await checked(db)
    assert (verdict.bad, verdict.wrong) == (number, "missing")


async def test_a_removed_record_is_found(db: Database, settings: Settings) -> None:
    await noted(db, *KINDS)
    tamper(settings.database_url, "DELETE FROM audit_entries")
    verdict = await checked(db)
    assert (verdict.bad, verdict.wrong) == (1, "missing")


@pytest.mark.parametrize("one", [2, 4])
async def test_entries_that_changed_places_are_found(
    db: Database, settings: Settings, one: int
) -> None:
    await noted(db, *KINDS)
    tamper(
        settings.database_url,
        f"UPDATE audit_entries SET number = 99 WHERE number = {one}",
        f"UPDATE audit_entries SET number = {one} WHERE number = {one + 1}",
        f"UPDATE audit_entries SET number = {one + 1} WHERE number = 99",
    )
    verdict = await checked(db)
    assert (verdict.bad, verdict.wrong) == (one, "reordered")


async def test_a_change_with_a_hash_of_its_own_is_found_at_the_next(
    db: Database, settings: Settings
) -> None:
    await noted(db, *KINDS)
    forged = sealed(_entry(await entries(db), 3)._replace(about="c_2"))
    tamper(
        settings.database_url,
        f"UPDATE audit_entries SET about = 'c_2', hash = '{forged.hash}' WHERE number = 3",
    )
    verdict = await checked(db)
    assert (verdict.bad, verdict.wrong) == (3, "changed")


async def test_a_forged_last_entry_is_found_by_the_head(db: Database, settings: Settings) -> None:
    await noted(db, *KINDS)
    forged = sealed(_entry(await entries(db), 5)._replace(about="c_2"))
    tamper(
        settings.database_url,
        f"UPDATE audit_entries SET about = 'c_2', hash = '{forged.hash}' WHERE number = 5",
    )
    verdict = await checked(db)
    assert (verdict.bad, verdict.wrong) == (5, "head differs")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_head SET number = 4",
        f"UPDATE audit_head SET hash = '{'3' * 64}'",
        "DELETE FROM audit_head",
    ],
)
async def test_a_changed_head_is_found(db: Database, settings: Settings, statement: str) -> None:
    await noted(db, *KINDS)
    tamper(settings.database_url, statement)
    verdict = await checked(db)
    assert (verdict.bad, verdict.wrong) == (5, "head differs")


async def test_an_added_entry_is_found_by_the_head(db: Database, settings: Settings) -> None:
    await noted(db, *KINDS)
    last = _entry(await entries(db), 5)
    forged = sealed(last._replace(number=6, previous=last.hash))
    tamper(
        settings.database_url,
        "INSERT INTO audit_entries (number, at, kind, about, address, details, previous, hash) "
        f"SELECT 6, at, kind, about, address, details, hash, '{forged.hash}' "
        "FROM audit_entries WHERE number = 5",
    )
    verdict = await checked(db)
    assert (verdict.bad, verdict.wrong) == (6, "head differs")


async def test_dropping_leaves_a_record_that_is_whole(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = iter(AT + timedelta(days=day) for day in range(20))
    monkeypatch.setattr(record, "now", lambda: next(moments))
    await noted(db, *KINDS)
    dropped = (await entries(db))[2]
    async with db.write() as session:
        assert await drop_before(session, AT + timedelta(days=3)) == 3
    verdict = await checked(db)
    assert (verdict.wrong, verdict.first, verdict.last, verdict.entries) == (None, 4, 6, 3)
    assert [e.kind for e in await entries(db)] == ["four", "five", "audit_dropped"]
    async with db.read() as session:
        assert await hash_of(session, 3) == dropped.hash
        assert await hash_of(session, 2) is None
    # Again, over the note of the first time, and then over all there is.
    async with db.write() as session:
        assert await drop_before(session, AT + timedelta(days=6)) == 3
    assert [e.kind for e in await entries(db)] == ["audit_dropped"]
    assert (await checked(db)).wrong is None


async def test_dropping_takes_only_a_beginning(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A clock that was set back must not open a gap."""
    moments = iter([AT, AT + timedelta(days=9), AT, AT + timedelta(days=9)])
    monkeypatch.setattr(record, "now", lambda: next(moments))
    await noted(db, "one", "two", "three")
    async with db.write() as session:
        assert await drop_before(session, AT + timedelta(days=1)) == 1
    assert [e.number for e in await entries(db)] == [2, 3, 4]
    assert (await checked(db)).wrong is None


async def test_nothing_old_is_nothing_to_note(db: Database) -> None:
    await noted(db, "one")
    async with db.write() as session:
        assert await drop_before(session, AT - timedelta(days=9999)) == 0
    assert [e.kind for e in await entries(db)] == ["one"]


async def test_what_is_kept_cannot_be_removed_after_a_drop(
    db: Database, settings: Settings
) -> None:
    await noted(db, "one")
    async with db.write() as session:
        assert await drop_before(session, datetime.now(UTC) + timedelta(days=1)) == 1
    await noted(db, "two")
    tamper(settings.database_url, "DELETE FROM audit_entries WHERE number = 2")
    verdict = await checked(db)
    assert (verdict.bad, verdict.wrong) == (1, "missing")


def _entry(rows: list[record.AuditEntry], number: int) -> Entry:
    row = rows[number - 1]
    return Entry(*(getattr(row, name) for name in Entry._fields))
