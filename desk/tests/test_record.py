"""The record on SQLite, and its migrations."""

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from alembic import command
from alembic.config import Config
from record_checks import ALL
from sqlalchemy import text

from nightdesk_desk import log
from nightdesk_desk.db import MIGRATIONS, Database, migrate
from nightdesk_desk.log import NewEvent
from nightdesk_desk.settings import Settings


@pytest_asyncio.fixture
async def databases(settings: Settings) -> AsyncIterator[tuple[Database, Database]]:
    """Two connections to one file, as two processes have them."""
    one, two = Database(settings.database_url), Database(settings.database_url)
    yield one, two
    await one.close()
    await two.close()


@pytest.mark.parametrize("check", ALL, ids=lambda check: check.__name__)
async def test_on_sqlite(databases: tuple[Database, Database], check: Any) -> None:
    await check(*databases)


async def test_sqlite_is_set_up_to_lose_nothing(databases: tuple[Database, Database]) -> None:
    async with databases[0].read() as session:
        found = [
            await session.scalar(text(f"PRAGMA {name}"))
            for name in (
                "journal_mode",
                "synchronous",
                "foreign_keys",
                "busy_timeout",
                "secure_delete",
            )
        ]
    assert found == ["wal", 2, 1, 10_000, 1]


async def test_readers_do_not_wait_for_a_writer(databases: tuple[Database, Database]) -> None:
    one, two = databases
    async with one.write() as session:
        conversation_id, _ = await log.start_conversation(session)
    async with one.write() as session:
        await log.append(session, conversation_id, [NewEvent("visitor", "x")])
        async with two.read() as other:
            assert await log.read_events(other, conversation_id) == []
    async with two.read() as other:
        assert len(await log.read_events(other, conversation_id)) == 1


def test_migrations_go_up_and_down_on_a_filled_database(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "desk.sqlite3"
    url = f"sqlite+aiosqlite:///{path}"
    migrate(url)
    with sqlite3.connect(path) as connection:
        connection.execute(
            "INSERT INTO conversations (id, token_hash, created_at, last_seq, state) "
            "VALUES ('c_1', 'h', '2026-11-22 09:00:00', 0, 'bot')"
        )
    connection.close()
    migrate(url)
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT id FROM conversations").fetchall() == [("c_1",)]
    connection.close()
    migrate(url, "base")
    with sqlite3.connect(path) as connection:
        rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    connection.close()
    assert rows == [("alembic_version",)]
    migrate(url)


def test_the_migrations_lead_to_the_models(empty_database: Path) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = f"sqlite+aiosqlite:///{empty_database}"
    command.check(config)
