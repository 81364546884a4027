"""A really served desk in which every text that anybody can write is hostile.

The bot repeats what it is told, so that the words come back as its answer and its quick replies.
Nobody of the clinic is kind either: its settings, its ready-made replies and its staff's names hold
the same words.
"""

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import yaml
from fake_rasa import FakeRasa, handover
from hostile_words import ALL, NAME, SHORT, TAGS
from running_system import PASSWORD, ROOT, START_SECONDS, free_ports, wait_for
from staff_member import StaffMember

IMAGE = TAGS["image"]
STAFF_NAME = f"Kim<b {NAME}>"
"""A first name: what a name is cut to, it may hold."""


@dataclass
class HostileDesk:
    """A served desk, where a browser or a client reaches it, and who has written there."""

    url: str
    var: Path
    environment: dict[str, str]
    conversations: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Id and token of each conversation, by what it is about."""

    def log_text(self) -> str:
        """Give what the desk has written to its log."""
        return (self.var / "desk.log").read_text(errors="replace")


def clinic() -> dict[str, Any]:
    """Give settings in which every free text is hostile."""
    found = yaml.safe_load((ROOT / "clinic.yml").read_text())
    found |= {
        "name": f"Clinic {IMAGE}"[:120],
        "hours": "24/7",
        "closed_days": [],
        "hours_text": f"Always {IMAGE} {SHORT}",
        "hours_text_es": f"Siempre {IMAGE} {SHORT}",
        "address": f"1 Street {SHORT} {IMAGE}",
        "demo_notice": f"Demo {IMAGE} {SHORT}",
        "demo_notice_es": f"Demostración {IMAGE} {SHORT}",
        "crisis_owner": {"name": f"Owner {SHORT}"[:80], "phone": "(555) 010-0143"},
        "alerts": [{"name": "front desk", "url": "json://127.0.0.1:9"}],
    }
    return dict(found)


def _data(folder: Path) -> Path:
    """Give a data folder whose ready-made replies are hostile; the rest is the project's own."""
    folder.mkdir()
    for path in (ROOT / "data").iterdir():
        if path.name != "texts":
            (folder / path.name).symlink_to(path)
    shutil.copytree(ROOT / "data" / "texts", folder / "texts")
    path = folder / "texts" / "canned_replies.yml"
    replies = yaml.safe_load(path.read_text())
    for reply in replies["replies"]:
        reply["title"] = f"{reply['title']} {IMAGE}"[:60]
        reply["text"] = f"{SHORT} {reply['text']}"
    path.write_text(yaml.safe_dump(replies, allow_unicode=True))
    return folder


class _Bot:
    """A Rasa that repeats what it hears, in a loop of its own."""

    def __enter__(self) -> FakeRasa:
        self.rasa = FakeRasa()
        self.rasa.script = _repeats
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self.rasa.start(), self._loop).result(10)
        return self.rasa

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self.rasa.stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)


def _repeats(_sender: str, message: str) -> list[dict[str, Any]]:
    """Answer with the same words, as a crisis marked in them, and as what can be pressed."""
    replies = handover("crisis", text=message, category=f"self_harm {SHORT}"[:80])
    replies[0]["buttons"] = [{"title": message[:100], "payload": message}]
    return replies


