"""The visitor's API: its rules, and every bad input."""

import asyncio
import time

import pytest
from desk_in_process import Running, Visitor
from fake_rasa import FakeRasa, answer, logistics
from sqlalchemy import func, select

from nightdesk_desk.models import Event


async def test_a_question_is_answered_with_its_source(visitor: Visitor) -> None:
    [bot] = await visitor.chat("How fast does it work?")
    everything = await visitor.events()
    asked = everything[0]
    assert [e["seq"] for e in everything] == [1, 2]
    assert (asked["from"], asked["text"]) == ("visitor", "How fast does it work?")
    assert (asked["outcome"], asked["source"], asked["quick_replies"]) == (None, None, [])
    assert (bot["from"], bot["outcome"]) == ("bot", "answer:rapid_relief")
    assert bot["quick_replies"] == ["Is it safe?"]
    assert bot["source"]["kind"] == "passage"
    assert bot["source"]["passages"][0]["title"] == "Rapid Relief"
    assert "a few hours to a few days" in bot["source"]["passages"][0]["text"]
    assert bot["source"]["document"] == "What are the benefits of Ketamine Therapy?"
    assert bot["at"].endswith("Z")


async def test_a_clinic_answer_names_the_clinic_as_source(visitor: Visitor, rasa: FakeRasa) -> None:
    rasa.script = lambda *_: logistics("hours")
    [bot] = await visitor.chat("When are you open?")
    assert bot["source"]["kind"] == "clinic"


async def test_ids_and_tokens_cannot_be_guessed(running: Running) -> None:
    one, two = await running.visitor(), await running.visitor()
    assert one.id.startswith("c_")
    assert len(one.id) >= 26
    assert len(one.token) >= 43
    assert len({one.id, two.id, one.token, two.token}) == 4


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        ("   \n ", "empty"),
        ("\u200b\ufeff", "empty"),
        ("\x00", "empty"),
        ("/", "empty"),
        (None, "not_text"),
        (7, "not_text"),
        (["I want to talk"], "not_text"),
        ({"a": 1}, "not_text"),
        ("x" * 2001, "too_long"),
    ],
)
async def test_a_message_that_cannot_be_taken_is_refused_in_words(
    visitor: Visitor, text: object, code: str
) -> None:
    answered = await visitor.say(text)
    assert answered.status_code == 422
    assert answered.json()["error"] == code
    assert len(answered.json()["message"]) > 10
    assert await visitor.events() == []


async def test_two_megabytes_are_refused_and_nothing_is_stored(visitor: Visitor) -> None:
    answered = await visitor.say("x" * 2_000_000)
    assert answered.status_code == 413
    assert set(answered.json()) == {"error", "message"}
    # Nobody has read it: that is said.
    assert [event["from"] for event in await visitor.events()] == ["system"]


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"{", b'"text"', b"\xff", b"[" * 60_000])
async def test_a_body_of_another_form_is_refused(visitor: Visitor, body: bytes) -> None:
    answered = await visitor.client.post(
        f"{visitor.path}/messages",
        content=body,
        headers=visitor.headers | {"Content-Type": "application/json"},
    )
    assert answered.status_code in (400, 422)
    assert set(answered.json()) == {"error", "message"}


async def test_a_lone_surrogate_is_dropped_not_stored(visitor: Visitor) -> None:
    answered = await visitor.client.post(
        f"{visitor.path}/messages",
        content=b'{"text": "hi \\ud800 there"}',
        headers=visitor.headers | {"Content-Type": "application/json"},
    )
    assert answered.status_code == 202
    assert (await visitor.events())[0]["text"] == "hi  there"


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("😀🙏", "😀🙏"),
        ("/restart", "restart"),
        ("/greet{} I want to kill myself", "greet{} I want to kill myself"),
        (" // /back", "back"),
        ("<b>hi</b><script>alert(1)</script>", "<b>hi</b><script>alert(1)</script>"),
        ("a\x00b", "ab"),
        ("kill\u200b myself", "kill myself"),
        ("x" * 2000, "x" * 2000),
    ],
)
async def test_what_is_taken_reaches_rasa_cleaned_and_without_a_command(
    visitor: Visitor, rasa: FakeRasa, sent: str, stored: str
) -> None:
    await visitor.chat(sent)
    assert rasa.heard == [(visitor.id, stored)]
    assert (await visitor.events())[0]["text"] == stored


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Bearer wrong", "Basic abc"])
async def test_without_a_known_token_it_is_401(visitor: Visitor, header: str | None) -> None:
    headers = {"Authorization": header} if header is not None else {}
    for method, path in [
        ("POST", "messages"),
        ("GET", "events"),
        ("GET", "stream"),
        ("POST", "contact"),
    ]:
        body = {"text": "hello", "consent": True} if method == "POST" else None
        answered = await visitor.client.request(
            method, f"{visitor.path}/{path}", json=body, headers=headers
        )
        assert answered.status_code == 401, path
        assert answered.json()["error"] == "unauthorized"
    assert await visitor.events() == []


