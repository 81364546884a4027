"""What was kept of the record elsewhere, and the daily line in the log that makes it easy."""

import logging
from datetime import timedelta

import pytest
from audit_database import noted, tamper
from sqlalchemy import select

from nightdesk_desk.audit import kept
from nightdesk_desk.audit.daily import DailyHead
from nightdesk_desk.audit.dropping import drop_before
from nightdesk_desk.audit.kept import Found, Kept, compare, kept_in
from nightdesk_desk.audit.models import AuditEntry
from nightdesk_desk.db import Database
from nightdesk_desk.models import now
from nightdesk_desk.settings import Settings

A, B = "a" * 64, "b" * 64


def test_they_are_found_anywhere_in_a_log() -> None:
    log = [
        f"2026-11-26 02:00:00,123 INFO nightdesk_desk.audit.daily: audit head 12:{A}\n",
        "nothing here 12:34\n",
        f'{{"head": "3:{B}"}} 12:{A}',
        f"x12:{A}0 12:{A}f",
    ]
    assert kept_in(log) == [Kept(3, B), Kept(12, A)]


async def test_each_is_compared(db: Database) -> None:
    await noted(db, "one", "two", "three")
    async with db.read() as session:
        hashes = list(await session.scalars(select(AuditEntry.hash).order_by(AuditEntry.number)))
        found = await compare(session, [Kept(1, hashes[0]), Kept(2, A), Kept(9, A)])
    assert [one.compared for one in found] == ["same", "differs", "gone"]
    async with db.write() as session:
        await drop_before(session, now() + timedelta(minutes=1))
    async with db.read() as session:
        found = await compare(session, [Kept(1, hashes[0]), Kept(3, hashes[2]), Kept(3, A)])
    assert [one.compared for one in found] == ["dropped", "same", "differs"]


def test_what_is_dropped_counts_only_where_nothing_else_was_compared() -> None:
    def worst(*each: kept.Compared) -> kept.Compared | None:
        return kept.worst(Found(Kept(1, A), one) for one in each)

    assert worst("dropped", "same") == "same"
    assert worst("same", "gone", "dropped") == "gone"
    assert worst("gone", "differs") == "differs"
    assert worst("dropped") == "dropped"
    assert worst() is None


async def test_the_log_has_it_once_a_day_whoever_runs(
    db: Database, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    await noted(db, "one")
    at, other = now(), Database(settings.database_url)
    first, second = DailyHead(db), DailyHead(other)
    with caplog.at_level(logging.INFO):
        said = await first.say(at)
        assert await second.say(at) is None
        assert await first.say(at + timedelta(hours=23)) is None
    assert said is not None
    assert [r.getMessage() for r in caplog.records if "audit" in r.name] == [f"audit head {said}"]
    assert kept_in(caplog.text.splitlines()) == [Kept(1, said.partition(":")[2])]
    assert await second.say(at + timedelta(hours=25)) == said
    await other.close()


async def test_a_tail_that_was_cut_off_shows_only_by_what_was_kept(
    db: Database, settings: Settings
) -> None:
    await noted(db, "one", "two")
    said = await DailyHead(db).say(now())
    assert said is not None
    tamper(
        settings.database_url,
        "DELETE FROM audit_entries WHERE number = 2",
        "UPDATE audit_head SET number = 1, hash = (SELECT hash FROM audit_entries)",
    )
    async with db.read() as session:
        [found] = await compare(session, kept_in([said]))
    assert found.compared == "gone"
