"""The message door: the desk's application in this process, without a server or a network."""

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fuzzing.requests import Sent, request
from fuzzing.settings_targets import files
from fuzzing.target import Check, Target
from nightdesk_contract.door import MessageRefused, clean
from nightdesk_desk import log
from nightdesk_desk.app import create_app
from nightdesk_desk.db import migrate
from nightdesk_desk.desk import Desk
from nightdesk_desk.middleware import MAX_BODY
from nightdesk_desk.rasa import RasaFailed
from nightdesk_desk.settings import PROJECT_ROOT, Settings

NO_LIMIT = 10**9
FRESH_AFTER = 200
"""Requests to one conversation; then another is begun, so that reading stays quick."""

_CLINIC = """\
name: Test Clinic
country: US
time_zone: America/Chicago
hours: 24/7
phone: (555) 010-0199
mode: demo
"""


class InProcess:
    """The application as a server would call it, with a conversation of ours."""

    def __init__(self, folder: Path) -> None:
        """Take an empty folder for the database and the settings."""
        (folder / "clinic.yml").write_text(_CLINIC)
        database = f"sqlite+aiosqlite:///{folder / 'desk.sqlite3'}"
        migrate(database)
        settings = Settings(
            host="127.0.0.1",
            port=0,
            rasa_url="http://127.0.0.1:1",
            rasa_deadline=1.0,
            var=folder,
            database_url=database,
            clinic_path=folder / "clinic.yml",
            data=PROJECT_ROOT / "data",
            messages_per_minute=NO_LIMIT,
            address_messages_per_minute=NO_LIMIT,
            address_conversations_per_minute=NO_LIMIT,
        )
        self._app = create_app(settings)
        self._desk: Desk = self._app.state.desk
        # What follows after a message is stored is not the door's; nobody answers here.
        self._desk.turns.enqueue = lambda *_: None
        self._desk.rasa.ask = _nobody
        self._loop = asyncio.new_event_loop()
        self._id, self._token, self._last, self._used = "", "", 0, FRESH_AFTER

    def close(self) -> None:
        """End what was started."""
        self._loop.run_until_complete(self._desk.db.engine.dispose())
        self._loop.close()

    def check(self, sent: Sent) -> None:
        """The answer is no fault of ours, and the record has exactly what was taken in."""
        self._loop.run_until_complete(self._check(sent))

    async def _check(self, sent: Sent) -> None:
        if self._used >= FRESH_AFTER:
            async with self._desk.db.write() as session:
                self._id, self._token = await log.start_conversation(session)
            self._last, self._used = 0, 0
        self._used += 1
        status, body = await self._call(sent)
        assert status < 500, f"answered with {status}: {body[:200]!r}"
        async with self._desk.db.read() as session:
            events = await log.read_events(session, self._id, self._last)
        if events:
            self._last = events[-1].seq
        if sent.act == "message":
            # What could not be read is told of in the chat; that is the desk's own line.
            own = [event.text for event in events if event.sender == "visitor"]
            _stored(sent, status, own)
        elif sent.act != "contact":
            assert not events, "something was stored that is no message"

    async def _call(self, sent: Sent) -> tuple[int, bytes]:
        method, path = _ROUTES[sent.act]
        path = path.format(id=self._id, seq=max(self._last, 1))
        headers = [(b"authorization", f"Bearer {self._token}".encode()), *sent.headers]
        scope: dict[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": sent.query,
            "headers": headers,
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
        }
        size = max(1, -(-len(sent.body) // sent.pieces))
        pieces = [sent.body[at : at + size] for at in range(0, len(sent.body), size)] or [b""]
        answer: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            if not pieces:
                return {"type": "http.disconnect"}
            piece = pieces.pop(0)
            return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

        async def send(message: Any) -> None:
            answer.append(dict(message))

        await self._app(scope, receive, send)
        assert answer and answer[0]["type"] == "http.response.start", "no answer"
        return answer[0]["status"], b"".join(part.get("body", b"") for part in answer[1:])


_ROUTES = {
    "message": ("POST", "/api/conversations/{id}/messages"),
    "start": ("POST", "/api/conversations"),
    "contact": ("POST", "/api/conversations/{id}/contact"),
    "typing": ("POST", "/api/conversations/{id}/typing"),
    "events": ("GET", "/api/conversations/{id}/events"),
    "feedback": ("POST", "/api/conversations/{id}/events/{seq}/feedback"),
}


def _stored(sent: Sent, status: int, stored: list[str]) -> None:
    """A message that was taken is stored as the door gives it; one that was not leaves nothing."""
    if status != 202:
        assert not stored, f"refused with {status}, and stored"
    if not sent.whole:
        return
    try:
        wanted = clean(sent.value["text"])
    except MessageRefused:
        # As a whole it may be too long to be read, too.
        expected = (413, 422) if len(sent.body) > MAX_BODY else (422,)
        assert status in expected, f"a message that is none was answered with {status}"
        return
    if any(name == b"idempotency-key" for name, _ in sent.headers):
        # Too long a key, or one that has stored another text: the message is refused.
        assert status in (202, 422) and stored in ([wanted], [])
        return
    assert status == 202, f"a message was refused with {status}"
    assert stored == [wanted], "another text was stored than was sent"


async def _nobody(*_: object, **__: object) -> Any:
    raise RasaFailed("unreachable")


@contextmanager
def _opened() -> Iterator[Check]:
    with files() as path, tempfile.TemporaryDirectory(dir=path.parent) as folder:
        desk = InProcess(Path(folder))
        try:
            yield desk.check
        finally:
            desk.close()


TARGETS = (
    Target(
        "desk-message-door",
        "requests to the visitor's API, in process: never a 5xx, and stored as sent or not at all",
        "desk",
        request,
        _opened,
        28,
        5.0,
    ),
)
