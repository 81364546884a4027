"""The proxy breaks what it is told to break, and nothing else."""

import asyncio
import time
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from running_system import free_ports

from chaos.proxy import THROUGH, Manners, Proxy, http_answer


class Behind:
    """A server that counts what it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        self.asked += 1
        writer.write(http_answer(b'"real"'))
        await writer.drain()
        writer.close()


@pytest_asyncio.fixture
async def behind() -> Behind:
    return Behind()


@pytest_asyncio.fixture
async def proxy(behind: Behind) -> AsyncIterator[Proxy]:
    port, target = free_ports(2)
    server = await asyncio.start_server(behind.serve, "127.0.0.1", target)
    made = Proxy(port, target)
    await made.start()
    yield made
    await made.stop()
    server.close()


async def ask(proxy: Proxy) -> str:
    async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
        return (await client.get(f"http://127.0.0.1:{proxy.port}/")).text


async def test_through(proxy: Proxy) -> None:
    assert await ask(proxy) == '"real"'


async def test_cut(proxy: Proxy, behind: Behind) -> None:
    proxy.behave(Manners("cut"))
    with pytest.raises(httpx.TransportError):
        await ask(proxy)
    assert behind.asked == 0
    proxy.behave(THROUGH)
    assert await ask(proxy) == '"real"'


async def test_a_lost_answer_was_asked_for(proxy: Proxy, behind: Behind) -> None:
    proxy.behave(Manners("answers lost"))
    with pytest.raises(httpx.TransportError):
        await ask(proxy)
    assert behind.asked == 1


async def test_slow(proxy: Proxy) -> None:
    proxy.behave(Manners("slow", 0.3))
    began = time.monotonic()
    assert await ask(proxy) == '"real"'
    assert time.monotonic() - began >= 0.3


async def test_made_up(proxy: Proxy, behind: Behind) -> None:
    proxy.behave(Manners("made up", answer=http_answer(b"[]")))
    assert await ask(proxy) == "[]"
    assert behind.asked == 0


async def test_cutting_breaks_what_is_open(proxy: Proxy) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    await asyncio.sleep(0.05)
    proxy.cut_all()
    with pytest.raises(ConnectionError):
        await reader.readexactly(1)
    writer.close()
