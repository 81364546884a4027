"""Who is slow, holds much or comes in crowds: limited, while others from elsewhere are answered."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest
import pytest_asyncio
from attack.raw_http import Chat, Line, ask, new_chat
from desk_in_process import Served
from fake_rasa import FakeRasa

from nightdesk_desk.connections import Held, Patience
from nightdesk_desk.log import NewEvent
from nightdesk_desk.middleware import MAX_BODY
from nightdesk_desk.open_requests import AtOnce
from nightdesk_desk.settings import Settings
from nightdesk_desk.visitor_api import MOST_READERS

FLOODER, VISITOR = "127.0.0.2", "127.0.0.3"
FEW = 20
SHORT = Patience(head=1.5, body=1.5, taken=1.5)


@pytest_asyncio.fixture
async def served(settings: Settings, rasa: FakeRasa) -> AsyncIterator[Served]:
    few = replace(
        settings,
        rasa_url=rasa.url,
        address_connections=FEW,
        connections=3 * FEW,
        proxies="10.9.9.9",
    )
    async with Served(few, SHORT) as server:
        yield server


@pytest_asyncio.fixture
async def chat(served: Served) -> Chat:
    return await new_chat(served)


def client(served: Served, address: str) -> httpx.AsyncClient:
    transport = httpx.AsyncHTTPTransport(local_address=address)
    return httpx.AsyncClient(base_url=served.url, transport=transport, timeout=20)


async def assert_others_are_answered(served: Served) -> None:
    """A visitor from elsewhere begins a chat, and is answered."""
    async with client(served, VISITOR) as visitor:
        begun = (await visitor.post("/api/conversations")).json()
        path = f"/api/conversations/{begun['conversation_id']}"
        headers = {"Authorization": f"Bearer {begun['token']}"}
        sent = await visitor.post(f"{path}/messages", json={"text": "hello"}, headers=headers)
        assert sent.status_code == 202
        query = {"after": sent.json()["seq"], "wait": 15}
        answered = await visitor.get(f"{path}/events", params=query, headers=headers)
        assert [event["from"] for event in answered.json()] == ["bot"]


# Slow ones.


async def drip(line: Line, data: bytes) -> None:
    for byte in data:
        await line.send(bytes([byte]))
        await asyncio.sleep(0.25)


@pytest.mark.parametrize("part", ["head", "body", "chunks", "line ends"])
async def test_a_request_byte_by_byte_is_cut_off(chat: Chat, part: str) -> None:
    whole = chat.request(["Content-Length: 500"], "")
    begun, rest = {
        "head": (b"", whole),
        "body": (whole, b"x" * 500),
        "chunks": (chat.request(["Transfer-Encoding: chunked"], ""), b"1\r\nx\r\n" * 100),
        "line ends": (b"", b"\r\n" * 500),
    }[part]
    line = await Line.to(chat.served)
    await line.send(begun)
    dripping = asyncio.create_task(drip(line, rest))
    answer = await line.until_closed()
    dripping.cancel()
    assert answer.statuses in ([408], [])
    if answer.statuses:
        assert answer.body["error"] == "unavailable"
        for help_line in ("911", "988", "(555) 010-0199"):
            assert help_line in answer.body["message"]
    assert await chat.stored() == []


async def test_idle_connections_are_closed_and_give_their_places_back(served: Served) -> None:
    lines = [await Line.to(served, FLOODER) for _ in range(FEW)]
    await assert_others_are_answered(served)
    for line in lines:
        assert (await line.until_closed()).data == b""
    async with client(served, FLOODER) as again:
        assert (await again.get("/health/live")).status_code == 200


async def test_a_reader_that_takes_nothing_is_cut_off(chat: Chat) -> None:
    await chat.served.store(chat.id, [NewEvent("bot", "x" * 100_000)] * 200)
    line = await Line.to(chat.served, buffer=4096)
    events = chat.path.replace("/messages", "/events")
    await line.send(chat.request([], "", f"GET {events} HTTP/1.1"))
    # 20 MB do not fit into any buffer on the way: what was not taken in time is never sent.
    connections = chat.served.server.server_state.connections
    async with asyncio.timeout(20):
        while not connections:
            await asyncio.sleep(0.05)
        while connections:
            await asyncio.sleep(0.05)
    assert len((await line.until_closed()).data) < 19_000_000


# Many.


async def test_one_address_holds_only_so_many_connections(served: Served) -> None:
    lines = [await Line.to(served, FLOODER) for _ in range(3 * FEW)]
    for line in lines:
        await line.send(b"GET /health/live HTTP/1.1\r\n")
    await assert_others_are_answered(served)
    assert len(served.server.server_state.connections) <= FEW + 2
    refused = [await line.until_closed() for line in lines[FEW:]]
    # One that has sent already may miss the words: the end comes at once.
    assert {status for answer in refused for status in answer.statuses} <= {429}


async def test_who_has_all_connections_is_told_in_words(served: Served) -> None:
    held = [await Line.to(served, FLOODER) for _ in range(FEW)]
    answer = await (await Line.to(served, FLOODER)).until_closed()
    assert answer.statuses == [429]
    for help_line in ("911", "988", "(555) 010-0199"):
        assert help_line in answer.body["message"]
    for line in held:
        line.close()


async def test_all_together_hold_only_so_many(served: Served) -> None:
    held = [await Line.to(served, f"127.0.1.{n}") for n in range(3 * FEW)]
    answer = await (await Line.to(served, VISITOR)).until_closed()
    assert answer.statuses == [503]
    assert "988" in answer.body["message"]
    for line in held:
        line.close()
    async with asyncio.timeout(20):
        while len(served.server.server_state.connections) > FEW:
            await asyncio.sleep(0.05)
    await assert_others_are_answered(served)


async def follow(chat: Chat, address: str) -> Line:
    line = await Line.to(chat.served, address)
    stream = chat.path.replace("/messages", "/stream")
    await line.send(chat.request([], "", f"GET {stream} HTTP/1.1"))
    return line


async def test_one_address_follows_only_so_many_chats_and_can_still_write(served: Served) -> None:
    chats = [await new_chat(served) for _ in range(FEW // 2 + 3)]
    lines = [await follow(chat, FLOODER) for chat in chats]
    answers = await asyncio.gather(*(line.answers(1) for line in lines))
    statuses = [answer.statuses for answer in answers]
    assert statuses.count([200]) == FEW // 2
    assert statuses.count([429]) == 3
    refused = next(answer for answer in answers if answer.statuses == [429])
    assert "988" in refused.body["message"]
    async with client(served, FLOODER) as writer:
        path = chats[0].path
        sent = await writer.post(path, json={"text": "hello"}, headers=chats[0].headers)
        assert sent.status_code == 202
    await assert_others_are_answered(served)
    for line in lines:
        line.close()
    async with asyncio.timeout(20):
        while served.desk.wakeups.total():
            await asyncio.sleep(0.05)
    assert (await (await follow(chats[0], FLOODER)).answers(1)).statuses == [200]


async def test_one_chat_has_only_so_many_readers_at_once(
    settings: Settings, rasa: FakeRasa
) -> None:
    async with Served(replace(settings, rasa_url=rasa.url)) as served:
        chat = await new_chat(served)
        lines = await asyncio.gather(*(follow(chat, VISITOR) for _ in range(3 * MOST_READERS)))
        answers = await asyncio.gather(*(line.answers(1) for line in lines))
        assert all(answer.statuses in ([200], [429]) for answer in answers)
        open_ones = [answer for answer in answers if not answer.closed and answer.statuses == [200]]
        assert served.desk.wakeups.watching(chat.id) <= MOST_READERS
        assert open_ones
        for line in lines:
            line.half_close()
        # Who says that nothing more comes, reads no more.
        async with asyncio.timeout(20):
            while served.desk.wakeups.watching(chat.id):
                await asyncio.sleep(0.05)


# Much.


async def test_large_bodies_are_refused_with_and_without_a_length(chat: Chat) -> None:
    many = MAX_BODY + 1
    declared = chat.request([f"Content-Length: {many}"], "x" * many)
    endless = chat.request(["Transfer-Encoding: chunked"], f"{1000:x}\r\n{'x' * 1000}\r\n" * 200)
    for data in (declared, endless):
        line = await Line.to(chat.served)
        sending = asyncio.create_task(line.send(data))
        answer = await line.answers(1)
        await sending
        assert answer.statuses in ([413], [])
    # The largest that may be.
    text = json.dumps({"text": "hello", "more": "x" * 60_000})
    answer = await ask(chat.served, chat.request([f"Content-Length: {len(text)}"], text))
    assert answer.statuses == [202]


async def test_a_large_body_without_its_bytes_is_refused_before_they_come(chat: Chat) -> None:
    answer = await ask(chat.served, chat.request(["Content-Length: 5000000"], ""))
    assert (answer.statuses, answer.closed) == ([413], True)
    assert "988" in answer.body["message"]


async def test_nothing_is_unpacked(chat: Chat) -> None:
    packed = gzip.compress(json.dumps({"text": "x" * 10_000_000}).encode())
    async with client(chat.served, VISITOR) as visitor:
        for coding in ("gzip", "deflate", "br", "zstd", "gzip, gzip"):
            sent = await visitor.post(
                chat.path,
                content=packed,
                headers=chat.headers
                | {"Content-Encoding": coding, "Content-Type": "application/json"},
            )
            assert 400 <= sent.status_code < 500
    assert await chat.stored() == []


@pytest.mark.parametrize(
    "body",
    [
        "[" * 30_000,
        '{"text":' * 6_000 + "1" + "}" * 6_000,
        '{"text": ' + "[" * 15_000 + "]" * 15_000 + "}",
        '{"text": 1' + "0" * 60_000 + "}",
        '{"text": 1e999999}',
        '{"text": NaN}',
        '{"text": "\\ud800"}',
        '{"text": "\\u0000"}',
        '{"text": null, ' + ", ".join(f'"k{n}": 1' for n in range(5000)) + "}",
    ],
    ids=["open", "deep", "deep text", "number", "exponent", "NaN", "surrogate", "NUL", "wide"],
)
async def test_odd_json_is_refused(chat: Chat, body: str) -> None:
    answer = await ask(chat.served, chat.request([f"Content-Length: {len(body)}"], body))
    assert len(answer.statuses) == 1
    assert 400 <= answer.statuses[0] < 500
    assert await chat.stored() == []


# Counting.


def test_each_key_has_so_many_and_what_is_given_back_is_forgotten() -> None:
    at_once = AtOnce(2)
    with at_once.one("a") as first, at_once.one("a") as second, at_once.one("a") as third:
        assert (first, second, third) == (True, True, False)
        assert at_once.take("b")
    assert at_once.held() == 1
    at_once.give_back("b")
    assert len(at_once) == 0


def test_a_proxy_s_connections_are_not_one_visitor_s() -> None:
    held = Held(1, 100, "10.0.0.0/8,192.0.2.1")
    assert [held.take("10.1.2.3") for _ in range(3)] == [True] * 3
    assert [held.take("192.0.2.2") for _ in range(2)] == [True, False]
    assert [held.take(f"2001:db8::{n}") for n in range(2)] == [True, False]
    held.give_back("192.0.2.2")
    assert held.take("192.0.2.2")
    assert [held.take("") for _ in range(2)] == [True, False]
