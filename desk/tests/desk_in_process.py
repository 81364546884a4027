"""The desk's application in a test: without a network, or behind a real server."""

import asyncio
import socket
import threading
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI

from nightdesk_desk.app import create_app
from nightdesk_desk.connections import Patience
from nightdesk_desk.desk import Desk
from nightdesk_desk.log import NewEvent, append
from nightdesk_desk.serving import server_config
from nightdesk_desk.settings import Settings

CLINIC = """\
name: Test Clinic
country: US
time_zone: America/Chicago
hours: {hours}
hours_text: Any time
phone: (555) 010-0199
email: hello@clinic.example
address: 1 Test Street
mode: demo
demo_notice: This is demo content.
logistics: {{}}
"""
ALWAYS_OPEN = "24/7"
NEVER_OPEN = "24/7 off"


@dataclass
class Visitor:
    """A visitor with a conversation of their own."""

    client: httpx.AsyncClient
    desk: Desk
    id: str
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    @property
    def path(self) -> str:
        return f"/api/conversations/{self.id}"

    async def say(self, text: Any, key: str | None = None) -> httpx.Response:
        headers = self.headers | ({"Idempotency-Key": key} if key else {})
        return await self.client.post(f"{self.path}/messages", json={"text": text}, headers=headers)

    async def events(self, after: int = 0, wait: float = 0) -> list[dict[str, Any]]:
        answer = await self.client.get(
            f"{self.path}/events", params={"after": after, "wait": wait}, headers=self.headers
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def chat(self, text: str) -> list[dict[str, Any]]:
        """Say something; give what came of it once its turn is over."""
        answer = await self.say(text)
        assert answer.status_code == 202, answer.text
        await self.desk.turns.idle()
        return await self.events(after=answer.json()["seq"])


@dataclass
class Running:
    """A started application without a network between it and its client."""

    app: FastAPI
    client: httpx.AsyncClient

    @property
    def desk(self) -> Desk:
        return self.app.state.desk

    async def visitor(self) -> Visitor:
        answer = await self.client.post("/api/conversations")
        assert answer.status_code == 201, answer.text
        body = answer.json()
        return Visitor(self.client, self.desk, body["conversation_id"], body["token"])


class started:
    """Start an application's background work for a block, and give it with a client."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    async def __aenter__(self) -> Running:
        await self._app.state.desk.start()
        transport = httpx.ASGITransport(self._app, raise_app_exceptions=False)
        self._client = httpx.AsyncClient(transport=transport, base_url="http://desk")
        return Running(self._app, self._client)

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()
        await self._app.state.desk.stop()


class Served:
    """The application as `nightdesk-desk serve` serves it, on a free port, in its own thread.

    Its desk lives in that thread's loop: what waits for the desk's locks or its database goes there
    by `inside`. From a test's own loop it may wait for ever, as nobody there wakes it.
    """

    def __init__(self, settings: Settings, patience: Patience | None = None) -> None:
        self.app = create_app(settings)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        config = server_config(self.app, settings, 1, patience)
        self.server = uvicorn.Server(config)
        # On uvloop, as the command does.
        self._runner = asyncio.Runner(loop_factory=config.get_loop_factory())
        self._thread = threading.Thread(target=self._run, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def desk(self) -> Desk:
        """What the server's loop works with; only plain values of it are for other threads."""
        return self.app.state.desk

    async def inside[T](self, work: Coroutine[Any, Any, T]) -> T:
        """Do `work` in the server's loop. Gives what it gives, raises what it raises."""
        done = asyncio.run_coroutine_threadsafe(work, self._runner.get_loop())
        return await asyncio.wait_for(asyncio.wrap_future(done), 30)

    async def store(self, conversation_id: str, events: Sequence[NewEvent]) -> None:
        """Have the desk store events in a conversation."""

        async def stored() -> None:
            async with self.desk.db.write() as session:
                await append(session, conversation_id, events)

        await self.inside(stored())

    def _run(self) -> None:
        with self._runner as runner:
            runner.run(self.server.serve(sockets=[self._socket]))

    async def __aenter__(self) -> "Served":
        self._thread.start()
        async with asyncio.timeout(30):
            while not self.server.started:
                assert self._thread.is_alive(), "the desk has ended at its start"
                await asyncio.sleep(0.02)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.server.should_exit = True
        await asyncio.to_thread(self._thread.join, 30)
        assert not self._thread.is_alive(), "the desk does not end"
