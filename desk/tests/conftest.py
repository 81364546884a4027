"""What the desk's tests share: a database, a Rasa that obeys, an application, a visitor."""

import logging
import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio
from desk_in_process import ALWAYS_OPEN, CLINIC, Running, Served, Visitor, started
from fake_rasa import FakeRasa

from nightdesk_desk.app import create_app
from nightdesk_desk.db import migrate
from nightdesk_desk.errors import WordlessFormatter
from nightdesk_desk.settings import PROJECT_ROOT, Settings


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, copied for each test."""
    path = tmp_path_factory.mktemp("db") / "empty.sqlite3"
    migrate(f"sqlite+aiosqlite:///{path}")
    return path


@pytest.fixture(autouse=True)
def _own_logging() -> Iterator[None]:
    """A command sends all logs to the standard error of its own test, which is soon closed."""
    yield
    root = logging.getLogger()
    root.handlers[:] = [
        handler for handler in root.handlers if not isinstance(handler.formatter, WordlessFormatter)
    ]


@pytest.fixture
def rasa_deadline(request: pytest.FixtureRequest) -> float:
    """Seconds that Rasa has for a turn: as a clinic's desk has it, for machines that are busy.

    Tests in which it is to be late are marked `impatient`.
    """
    return 1.0 if request.node.get_closest_marker("impatient") else 6.0


@pytest.fixture
def settings(tmp_path: Path, empty_database: Path, rasa_deadline: float) -> Settings:
    shutil.copy(empty_database, tmp_path / "desk.sqlite3")
    clinic = tmp_path / "clinic.yml"
    clinic.write_text(CLINIC.format(hours=ALWAYS_OPEN))
    return Settings(
        host="127.0.0.1",
        port=0,
        rasa_url="http://127.0.0.1:1",
        rasa_deadline=rasa_deadline,
        var=tmp_path,
        database_url=f"sqlite+aiosqlite:///{tmp_path / 'desk.sqlite3'}",
        clinic_path=clinic,
        data=PROJECT_ROOT / "data",
        burst_quiet=0.0,
        # What Rasa has heard is looked at: known questions are asked where a test says so.
        bot_check_every=0.0,
        messages_per_minute=100_000,
        address_messages_per_minute=100_000,
        address_conversations_per_minute=100_000,
    )


@pytest_asyncio.fixture
async def rasa() -> AsyncIterator[FakeRasa]:
    fake = FakeRasa()
    await fake.start()
    yield fake
    await fake.stop()


@pytest_asyncio.fixture
async def running(settings: Settings, rasa: FakeRasa) -> AsyncIterator[Running]:
    app = create_app(replace(settings, rasa_url=rasa.url))
    async with started(app) as desk:
        yield desk


@pytest_asyncio.fixture
async def visitor(running: Running) -> Visitor:
    return await running.visitor()


@pytest_asyncio.fixture
async def served(settings: Settings, rasa: FakeRasa) -> AsyncIterator[Served]:
    async with Served(replace(settings, rasa_url=rasa.url)) as server:
        yield server