async def test_anothers_and_an_unknown_conversation_look_alike(running: Running) -> None:
    mine, other = await running.visitor(), await running.visitor()
    await other.chat("private words")
    answers = [
        await running.client.get(f"/api/conversations/{cid}/events", headers=mine.headers)
        for cid in (other.id, "c_unknown", "../x")
    ]
    assert [a.status_code for a in answers] == [404, 404, 404]
    assert answers[0].content == answers[1].content
    assert "private" not in answers[0].text
    written = await running.client.post(
        f"/api/conversations/{other.id}/messages", json={"text": "hi"}, headers=mine.headers
    )
    assert written.status_code == 404
    assert len(await other.events()) == 2


async def test_the_same_key_is_stored_once(visitor: Visitor, rasa: FakeRasa) -> None:
    answers = await asyncio.gather(*(visitor.say("only once", key="k1") for _ in range(8)))
    assert {a.status_code for a in answers} == {202}
    assert {a.json()["seq"] for a in answers} == {1}
    await visitor.desk.turns.idle()
    # Each tab of the visitor's knows its own messages by the key.
    assert [(e["from"], e["key"]) for e in await visitor.events()] == [
        ("visitor", "k1"),
        ("bot", None),
    ]
    assert len(rasa.heard) == 1
    again = await visitor.say("only once", key="k1")
    assert again.json() == {"seq": 1}


async def test_a_key_with_another_text_is_refused_not_swallowed(visitor: Visitor) -> None:
    await visitor.say("first", key="k")
    answered = await visitor.say("I want to die", key="k")
    assert (answered.status_code, answered.json()["error"]) == (422, "key_reused")


async def test_keys_of_two_visitors_do_not_meet(running: Running) -> None:
    one, two = await running.visitor(), await running.visitor()
    assert (await one.say("hello", key="same")).status_code == 202
    assert (await two.say("other", key="same")).status_code == 202


async def test_many_at_once_are_numbered_without_gap_and_answered_once_each(
    running: Running, rasa: FakeRasa
) -> None:
    rasa.script = lambda _sender, message: answer(text=f"to {message}")
    people = [await running.visitor() for _ in range(4)]
    sent = [p.say(f"m{i}") for p in people for i in range(6)]
    assert {a.status_code for a in await asyncio.gather(*sent)} == {202}
    await running.desk.turns.idle()
    for person in people:
        events = await person.events()
        assert [e["seq"] for e in events] == list(range(1, 13))
        said = [e["text"] for e in events if e["from"] == "visitor"]
        answered = [e["text"] for e in events if e["from"] == "bot"]
        assert sorted(said) == [f"m{i}" for i in range(6)]
        assert answered == [f"to {text}" for text in said]
    # One turn at a time in a conversation.
    assert set(rasa.most_at_once.values()) == {1}


async def test_after_gives_only_what_came_later(visitor: Visitor) -> None:
    await visitor.chat("one")
    await visitor.chat("two")
    assert [e["seq"] for e in await visitor.events(after=2)] == [3, 4]
    assert await visitor.events(after=4) == []


@pytest.mark.parametrize(
    "query", ["after=-1", "after=x", "wait=26", "wait=-1", "after=99999999999"]
)
async def test_a_bad_query_is_refused(visitor: Visitor, query: str) -> None:
    answered = await visitor.client.get(f"{visitor.path}/events?{query}", headers=visitor.headers)
    assert (answered.status_code, answered.json()["error"]) == (422, "bad_request")


async def test_a_long_poll_wakes_at_once(visitor: Visitor, rasa: FakeRasa) -> None:
    waiting = asyncio.create_task(visitor.events(wait=10))
    await asyncio.sleep(0.1)
    began = time.monotonic()
    await visitor.say("hello")
    events = await waiting
    assert time.monotonic() - began < 1.0
    assert events[0]["text"] == "hello"


async def test_a_long_poll_without_news_ends_empty(visitor: Visitor) -> None:
    began = time.monotonic()
    assert await visitor.events(wait=0.3) == []
    assert 0.25 < time.monotonic() - began < 2


