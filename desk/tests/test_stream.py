"""The stream of a conversation over a real server: events, resuming, typing, stopping."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from desk_in_process import Served, Visitor
from fake_rasa import FakeRasa, answer

from nightdesk_desk import log
from nightdesk_desk.visitor_api import MOST_AT_ONCE
from nightdesk_desk.wakeups import Typing


@pytest_asyncio.fixture
async def online(served: Served) -> AsyncIterator[Visitor]:
    async with httpx.AsyncClient(base_url=served.url, timeout=10) as client:
        body = (await client.post("/api/conversations")).json()
        yield Visitor(client, served.desk, body["conversation_id"], body["token"])


async def frames(
    visitor: Visitor, query: str = "", **headers: str
) -> AsyncIterator[dict[str, str]]:
    """Give a stream's events as they arrive: their `id`, `event`, `data` fields."""
    async with visitor.client.stream(
        "GET", f"{visitor.path}/stream{query}", headers=visitor.headers | headers
    ) as response:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        frame: dict[str, str] = {}
        async for line in response.aiter_lines():
            if not line:
                if "data" in frame:
                    yield frame
                frame = {}
            elif not line.startswith(":"):
                name, _, value = line.partition(":")
                frame[name] = value.removeprefix(" ")


async def take(stream: AsyncIterator[dict[str, str]], count: int) -> list[dict[str, Any]]:
    """Give the next `count` stored events, without the typing notices between them."""
    found: list[dict[str, Any]] = []
    async with asyncio.timeout(8):
        async for frame in stream:
            if frame.get("event", "message") == "message":
                event = json.loads(frame["data"])
                assert frame["id"] == str(event["seq"])
                found.append(event)
                if len(found) == count:
                    break
    return found


async def test_events_come_as_they_are_stored(online: Visitor) -> None:
    stream = frames(online)
    await online.say("hello")
    assert [e["from"] for e in await take(stream, 2)] == ["visitor", "bot"]
    began = time.monotonic()
    await online.say("again")
    assert [e["seq"] for e in await take(stream, 2)] == [3, 4]
    assert time.monotonic() - began < 2
    await stream.aclose()  # type: ignore[attr-defined]


async def test_a_reconnect_loses_nothing_and_repeats_nothing(online: Visitor) -> None:
    stream = frames(online)
    await online.say("one")
    assert [e["seq"] for e in await take(stream, 1)] == [1]
    await stream.aclose()  # type: ignore[attr-defined]
    await online.say("two")
    again = frames(online, "?after=0", **{"Last-Event-ID": "1"})
    assert [e["seq"] for e in await take(again, 3)] == [2, 3, 4]
    await again.aclose()  # type: ignore[attr-defined]
    late = frames(online, "?after=3")
    assert [e["seq"] for e in await take(late, 1)] == [4]
    await late.aclose()  # type: ignore[attr-defined]


async def test_a_strange_last_event_id_starts_from_the_beginning(online: Visitor) -> None:
    await online.say("one")
    for value in ("x", "-5", "", "1e3"):
        stream = frames(online, **{"Last-Event-ID": value})
        assert [e["seq"] for e in await take(stream, 1)] == [1]
        await stream.aclose()  # type: ignore[attr-defined]


async def test_typing_is_an_event_of_its_own_type_without_an_id(
    online: Visitor, rasa: FakeRasa
) -> None:
    async def slow(_sender: str, _message: str) -> list[Any]:
        await asyncio.sleep(0.3)
        return answer()

    rasa.script = slow
    seen: list[tuple[str, Any]] = []
    stream = frames(online)

    async def read() -> None:
        async for frame in stream:
            body = json.loads(frame["data"])
            seen.append((frame.get("event", "message"), body.get("typing", body["from"])))
            if frame.get("event") == "typing":
                assert "id" not in frame
                assert body["from"] == "bot"
            if body.get("typing") is False:
                return

    reading = asyncio.create_task(read())
    await asyncio.sleep(0.2)
    await online.say("hello")
    await asyncio.wait_for(reading, 8)
    assert ("typing", True) in seen
    assert seen.index(("message", "visitor")) < seen.index(("message", "bot"))
    await stream.aclose()  # type: ignore[attr-defined]


