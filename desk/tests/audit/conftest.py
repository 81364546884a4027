"""A database with the audit record."""

from collections.abc import AsyncIterator

import pytest_asyncio

from nightdesk_desk.db import Database
from nightdesk_desk.settings import Settings


@pytest_asyncio.fixture
async def db(settings: Settings) -> AsyncIterator[Database]:
    database = Database(settings.database_url)
    yield database
    await database.close()
