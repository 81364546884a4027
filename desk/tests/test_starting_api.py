"""A conversation begins with what the visitor wrote first, in one request, sent ever so often."""

import asyncio
import secrets
from dataclasses import replace
from typing import Any

import httpx
import pytest
from desk_in_process import Running, Visitor, started
from fake_rasa import FakeRasa

from nightdesk_desk import log
from nightdesk_desk.app import create_app
from nightdesk_desk.settings import Settings


async def begin(running: Running, **body: Any) -> httpx.Response:
    return await running.client.post("/api/conversations", json=body)


async def begun(running: Running, **body: Any) -> Visitor:
    answer = await begin(running, **body)
    assert answer.status_code == 201, answer.text
    found = answer.json()
    return Visitor(running.client, running.desk, found["conversation_id"], found["token"])


async def said(visitor: Visitor) -> list[str]:
    await visitor.desk.turns.idle()
    return [event["text"] for event in await visitor.events() if event["from"] == "visitor"]


@pytest.fixture
def token() -> str:
    return secrets.token_hex(16)


async def test_the_first_words_are_stored_and_answered(running: Running, token: str) -> None:
    visitor = await begun(
        running, token=token, messages={"one": "hi", "two": "How fast does it work?"}
    )
    assert visitor.token == token
    assert await said(visitor) == ["hi", "How fast does it work?"]
    assert "bot" in [event["from"] for event in await visitor.events()]


async def test_the_same_token_gives_the_same_conversation(running: Running, token: str) -> None:
    first = await begun(running, token=token, messages={"one": "hi"})
    again = await begun(running, token=token, messages={"one": "hi", "two": "are you there"})
    later = await begun(running, token=token)
    assert first.id == again.id == later.id
    assert (await first.say("hi", key="one")).json()["seq"] == 1
    assert await said(first) == ["hi", "are you there"]
    assert (await begun(running)).id != first.id


async def test_requests_at_the_same_moment_begin_one(running: Running, token: str) -> None:
    several = await asyncio.gather(
        *[begun(running, token=token, messages={"one": "hi"}) for _ in range(5)]
    )
    assert len({visitor.id for visitor in several}) == 1
    assert await said(several[0]) == ["hi"]


async def test_what_cannot_be_taken_does_not_keep_out_the_rest(
    running: Running, token: str
) -> None:
    texts = ["", "x" * 2001, 7, None, "help"]
    visitor = await begun(
        running, token=token, messages={f"k{i}": text for i, text in enumerate(texts)}
    )
    await begun(running, token=token, messages={"k4": "another text"})
    assert await said(visitor) == ["help"]


@pytest.mark.parametrize(
    "body",
    [
        {"token": "short"},
        {"token": "a" * 201},
        {"token": "ö" * 40},
        {"token": 7},
        {"messages": "hello"},
        {"messages": ["hello"]},
        {"messages": {"": "hello"}},
        {"messages": {"k" * 201: "hello"}},
        {"messages": {str(i): "hello" for i in range(21)}},
        ["hello"],
    ],
)
async def test_a_beginning_of_another_form_is_refused_in_words(running: Running, body: Any) -> None:
    answer = await running.client.post("/api/conversations", json=body)
    assert answer.status_code == 422
    assert len(answer.json()["message"]) > 10


async def test_what_comes_late_does_not_begin_again_what_was_deleted(
    running: Running, token: str
) -> None:
    visitor = await begun(running, token=token, messages={"one": "hi"})
    await running.desk.turns.idle()
    same = await begin(running, token=token, conversation_id=visitor.id, messages={"two": "hm"})
    assert (same.status_code, same.json()["conversation_id"]) == (201, visitor.id)
    await running.desk.turns.idle()
    deleted = await visitor.client.delete(visitor.path, headers=visitor.headers)
    assert deleted.json()["deleted"] is True

    late = await begin(running, token=token, conversation_id=visitor.id, messages={"three": "?"})
    assert (late.status_code, late.json()["error"]) == (404, "not_found")
    async with running.desk.db.read() as session:
        assert await log.conversation_of_token(session, token) is None

    other = await begun(running)
    mixed = await begin(running, token=token, conversation_id=other.id, messages={"four": "?"})
    assert mixed.status_code == 404
    assert await said(other) == []


async def test_what_is_stored_is_never_refused(
    settings: Settings, rasa: FakeRasa, token: str
) -> None:
    limited = replace(settings, rasa_url=rasa.url, messages_per_minute=6)
    async with started(create_app(limited)) as running:
        words = {"one": "I am scared", "two": "please", "three": "help"}
        for _ in range(5):
            visitor = await begun(running, token=token, messages=words)
        for key, text in words.items():
            assert (await visitor.say(text, key=key)).status_code == 202
        assert await said(visitor) == list(words.values())
        # What is new is counted.
        assert [(await visitor.say(f"m{i}")).status_code for i in range(2)][-1] == 429


async def test_a_flood_of_first_words_is_limited(
    settings: Settings, rasa: FakeRasa, token: str
) -> None:
    limited = replace(
        settings,
        rasa_url=rasa.url,
        address_messages_per_minute=4,
        address_conversations_per_minute=4,
    )
    async with started(create_app(limited)) as running:
        many = {f"k{i}": str(i) for i in range(9)}
        visitor = await begun(running, token=token, messages=many)
        assert await said(visitor) == ["0", "1"]
        assert (await begin(running)).status_code == 201
        assert (await begin(running)).status_code == 429
        # The one that was begun is found all the same.
        assert (await begun(running, token=token)).id == visitor.id
