"""The desk as a process of its own: killed in the middle of turns, and told to stop."""

import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from beside_staff import the_time_is_up
from fake_rasa import FakeRasa, answer, handover
from sqlalchemy import func, select, update

from nightdesk_desk.db import Database
from nightdesk_desk.escalation.models import EscalationStep
from nightdesk_desk.models import Alert, Conversation, Handover, HandoverTrigger, HeldReply, now
from nightdesk_desk.settings import Settings


class DeskProcess:
    """`nightdesk-desk serve` on a free port."""

    def __init__(self, settings: Settings, rasa: FakeRasa) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self._environment = os.environ | {
            "NIGHTDESK_VAR": str(settings.var),
            "NIGHTDESK_CLINIC": str(settings.clinic_path),
            "DATABASE_URL": "",
            "DESK_PORT": str(self.port),
            "RASA_URL": rasa.url,
        }
        self._log: Path = settings.var / "desk.log"
        self.process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        with self._log.open("a") as log:
            self.process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "nightdesk_desk.cli", "serve"),
                env=self._environment,
                stderr=log,
            )
        async with asyncio.timeout(30), httpx.AsyncClient() as client:
            while True:
                assert self.process.returncode is None, self._log.read_text()
                try:
                    await client.get(f"http://127.0.0.1:{self.port}/health/live")
                    return
                except httpx.TransportError:
                    await asyncio.sleep(0.1)

    async def end(self, number: signal.Signals) -> int:
        assert self.process is not None
        if self.process.returncode is None:
            self.process.send_signal(number)
        return await asyncio.wait_for(self.process.wait(), 20)


@pytest_asyncio.fixture
async def desk(settings: Settings, rasa: FakeRasa) -> AsyncIterator[DeskProcess]:
    process = DeskProcess(settings, rasa)
    await process.start()
    yield process
    await process.end(signal.SIGKILL)


WHOLE = [f"Is m{i} so?" for i in range(5)]
PIECES = [f"m{i}" for i in range(5)]


@pytest.mark.parametrize(
    ("texts", "asked"), [(WHOLE, WHOLE), (PIECES, ["\n".join(PIECES)])], ids=["whole", "pieces"]
)
async def test_killed_between_message_and_answer_it_answers_after_the_restart(
    desk: DeskProcess, rasa: FakeRasa, texts: list[str], asked: list[str]
) -> None:
    async def never(_sender: str, _message: str) -> list[Any]:
        await asyncio.sleep(4)
        return answer()

    rasa.script = never
    base = f"http://127.0.0.1:{desk.port}"
    async with httpx.AsyncClient(base_url=base, timeout=10) as client:
        body = (await client.post("/api/conversations")).json()
        path = f"/api/conversations/{body['conversation_id']}"
        headers = {"Authorization": f"Bearer {body['token']}"}
        accepted = [
            await client.post(f"{path}/messages", json={"text": text}, headers=headers)
            for text in texts
        ]
        assert {a.status_code for a in accepted} == {202}
        await desk.end(signal.SIGKILL)
        rasa.script = lambda _sender, message: answer(text=f"to {message}")
        await desk.start()
        events: list[Any] = []
        async with asyncio.timeout(15):
            while len(events) < len(texts) + len(asked):
                after = events[-1]["seq"] if events else 0
                query = {"after": after, "wait": 5}
                answered = await client.get(f"{path}/events", params=query, headers=headers)
                events += answered.json()
    assert [e["seq"] for e in events] == list(range(1, len(events) + 1))
    assert [e["text"] for e in events[:5]] == texts
    assert [e["text"] for e in events[5:]] == [f"to {text}" for text in asked]


