"""A Rasa that says what a test tells it to, on a real port."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from nightdesk_contract.senders import FORGET_PATH

Replies = Any
Script = Callable[[str, str], Replies | Awaitable[Replies]]
FORGOTTEN = {"forgotten": True}


def answer(passage: str = "rapid_relief", text: str = "It can work fast.") -> list[dict[str, Any]]:
    return [
        {"recipient_id": "x", "text": text, "buttons": [{"title": "Is it safe?", "payload": "p"}]},
        {"recipient_id": "x", "custom": {"outcome": f"answer:{passage}", "passages": [passage]}},
    ]


def logistics(topic: str = "hours") -> list[dict[str, Any]]:
    return [{"text": "We open at nine."}, {"custom": {"outcome": f"logistics:{topic}"}}]


def known_answers(_sender: str, message: str) -> list[dict[str, Any]]:
    """A script that answers the questions which readiness asks."""
    return logistics() if "hours" in message else answer()


def handover(
    reason: str, level: str | None = None, text: str = "", category: str = "self_harm"
) -> list[dict[str, Any]]:
    safety = {
        "category": category,
        "detector": "pattern",
        "rule": "want-to-die",
        "score": 1.0,
        "spans": [[0, 4]],
    }
    custom: dict[str, Any] = {"outcome": f"handover:{reason}", "level": level}
    if reason in ("crisis", "medical_advice"):
        custom["safety"] = json.dumps(safety)
    return [{"text": text or f"The bot's reply to {reason}."}, {"custom": custom}]


class FakeRasa:
    """`script(sender, message)` gives the decoded reply, or a `Raw` answer, or waits first."""

    def __init__(self) -> None:
        self.script: Script = lambda sender, message: answer()
        self.heard: list[tuple[str, str]] = []
        # What it was told to forget, and what it answers to that.
        self.forgotten: list[str] = []
        self.forgets: Callable[[str], Replies | Awaitable[Replies]] = lambda _name: FORGOTTEN
        self.metadata: list[object] = []
        self.at_once = 0
        self.most_at_once: dict[str, int] = {}
        self._now: dict[str, int] = {}
        self.port = 0
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server:
            self._server.close()
            self._server = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            length = int(head.split("content-length:")[1].split("\r\n")[0])
            body = json.loads(await reader.readexactly(length))
            if FORGET_PATH in head.split("\r\n")[0]:
                writer.write(await self._forget(body["conversation"]))
            else:
                self.metadata.append(body.get("metadata"))
                writer.write(await self._answer(body["sender"], body["message"]))
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _answer(self, sender: str, message: str) -> bytes:
        self.heard.append((sender, message))
        self._now[sender] = self._now.get(sender, 0) + 1
        self.most_at_once[sender] = max(self.most_at_once.get(sender, 0), self._now[sender])
        try:
            replies = self.script(sender, message)
            if isinstance(replies, Awaitable):
                replies = await replies
        finally:
            self._now[sender] -= 1
        return _sent(replies)

    async def _forget(self, name: str) -> bytes:
        self.forgotten.append(name)
        said = self.forgets(name)
        return _sent(await said if isinstance(said, Awaitable) else said)


def _sent(replies: Replies) -> bytes:
    if isinstance(replies, Raw):
        return replies.data
    return Raw.of(200, json.dumps(replies).encode()).data


class Raw:
    """An answer byte for byte."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    @staticmethod
    def of(status: int, content: bytes) -> "Raw":
        head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(content)}\r\nConnection: close\r\n\r\n"
        return Raw(head.encode() + content)