async def test_what_another_process_writes_is_seen(visitor: Visitor) -> None:
    from nightdesk_desk import log
    from nightdesk_desk.db import Database

    other = Database(visitor.desk.settings.database_url)
    waiting = asyncio.create_task(visitor.events(wait=10))
    await asyncio.sleep(0.1)
    began = time.monotonic()
    async with other.write() as session:
        await log.append(session, visitor.id, [log.NewEvent("system", "from elsewhere")])
    await other.close()
    [event] = await waiting
    assert event["text"] == "from elsewhere"
    assert time.monotonic() - began < 5


async def test_a_reader_is_noted_as_here(visitor: Visitor) -> None:
    from nightdesk_desk.models import Conversation

    await visitor.events()
    async with visitor.desk.db.read() as session:
        row = await session.get(Conversation, visitor.id)
    assert row is not None
    assert row.visitor_seen_at is not None


async def test_contact_details_are_stored_and_call_a_person(visitor: Visitor) -> None:
    from nightdesk_desk import handovers

    answered = await visitor.client.post(
        f"{visitor.path}/contact",
        json={
            "name": "Ana  <b>",
            "phone": "+1 (555) 010-0123",
            "consent": True,
            "safe_to_leave_message": False,
        },
        headers=visitor.headers,
    )
    assert answered.status_code == 202
    async with visitor.desk.db.read() as session:
        [contact] = await handovers.contacts(session, visitor.id)
        [row] = await handovers.list_open(session)
    assert (contact.name, contact.phone) == ("Ana <b>", "+1 (555) 010-0123")
    assert contact.safe_to_leave_message is False
    assert (row.handover.level, row.handover.reason) == ("P3", "request")
    assert [e["from"] for e in await visitor.events()] == ["system"]


@pytest.mark.parametrize(
    ("details", "code"),
    [
        ({"phone": "555-010-0123"}, "bad_request"),
        ({"phone": "555-010-0123", "consent": False}, "consent_needed"),
        ({"phone": "555-010-0123", "consent": "yes"}, "bad_request"),
        ({"consent": True}, "contact_needed"),
        ({"consent": True, "name": "A", "phone": " \u200b"}, "contact_needed"),
        ({"consent": True, "phone": "call me"}, "bad_phone"),
        ({"consent": True, "phone": "12"}, "bad_phone"),
        ({"consent": True, "email": "nobody"}, "bad_email"),
        ({"consent": True, "email": "a@b.c\r\nBcc: x@y.zz"}, "bad_email"),
        ({"consent": True, "email": "a@b.example", "name": "x" * 101}, "bad_name"),
    ],
)
async def test_bad_contact_details_are_refused(
    visitor: Visitor, details: dict[str, object], code: str
) -> None:
    answered = await visitor.client.post(
        f"{visitor.path}/contact", json=details, headers=visitor.headers
    )
    assert (answered.status_code, answered.json()["error"]) == (422, code)
    assert await visitor.events() == []


async def test_unknown_paths_and_methods_answer_in_the_same_form(running: Running) -> None:
    for method, path, status in [
        ("GET", "/nothing", 404),
        ("DELETE", "/api/conversations", 405),
        ("GET", "/api/conversations", 405),
    ]:
        answered = await running.client.request(method, path)
        assert answered.status_code == status
        assert set(answered.json()) == {"error", "message"}


async def test_the_record_being_away_is_said_with_help(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlalchemy.exc import OperationalError

    from nightdesk_desk import log

    async def away(*_: object) -> None:
        raise OperationalError("INSERT", {"text": "secret words"}, Exception("disk full"))

    monkeypatch.setattr(log, "append_once", away)
    answered = await visitor.say("hello")
    assert answered.status_code == 503
    assert "911" in answered.json()["message"]
    assert "988" in answered.json()["message"]
    assert "secret" not in answered.text


async def test_a_fault_in_the_desk_is_said_with_help(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nightdesk_desk import log

    async def broken(*_: object) -> None:
        raise RuntimeError("secret words")

    monkeypatch.setattr(log, "append_once", broken)
    answered = await visitor.client.post(
        f"{visitor.path}/messages",
        json={"text": "hello"},
        headers=visitor.headers | {"Origin": "https://clinic.example"},
    )
    assert answered.status_code == 500
    assert "988" in answered.json()["message"]
    assert "secret" not in answered.text
    assert answered.headers["access-control-allow-origin"] == "*"


async def test_nothing_refused_is_stored(visitor: Visitor) -> None:
    for text in ("", None, 5, "x" * 3000):
        await visitor.say(text)
    async with visitor.desk.db.read() as session:
        assert await session.scalar(select(func.count()).select_from(Event)) == 0