@contextlib.contextmanager
def hostile_desk(var: Path) -> Iterator[HostileDesk]:
    """Start it with its state in `var`, have everybody write, and stop it at the end."""
    var.mkdir(parents=True, exist_ok=True)
    (var / "clinic.yml").write_text(yaml.safe_dump(clinic(), allow_unicode=True))
    [port] = free_ports(1)
    with _Bot() as rasa:
        environment = os.environ | {
            "NIGHTDESK_VAR": str(var),
            "NIGHTDESK_CLINIC": str(var / "clinic.yml"),
            "NIGHTDESK_DATA": str(_data(var / "data")),
            "DATABASE_URL": "",
            "DESK_PORT": str(port),
            "RASA_URL": rasa.url,
            "DESK_BURST_QUIET": "0",
            "DESK_MESSAGES_PER_MINUTE": "6000",
            "DESK_ADDRESS_MESSAGES_PER_MINUTE": "6000",
            "DESK_ADDRESS_CONVERSATIONS_PER_MINUTE": "6000",
        }
        desk = HostileDesk(f"http://127.0.0.1:{port}", var, environment)
        with (var / "desk.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "nightdesk_desk.cli", "serve"], env=environment, stderr=log
            )
        try:
            wait_for(
                lambda: _lives(desk.url) or process.poll() is not None, START_SECONDS, "no desk"
            )
            assert process.poll() is None, desk.log_text()
            _everybody_writes(desk)
            yield desk
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)


def _lives(url: str) -> bool:
    with contextlib.suppress(httpx.HTTPError):
        return httpx.get(f"{url}/health/live", timeout=5).status_code == 200
    return False


def _add_staff(desk: HostileDesk, username: str, first_name: str) -> None:
    command = [sys.executable, "-m", "nightdesk_desk.cli", "staff", "add", username]
    done = subprocess.run(
        [*command, "--first-name", first_name, "--role", "admin", "--password-stdin"],
        input=PASSWORD + "\n",
        env=desk.environment,
        text=True,
        capture_output=True,
        check=False,
        timeout=START_SECONDS,
    )
    assert done.returncode == 0, done.stderr


def _everybody_writes(desk: HostileDesk) -> None:
    _add_staff(desk, "kim", STAFF_NAME)
    headers = {"User-Agent": f"Mozilla/5.0 {IMAGE} Firefox/1", "Referer": f"http://x/{SHORT}"}
    with httpx.Client(base_url=desk.url, timeout=30, headers=headers) as visitor:
        for about in ("messages", "staff"):
            begun = visitor.post("/api/conversations").json()
            desk.conversations[about] = begun["conversation_id"], begun["token"]
        path, token = _chat(desk, "messages")
        for number, text in enumerate(ALL.values()):
            sent = visitor.post(
                f"{path}/messages",
                json={"text": text},
                headers=token | {"Idempotency-Key": f"{SHORT} {number}".encode().decode("latin-1")},
            )
            assert sent.status_code == 202, sent.text
        form = {
            "consent": True,
            "name": f"{SHORT}{IMAGE}"[:100],
            "phone": "555 010 0123",
            "email": f"a'{NAME}=1@x.example",
        }
        sent = visitor.post(f"{path}/contact", json=form, headers=token)
        assert sent.status_code == 202, sent.text
        path, token = _chat(desk, "staff")
        sent = visitor.post(f"{path}/messages", json={"text": IMAGE}, headers=token)
        wait_for(lambda: _answered(visitor, desk), START_SECONDS, "the bot does not answer")
    with StaffMember(desk.url, "kim") as kim:
        conversation_id = desk.conversations["staff"][0]
        kim.act(conversation_id, "take")
        for number, text in enumerate([*TAGS.values(), SHORT]):
            kim.act(conversation_id, "reply", text=text, key=f"key {number}")
        kim.act(conversation_id, "note", text=f"{IMAGE} {SHORT}")
        kim.act(conversation_id, "level", level="P2", why=f"{IMAGE} {SHORT}")


def _chat(desk: HostileDesk, about: str) -> tuple[str, dict[str, str]]:
    conversation_id, token = desk.conversations[about]
    return f"/api/conversations/{conversation_id}", {"Authorization": f"Bearer {token}"}


def _answered(visitor: httpx.Client, desk: HostileDesk) -> bool:
    last = []
    for about in ("messages", "staff"):
        path, token = _chat(desk, about)
        events = visitor.get(f"{path}/events", headers=token).json()
        said = [event for event in events if event["from"] == "visitor"]
        bot = [event for event in events if event["from"] == "bot"]
        last.append(len(bot) >= len(said))
    return all(last)
