"""A small TCP proxy of our own that cuts, delays, swallows and makes up answers."""

import asyncio
import contextlib
import socket
import struct
from dataclasses import dataclass
from typing import Literal

Mode = Literal["through", "cut", "answers lost", "slow", "made up"]


@dataclass(frozen=True)
class Manners:
    """How the proxy behaves.

    `cut`: no connection lives. `answers lost`: what is sent arrives, and the connection breaks as
    soon as the other side answers. `slow`: each piece of an answer comes `seconds` later.
    `made up`: `answer` is given in place of the other side's, which is not asked.
    """

    mode: Mode = "through"
    seconds: float = 0.0
    answer: bytes = b""


THROUGH = Manners()


def http_answer(body: bytes, kind: str = "application/json", status: str = "200 OK") -> bytes:
    """Give a whole HTTP answer, after which the connection closes."""
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
    return f"{head}Connection: close\r\n\r\n".encode() + body


class Proxy:
    """Listens on `port` of this machine and passes on to `target`."""

    def __init__(self, port: int, target: int) -> None:
        self.port = port
        self._target = target
        self._manners = THROUGH
        self._open: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Begin to listen. Raises OSError."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, backlog=1024)

    async def stop(self) -> None:
        """Listen no more and cut what is open."""
        if self._server:
            self._server.close()
        self.cut_all()

    def behave(self, manners: Manners) -> None:
        """Behave so from now on; what is open is cut where no connection may live."""
        self._manners = manners
        if manners.mode in ("cut", "made up"):
            self.cut_all()

    def cut_all(self) -> None:
        """Break every connection, as a line that dies does: without an end."""
        for writer in list(self._open):
            _break(writer)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                if self._manners.mode == "cut":
                    _break(writer)
                elif self._manners.mode == "made up":
                    await self._make_up(reader, writer)
                else:
                    await self._pass_on(reader, writer)
        finally:
            self._open.discard(writer)
            writer.close()

    async def _make_up(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(65536)
        writer.write(self._manners.answer)
        await writer.drain()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._target)
        self._open.add(back)
        ways = [
            asyncio.create_task(self._forth(reader, back)),
            asyncio.create_task(self._back(there, writer)),
        ]
        try:
            # When one side ends, so does the other: neither waits for a line that has died.
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            self._open.discard(back)
            back.transport.abort()

    async def _forth(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(65536):
            writer.write(piece)
            await writer.drain()

    async def _back(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(65536):
            manners = self._manners
            if manners.mode == "answers lost":
                _break(writer)
                return
            if manners.mode == "slow":
                await asyncio.sleep(manners.seconds)
            writer.write(piece)
            await writer.drain()


def _break(writer: asyncio.StreamWriter) -> None:
    """End a connection with a reset: what is closed in order looks like the end of an answer."""
    with contextlib.suppress(OSError, AttributeError):
        writer.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
        )
    writer.transport.abort()
