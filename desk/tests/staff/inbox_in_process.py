"""The inbox in the real application, on a database of its own; Rasa is not asked here."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest
import uvicorn
from argon2 import PasswordHasher
from fastapi import FastAPI
from nightdesk_contract.outcome import Level, Safety
from staff_people import PASSWORD, Calls, Case, Person, SignIn, csrf_of, log_in

from nightdesk_desk import handovers, log, waiting
from nightdesk_desk.app import create_app
from nightdesk_desk.db import migrate
from nightdesk_desk.decide import Call
from nightdesk_desk.desk import Desk
from nightdesk_desk.settings import Settings
from nightdesk_desk.staff import accounts, passwords


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    url = migrated(tmp_path)
    return Settings.from_environment(
        {
            "NIGHTDESK_VAR": str(tmp_path),
            "DATABASE_URL": url,
            "RASA_URL": "http://127.0.0.1:9",
            # Mode live asks everybody for one-time passwords; tests of those set it themselves.
            "DESK_REQUIRE_TOTP": "none",
            # Nobody is there to be asked; a test of that sets it itself.
            "DESK_BOT_CHECK_SECONDS": "0",
        }
    )


def migrated(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'desk.sqlite3'}"
    migrate(url.replace("sqlite://", "sqlite+aiosqlite://"))
    return url


@pytest.fixture
async def app(settings: Settings) -> AsyncIterator[FastAPI]:
    made = create_app(settings)
    yield made
    await made.state.desk.db.close()


@pytest.fixture
def desk(app: FastAPI) -> Desk:
    found: Desk = app.state.desk
    return found


@pytest.fixture
def browser(app: FastAPI) -> Callable[[], httpx.AsyncClient]:
    def new(address: str = "127.0.0.1") -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app=app, client=(address, 40000))
        return httpx.AsyncClient(transport=transport, base_url="http://desk.test")

    return new


@pytest.fixture
def sign_in(desk: Desk, browser: Callable[[], httpx.AsyncClient]) -> SignIn:
    async def make(
        username: str = "maria", first_name: str = "Maria", role: str = "staff"
    ) -> Person:
        async with desk.db.write() as session:
            account = await accounts.add_account(session, username, first_name, role, PASSWORD)
        http = browser()
        assert (await log_in(http, username, PASSWORD)).status_code == 303
        return Person(account.id, http, csrf_of((await http.get("/inbox")).text))

    return make


@pytest.fixture
def calls(desk: Desk) -> Calls:
    """A visitor who writes `text` and is handed over."""

    async def make(
        text: str = "I want to die tonight",
        level: Level = "P1",
        reason: str = "crisis",
        spans: tuple[tuple[int, int], ...] = ((0, 13),),
        into: str | None = None,
        category: str = "suicidal_ideation",
    ) -> Case:
        safety = Safety(category, "patterns", "want_to_die", 0.97, spans)
        async with desk.db.write() as session:
            conversation_id = into or (await log.start_conversation(session))[0]
            (seq,) = await log.append(
                session, conversation_id, [log.NewEvent("visitor", text, answered=False)]
            )
            await waiting.mark_answered(session, conversation_id, seq, safety)
            call = Call(reason=reason, level=level, safety=safety)
            opened = await handovers.open_or_raise(session, conversation_id, seq, call)
        desk.wakeups.notify(conversation_id)
        return Case(conversation_id, opened.handover_id)

    return make


@pytest.fixture
async def address(app: FastAPI) -> AsyncIterator[str]:
    """The application behind a real server, for streams and browsers."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
    task = asyncio.create_task(server.serve())
    while not server.started:
        assert not task.done()
        await asyncio.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    app.state.desk.wakeups.close()
    server.should_exit = True
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(task, 10)


@pytest.fixture(autouse=True)
def _cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash with the smallest cost: what is tested here is not Argon2."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(1, 64, 1))