async def test_many_readers_of_one_conversation_are_limited(online: Visitor) -> None:
    from nightdesk_desk.visitor_api import MOST_READERS

    async with asyncio.timeout(20):
        streams = [frames(online) for _ in range(MOST_READERS)]
        await online.say("hello")
        for stream in streams:
            await take(stream, 1)
        refused = await online.client.get(f"{online.path}/stream", headers=online.headers)
        assert refused.status_code == 429
        for stream in streams:
            await stream.aclose()  # type: ignore[attr-defined]


async def test_a_body_without_a_declared_length_is_limited_too(online: Visitor) -> None:
    async def endless() -> AsyncIterator[bytes]:
        yield b'{"text": "'
        for _ in range(40):
            yield b"x" * 4096
        yield b'"}'

    answered = await online.client.post(
        f"{online.path}/messages",
        content=endless(),
        headers=online.headers | {"Content-Type": "application/json"},
    )
    assert answered.status_code == 413
    assert answered.json()["error"] == "too_large"
    events = await online.client.get(f"{online.path}/events", headers=online.headers)
    # At most the note that nobody has read it.
    assert {event["from"] for event in events.json()} <= {"system"}


async def test_a_read_that_hangs_ends_the_stream_so_that_the_widget_connects_again(
    online: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nightdesk_desk import log, visitor_api

    stream, read = frames(online), log.read_events
    await online.say("hello")
    await take(stream, 2)

    async def hangs(*_: Any) -> Any:
        await asyncio.Event().wait()

    monkeypatch.setattr(visitor_api, "READ_WITHIN", 0.05)
    monkeypatch.setattr(log, "read_events", hangs)
    await online.say("again")
    with pytest.raises(httpx.RemoteProtocolError):
        await asyncio.wait_for(take(stream, 1), 10)
    # Where one asks for events, that is a fault with its words.
    refused = await online.client.get(f"{online.path}/events", headers=online.headers)
    assert refused.status_code in (500, 503)
    assert refused.json()["message"]
    monkeypatch.setattr(log, "read_events", read)
    monkeypatch.setattr(visitor_api, "READ_WITHIN", 10)
    again = frames(online, **{"Last-Event-ID": "2"})
    assert [e["seq"] for e in await take(again, 1)] == [3]
    await again.aclose()  # type: ignore[attr-defined]


async def test_stopping_does_not_wait_for_readers(served: Served) -> None:
    async with httpx.AsyncClient(base_url=served.url, timeout=10) as client:
        body = (await client.post("/api/conversations")).json()
        visitor = Visitor(client, served.desk, body["conversation_id"], body["token"])
        stream = frames(visitor)
        await visitor.say("hello")
        await take(stream, 1)
        began = time.monotonic()
        served.server.should_exit = True
        async with asyncio.timeout(8):
            while served.server.started and served._thread.is_alive():
                await asyncio.sleep(0.05)
        assert time.monotonic() - began < 4
        await stream.aclose()  # type: ignore[attr-defined]


async def test_who_only_hears_of_typing_does_not_read_the_log_again(
    served: Served, online: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[int] = []
    read = log.read_events

    async def counted(session: Any, conversation_id: str, after: int = 0) -> Any:
        reads.append(after)
        return await read(session, conversation_id, after)

    monkeypatch.setattr(log, "read_events", counted)
    stream = frames(online)
    await online.say("hello")
    assert len(await take(stream, 2)) == 2
    before = len(reads)

    async def told(typing: bool) -> None:
        online.desk.wakeups.typing(online.id, Typing("staff", typing))

    for typing in (True, False, True):
        await served.inside(told(typing))
        async with asyncio.timeout(8):
            while "typing" not in (await anext(stream))["data"]:
                pass
    assert len(reads) == before
    await online.say("again")
    assert [e["seq"] for e in await take(stream, 2)] == [3, 4]
    await stream.aclose()  # type: ignore[attr-defined]


async def test_a_long_conversation_comes_whole_in_parts(served: Served, online: Visitor) -> None:
    said = "é" * 2000
    most = 2 * MOST_AT_ONCE // len(said.encode())
    await served.store(online.id, [log.NewEvent("bot", said)] * most)
    stream = frames(online)
    events = await take(stream, most)
    await stream.aclose()  # type: ignore[attr-defined]
    assert [event["seq"] for event in events] == list(range(1, most + 1))
    assert {event["text"] for event in events} == {said}
