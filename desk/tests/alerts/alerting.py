"""What the tests of alerts share: somebody who takes webhooks, addresses, hand-overs, rows."""

import base64
import json
import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from nightdesk_contract.outcome import Level, Safety
from sqlalchemy import select, update

from nightdesk_desk import handovers, log
from nightdesk_desk.decide import Call
from nightdesk_desk.desk import Desk
from nightdesk_desk.models import Alert, AlertAddressState, now

KEY = bytes(range(32))
SECRET = "whsec_" + base64.b64encode(KEY).decode()
VARIABLE = "TEST_ALERT_SECRET"
WORDS = "Walrus Quibble wants to vanish"


class Received(NamedTuple):
    """A request that came in."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.body)


class Receiver:
    """A service on a free port that answers what it is told to, and keeps what it gets.

    While `open` is cleared, it takes a request and lets it wait.
    """

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.status = 204
        self.answer = b""
        self.location = ""
        self.open = threading.Event()
        self.open.set()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", "0")))
                headers = {name.lower(): value for name, value in self.headers.items()}
                outer.received.append(Received(self.path, headers, body))
                outer.open.wait(30)
                self.send_response(outer.status)
                if outer.location:
                    self.send_header("location", outer.location)
                self.send_header("content-length", str(len(outer.answer)))
                self.end_headers()
                self.wfile.write(outer.answer)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/in"

    def close(self) -> None:
        self.open.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def hook(name: str, url: str, levels: Sequence[str] = ("P0", "P1")) -> dict[str, Any]:
    return {"name": name, "webhook": url, "secret": f"${{{VARIABLE}}}", "levels": list(levels)}


def set_alerts(path: Path, addresses: Sequence[dict[str, Any]], **more: object) -> None:
    """Write the addresses into the clinic's settings."""
    row = yaml.safe_load(path.read_text(encoding="utf-8"))
    row |= {"alerts": list(addresses), **more}
    path.write_text(yaml.safe_dump(row, sort_keys=False), encoding="utf-8")


async def hand_over(
    desk: Desk, level: Level = "P1", reason: str = "crisis", into: str | None = None
) -> tuple[str, int]:
    """A visitor who is handed over; gives the conversation and the hand-over."""
    async with desk.db.write() as session:
        conversation_id = into or (await log.start_conversation(session))[0]
        await log.hold(session, conversation_id)
        [seq] = await log.append(session, conversation_id, [log.NewEvent("visitor", WORDS)])
        call = Call(reason, level, Safety("c", "d", "r", 0.5, ((0, 4),)))
        opened = await handovers.open_or_raise(session, conversation_id, seq, call)
    return conversation_id, opened.handover_id


async def rows(desk: Desk) -> list[Alert]:
    async with desk.db.read() as session:
        return list(await session.scalars(select(Alert).order_by(Alert.id)))


async def state_of(desk: Desk, name: str) -> AlertAddressState | None:
    async with desk.db.read() as session:
        return await session.get(AlertAddressState, name)


async def make_due(desk: Desk, *, leases_too: bool = False) -> None:
    """Let the time pass until the next try of everything (and until claims have run out)."""
    values: dict[str, datetime | None] = {"next_at": now() - timedelta(seconds=1)}
    if leases_too:
        values["leased_until"] = now() - timedelta(seconds=1)
    async with desk.db.write() as session:
        await session.execute(update(Alert).values(**values))


async def work(desk: Desk) -> int:
    """One look, seen through. Gives how many alerts it began to send."""
    begun = await desk.alerts.look()
    await desk.alerts.idle()
    return begun
