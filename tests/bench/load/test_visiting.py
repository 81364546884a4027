"""Which answer belongs to which message, on a visitor's stream and over Rasa's REST channel."""

import asyncio
import json

import pytest

from bench.load.arrivals import Line, Visitor
from bench.load.visiting import UNAVAILABLE, Answers, run, visit_stock

LINES = (Line(0.0, "one"), Line(2.0, "two"))


def event(sender: str, at: str, outcome: str | None = None):
    return {"from": sender, "at": at, "outcome": outcome}


def test_events_of_one_moment_are_one_answer():
    answers = Answers()
    answers.see(event("visitor", "t1"), 10.0)
    answers.see(event("bot", "t2", "answer:x"), 10.5)
    answers.see(event("bot", "t2", "logistics:y"), 10.6)
    answers.see(event("system", "t2"), 10.6)
    answers.see(event("bot", "t3", "unknown"), 12.7)
    assert len(answers) == 2
    rows = answers.of(LINES, [0.1, 0.1], 10.0)
    assert [row.end for row in rows] == ["answered", "answered"]
    assert [row.shown for row in rows] == pytest.approx([0.5, 0.7])


def test_what_stands_for_the_bot_is_a_failure():
    answers = Answers()
    answers.see(event("system", "t2", UNAVAILABLE), 10.5)
    assert [row.end for row in answers.of(LINES, [0.1, 0.1], 10.0)] == ["failed", "lost"]


def test_what_was_never_confirmed_is_lost():
    answers = Answers()
    answers.see(event("bot", "t2", "answer:x"), 10.5)
    assert answers.of(LINES, [None, None], 10.0)[0].end == "lost"


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer one request as Rasa does, an empty list to "two"; fail at "three"."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    length = int(head.partition("content-length:")[2].split("\r\n")[0])
    asked = json.loads(await reader.readexactly(length))
    body = json.dumps([] if asked["message"] == "two" else [{"text": "yes"}]).encode()
    writer.write(
        (b"HTTP/1.1 500 No" if asked["message"] == "three" else b"HTTP/1.1 200 OK")
        + b"\r\nContent-Type: application/json\r\nConnection: close\r\n"
        + f"Content-Length: {len(body)}\r\n\r\n".encode()
        + body
    )
    await writer.drain()
    writer.close()


def test_rasas_empty_answer_counts_and_a_failure_does_not():
    async def measured():
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        lines = (Line(0.0, "one"), Line(0.01, "two"), Line(0.02, "three"))
        async with server:
            return await run(visit_stock, [url], [Visitor(0, lines), Visitor(1, lines[:1])])

    rows = asyncio.run(measured())
    assert [row.end for row in rows] == ["answered", "answered", "lost", "answered"]
