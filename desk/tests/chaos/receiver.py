"""An address for alerts: takes the desk's signed webhooks and remembers their ids."""

import asyncio
import contextlib

from chaos.plain import Received
from chaos.proxy import http_answer

TAKEN = http_answer(b"{}")
AWAY = http_answer(b"{}", status="503 Service Unavailable")


class Receiver:
    """Listens on `port`; while `away` it refuses. The path's name is the address's."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.away = False
        self.received: list[Received] = []
        self.bodies: list[str] = []
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Begin to listen. Raises OSError."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)

    async def stop(self) -> None:
        """Listen no more."""
        if self._server:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            first, *lines = head.split("\r\n")
            headers = dict(line.lower().split(": ", 1) for line in lines if ": " in line)
            ids = [
                line.split(": ", 1)[1] for line in lines if line.lower().startswith("webhook-id")
            ]
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            self.bodies.append(body.decode())
            if not self.away:
                address = first.split(" ")[1].strip("/")
                self.received += [Received(address, message_id) for message_id in ids]
            writer.write(AWAY if self.away else TAKEN)
            await writer.drain()
        writer.close()