async def test_killed_while_a_reply_is_held_it_sends_it_once_after_the_restart(
    desk: DeskProcess, rasa: FakeRasa, settings: Settings
) -> None:
    rasa.script = lambda *_: handover("crisis", "P0")
    database = Database(settings.database_url)
    base = f"http://127.0.0.1:{desk.port}"
    async with httpx.AsyncClient(base_url=base, timeout=30) as client:
        body = (await client.post("/api/conversations")).json()
        path = f"/api/conversations/{body['conversation_id']}"
        headers = {"Authorization": f"Bearer {body['token']}"}
        async with database.write() as session:
            await session.execute(update(Conversation).values(state="staff"))
        sent = await client.post(f"{path}/messages", json={"text": "I took them"}, headers=headers)
        assert sent.status_code == 202
        async with asyncio.timeout(30):
            while not await rows(database):
                await asyncio.sleep(0.05)
        await desk.end(signal.SIGKILL)
        await the_time_is_up(database)
        await desk.start()
        query = {"after": sent.json()["seq"], "wait": 20}
        events = (await client.get(f"{path}/events", params=query, headers=headers)).json()
    assert [(e["from"], e["outcome"], e["level"]) for e in events] == [
        ("bot", "handover:crisis", "P0")
    ]
    assert [row.state for row in await rows(database)] == ["sent"]
    await database.close()


async def rows(database: Database) -> list[HeldReply]:
    async with database.read() as session:
        return list(await session.scalars(select(HeldReply)))


async def test_killed_between_two_steps_it_takes_the_next_one_once_after_the_restart(
    desk: DeskProcess, rasa: FakeRasa, settings: Settings
) -> None:
    settings.clinic_path.write_text(settings.clinic_path.read_text() + ON_CALL)
    rasa.script = lambda *_: handover("crisis", "P1")
    database = Database(settings.database_url)
    base = f"http://127.0.0.1:{desk.port}"
    async with httpx.AsyncClient(base_url=base, timeout=30) as client:
        body = (await client.post("/api/conversations")).json()
        path = f"/api/conversations/{body['conversation_id']}"
        headers = {"Authorization": f"Bearer {body['token']}"}
        sent = await client.post(f"{path}/messages", json={"text": "I am done"}, headers=headers)
        assert sent.status_code == 202
        assert await steps_when(database, 1) == [("first", 1)]
        await desk.end(signal.SIGKILL)
        # While no desk runs, the backup's time comes.
        ago = now() - timedelta(minutes=7)
        async with database.write() as session:
            await session.execute(update(Handover).values(opened_at=ago))
            await session.execute(update(HandoverTrigger).values(at=ago))
            await session.execute(update(EscalationStep).values(round_at=ago))
        assert await steps_when(database, 1) == [("first", 1)]
        await desk.start()
        assert await steps_when(database, 2) == [("first", 1), ("backup", 1)]
        # A few looks later there is still the one, and no step before its time.
        await asyncio.sleep(3)
        assert await steps_when(database, 2) == [("first", 1), ("backup", 1)]
    await database.close()


ON_CALL = """
alerts:
  - {name: ann phone, url: "json://127.0.0.1:9"}
  - {name: bo phone, url: "json://127.0.0.1:9"}
on_call:
  people: [{name: Ann, addresses: [ann phone]}, {name: Bo, addresses: [bo phone]}]
  rota: {from: 2020-01-06, first: Ann, backup: Bo}
"""


async def steps_when(database: Database, count: int) -> list[tuple[str, int]]:
    """The steps that were taken, with how many alerts each made, once there are so many."""
    async with asyncio.timeout(30):
        while True:
            async with database.read() as session:
                found = await session.execute(
                    select(EscalationStep.step, func.count(Alert.id))
                    .outerjoin(Alert, Alert.step_id == EscalationStep.id)
                    .group_by(EscalationStep.id)
                    .order_by(EscalationStep.id)
                )
                steps = [(row[0], row[1]) for row in found]
            if len(steps) >= count:
                return steps
            await asyncio.sleep(0.05)


async def test_told_to_stop_it_ends_waits_and_leaves_soon(desk: DeskProcess) -> None:
    base = f"http://127.0.0.1:{desk.port}"
    async with httpx.AsyncClient(base_url=base, timeout=30) as client:
        body = (await client.post("/api/conversations")).json()
        path = f"/api/conversations/{body['conversation_id']}"
        headers = {"Authorization": f"Bearer {body['token']}"}
        waiting = asyncio.create_task(client.get(f"{path}/events?wait=25", headers=headers))
        await asyncio.sleep(0.5)
        began = time.monotonic()
        code = await desk.end(signal.SIGTERM)
        assert time.monotonic() - began < 4
        assert code in (0, -signal.SIGTERM)
        assert (await waiting).json() == []
