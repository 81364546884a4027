"""Bytes to a served desk and what comes back, with nothing in between that would put them right."""

import asyncio
import json
import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx
from desk_in_process import Served
from sqlalchemy import select

from nightdesk_desk.models import Event

LONGEST = 20.0
"""Seconds after which a test gives up on an answer that should have come."""
QUIET = 0.3
"""Seconds without a byte after which a connection that stays open has said what it has to say."""

_STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) ")


@dataclass(frozen=True)
class Answer:
    """What came back on one connection, and whether the desk closed it."""

    data: bytes
    closed: bool

    @property
    def statuses(self) -> list[int]:
        """The answers' statuses, without the interim ones."""
        found = [int(status) for status in _STATUS.findall(self.data)]
        return [status for status in found if status >= 200]

    @property
    def body(self) -> dict[str, Any]:
        """The last answer's body."""
        found: dict[str, Any] = json.loads(self.data.rpartition(b"\r\n\r\n")[2])
        return found


@dataclass(frozen=True)
class Chat:
    """A conversation of a served desk, spoken with by raw requests."""

    served: Served
    id: str
    token: str

    @property
    def path(self) -> str:
        return f"/api/conversations/{self.id}/messages"

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def request(self, headers: Sequence[str], body: str, line: str = "", host: str = "x") -> bytes:
        """Give a request with this visitor's credentials; `line` stands for its first line."""
        lines = [
            line or f"POST {self.path} HTTP/1.1",
            *([f"Host: {host}"] if host else []),
            f"Authorization: Bearer {self.token}",
            "Content-Type: application/json",
            *headers,
        ]
        return ("\r\n".join(lines) + "\r\n\r\n" + body).encode("latin-1")

    def message(self, text: str) -> bytes:
        """Give the whole request for a message, as any client would send it."""
        body = json.dumps({"text": text})
        return self.request([f"Content-Length: {len(body)}"], body)

    async def stored(self) -> list[str]:
        """Give the visitor's messages that the database holds."""
        return await self.served.inside(self._stored())

    async def _stored(self) -> list[str]:
        async with self.served.desk.db.read() as session:
            rows = await session.scalars(
                select(Event.text)
                .where(Event.conversation_id == self.id, Event.sender == "visitor")
                .order_by(Event.seq)
            )
            return list(rows)


async def new_chat(served: Served) -> Chat:
    """Begin a conversation."""
    async with httpx.AsyncClient(base_url=served.url) as client:
        body = (await client.post("/api/conversations")).json()
    return Chat(served, body["conversation_id"], body["token"])


class Line:
    """One connection, from an address of this machine."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @staticmethod
    async def to(served: Served, address: str = "127.0.0.1", buffer: int = 0) -> "Line":
        """Connect from `address`; with `buffer`, with room for so few bytes at our end."""
        connection = socket.socket()
        connection.bind((address, 0))
        if buffer:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        connection.setblocking(False)
        await asyncio.get_running_loop().sock_connect(connection, ("127.0.0.1", served.port))
        # The stream reads no more than this before somebody asks for it.
        return Line(*await asyncio.open_connection(sock=connection, limit=max(buffer, 64 * 1024)))

    async def send(self, data: bytes) -> None:
        """Send, unless the other end is gone."""
        try:
            self._writer.write(data)
            await self._writer.drain()
        except ConnectionError:
            pass

    def half_close(self) -> None:
        """Say that nothing more is sent."""
        self._writer.write_eof()

    async def until_closed(self) -> Answer:
        """Read until the desk closes."""
        data = bytearray()
        try:
            async with asyncio.timeout(LONGEST):
                while piece := await self._reader.read(65536):
                    data += piece
        except ConnectionError:
            pass
        return Answer(bytes(data), closed=True)

    async def answers(self, count: int) -> Answer:
        """Read until so many answers are there and nothing more comes, or the desk closes."""
        data = bytearray()
        try:
            while True:
                enough = len(Answer(bytes(data), closed=False).statuses) >= count
                async with asyncio.timeout(QUIET if enough else LONGEST):
                    piece = await self._reader.read(65536)
                if not piece:
                    return Answer(bytes(data), closed=True)
                data += piece
        except TimeoutError:
            return Answer(bytes(data), closed=False)
        except ConnectionError:
            return Answer(bytes(data), closed=True)

    def close(self) -> None:
        """End it."""
        self._writer.close()


async def ask(served: Served, data: bytes, count: int = 1) -> Answer:
    """Send `data` on a connection of its own. Gives what comes back, `count` answers or more."""
    line = await Line.to(served)
    await line.send(data)
    answer = await line.answers(count)
    line.close()
    return answer
