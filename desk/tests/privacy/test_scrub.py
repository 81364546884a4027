"""What is deleted is in no file of the database any more."""

import asyncio
from pathlib import Path

import pytest
from desk_in_process import Running
from fake_rasa import FakeRasa, Raw
from nightdesk_contract.clinic_retention import Retention
from sqlalchemy import text, update

from nightdesk_desk import log
from nightdesk_desk.db import Database
from nightdesk_desk.models import Contact, now
from nightdesk_desk.privacy import keys
from nightdesk_desk.privacy.forgetting import Forgettings
from nightdesk_desk.privacy.purge import purge
from nightdesk_desk.privacy.rotation import rotate
from nightdesk_desk.settings import Settings

WORDS = "zebra-marmalade-seventeen"


def in_files(settings: Settings) -> list[str]:
    """The database's files that hold the words."""
    files = Path(settings.var).glob("desk.sqlite3*")
    return sorted(file.name for file in files if WORDS.encode() in file.read_bytes())


@pytest.fixture
async def still(running: Running) -> Running:
    """A desk that looks for nothing to forget by itself."""
    await running.desk.forgettings.stop()
    return running


async def test_a_deletion_takes_the_words_off_the_disk_even_while_rasa_is_away(
    still: Running, settings: Settings, rasa: FakeRasa
) -> None:
    visitor = await still.visitor()
    await visitor.chat(WORDS)
    await visitor.client.delete(visitor.path, headers=visitor.headers)
    assert in_files(settings) == ["desk.sqlite3-wal"]
    rasa.forgets = lambda _name: Raw.of(503, b"")
    await Forgettings(still.desk.db, still.desk.rasa).look()
    assert in_files(settings) == []


async def test_a_purge_takes_contact_details_off_the_disk(
    still: Running, settings: Settings
) -> None:
    db = still.desk.db
    visitor = await still.visitor()
    await visitor.chat("hello")
    async with db.write() as session:
        session.add(Contact(conversation_id=visitor.id, name=WORDS))
    async with db.write() as session:
        await session.execute(update(Contact).values(consent_at=now().replace(year=2020)))
    await purge(db, Retention(contacts=30), now())
    assert in_files(settings) == []


async def test_a_rotation_leaves_no_plain_text_on_the_disk(
    still: Running, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = await still.visitor()
    await visitor.chat(WORDS)
    monkeypatch.setenv(keys.VARIABLE, keys.new_key())
    await rotate(still.desk.db, keys.current(), lambda done: None)
    assert in_files(settings) == []
    assert (await visitor.events())[0]["text"] == WORDS


async def test_somebody_who_reads_is_not_cut_off_and_holds_nobody_up(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    db, other = Database(settings.database_url), Database(settings.database_url)
    async with db.read() as session:
        await session.execute(text("SELECT 1 FROM conversations"))
        async with other.write() as writing:
            await log.start_conversation(writing)
        async with asyncio.timeout(5):
            assert await other.scrub() is False
        # A promise that could not be kept is not kept quiet.
        assert "may still be in the -wal file" in caplog.text
        await session.execute(text("SELECT 1 FROM conversations"))
    caplog.clear()
    assert await other.scrub() is True
    assert not caplog.text
    # The wait of other writers is as it was.
    async with other.read() as session:
        waits = await session.scalar(text("PRAGMA busy_timeout"))
    assert waits == 10_000
    for one in (db, other):
        await one.close()
