"""No limit hides a crisis: it is let in, or told of, and the refusal holds the lines."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest
import pytest_asyncio
from desk_in_process import Running, Visitor, started
from fake_rasa import FakeRasa, answer, handover
from sqlalchemy import select

from nightdesk_desk import over_limit
from nightdesk_desk.app import create_app
from nightdesk_desk.middleware import MAX_BODY
from nightdesk_desk.models import Alert, Handover
from nightdesk_desk.settings import Settings

CRISIS = "I want to die"
HELP = "911", "988", "(555) 010-0199"

TOLD = """
alerts:
  - {name: front desk, url: "json://127.0.0.1:9", levels: [P0, P1]}
"""


@pytest.fixture
def few(settings: Settings, rasa: FakeRasa) -> Settings:
    """Low limits, and a bot that knows a crisis when it hears one."""

    def script(_sender: str, message: str) -> object:
        return handover("crisis", text="Call or text 988.") if CRISIS in message else answer()

    rasa.script = script
    settings.clinic_path.write_text(settings.clinic_path.read_text() + TOLD)
    return replace(
        settings,
        rasa_url=rasa.url,
        messages_per_minute=10,
        address_messages_per_minute=40,
        address_conversations_per_minute=20,
    )


@pytest_asyncio.fixture
async def limited(few: Settings) -> AsyncIterator[Running]:
    async with started(create_app(few)) as running:
        yield running


@pytest_asyncio.fixture
async def one_a_minute(few: Settings) -> AsyncIterator[Running]:
    async with started(
        create_app(replace(few, messages_per_minute=1, address_messages_per_minute=1))
    ) as running:
        yield running


async def handovers(running: Running, conversation_id: str) -> list[tuple[str, str]]:
    async with running.desk.db.read() as session:
        rows = await session.scalars(
            select(Handover).where(Handover.conversation_id == conversation_id)
        )
        return [(row.reason, row.level) for row in rows]


async def alerts(running: Running) -> int:
    async with running.desk.db.read() as session:
        return len(list(await session.scalars(select(Alert.id))))


def holds_help(answered: httpx.Response) -> bool:
    return all(line in answered.json()["message"] for line in HELP)


async def test_one_crisis_among_500_messages_is_heard(limited: Running, rasa: FakeRasa) -> None:
    visitor = await limited.visitor()
    texts = [f"flood {number}" for number in range(500)]
    texts[321] = CRISIS
    answered = await asyncio.gather(*(visitor.say(text) for text in texts))
    await limited.desk.turns.idle()
    refused = [one for one in answered if one.status_code == 429]
    assert len(refused) > 480
    assert all(map(holds_help, refused))
    # It is stored, answered with the crisis reply, and staff are called and alerted.
    assert answered[321].status_code == 202
    events = await visitor.events()
    assert [e["text"] for e in events if e["from"] == "visitor"].count(CRISIS) == 1
    assert any(e["outcome"] == "handover:crisis" and "988" in e["text"] for e in events)
    assert await handovers(limited, visitor.id) == [("crisis", "P1")]
    assert await alerts(limited) == 1
    # It cost the bot few questions, and the record few messages.
    assert len(rasa.heard) < 60
    assert len([e for e in events if e["from"] == "visitor"]) <= 8


async def test_a_crisis_from_a_flooded_address_is_heard(one_a_minute: Running) -> None:
    visitor, other = await one_a_minute.visitor(), await one_a_minute.visitor()
    assert (await other.say("flood")).status_code == 202
    assert (await other.say("flood")).status_code == 429
    assert (await visitor.say("hello")).status_code == 429
    assert (await visitor.say(CRISIS)).status_code == 202
    await one_a_minute.desk.turns.idle()
    assert await handovers(one_a_minute, visitor.id) == [("crisis", "P1")]


async def test_a_chat_that_begins_with_a_crisis_begins_whatever_came_before(
    limited: Running,
) -> None:
    def begin(text: str) -> dict[str, object]:
        return {"token": "t" * 40 + str(len(text)), "messages": {"k": text}}

    while (await limited.client.post("/api/conversations")).status_code == 201:
        pass
    refused = await limited.client.post("/api/conversations", json=begin("hello"))
    assert refused.status_code == 429
    assert holds_help(refused)
    begun = await limited.client.post("/api/conversations", json=begin(CRISIS))
    assert begun.status_code == 201
    await limited.desk.turns.idle()
    assert await handovers(limited, begun.json()["conversation_id"]) == [("crisis", "P1")]


async def test_what_is_left_behind_over_the_limit_is_judged_too(limited: Running) -> None:
    token = "s" * 40
    messages = {f"k{number}": f"m{number}" for number in range(10)} | {"k9": CRISIS}
    begun = await limited.client.post(
        "/api/conversations", json={"token": token, "messages": messages}
    )
    assert begun.status_code == 201
    await limited.desk.turns.idle()
    assert await handovers(limited, begun.json()["conversation_id"]) == [("crisis", "P1")]
    # A second time, it is there already.
    await limited.client.post("/api/conversations", json={"token": token, "messages": messages})
    await limited.desk.turns.idle()
    visitor = Visitor(limited.client, limited.desk, begun.json()["conversation_id"], token)
    said = [e["text"] for e in await visitor.events() if e["from"] == "visitor"]
    assert said == [*(f"m{number}" for number in range(5)), CRISIS]


async def test_a_form_over_the_limit_is_judged(limited: Running) -> None:
    visitor = await limited.visitor()
    while (await visitor.say("hello")).status_code == 202:
        pass

    async def send(name: str) -> httpx.Response:
        form = {"consent": True, "name": name, "phone": "555 010 0123"}
        return await visitor.client.post(
            f"{visitor.path}/contact", json=form, headers=visitor.headers
        )

    refused = await send("Ann")
    assert refused.status_code == 429
    assert holds_help(refused)
    assert (await send(CRISIS)).status_code == 202
    await limited.desk.turns.idle()
    assert ("crisis", "P1") in await handovers(limited, visitor.id)


async def test_without_the_bot_something_is_let_in_and_the_rest_is_told_of_once(
    limited: Running, rasa: FakeRasa
) -> None:
    visitor = await limited.visitor()
    await rasa.stop()
    answered = await asyncio.gather(*(visitor.say(f"flood {i}") for i in range(40)))
    await limited.desk.turns.idle()
    assert all(holds_help(one) for one in answered if one.status_code == 429)
    told = [e for e in await visitor.events() if e["text"] == limited.desk.words.say("not_read")]
    assert len(told) == 1
    assert all(line in told[0]["text"] for line in HELP)
    assert await handovers(limited, visitor.id) == [("bot_unavailable", "P1")]


async def test_a_second_crisis_at_once_is_told_of(limited: Running) -> None:
    visitor = await limited.visitor()
    while (await visitor.say("hello")).status_code == 202:
        pass
    assert (await visitor.say(CRISIS)).status_code == 202
    refused = await visitor.say(f"{CRISIS} now")
    assert refused.status_code == 429
    assert holds_help(refused)
    told = [e for e in await visitor.events() if e["text"] == limited.desk.words.say("not_read")]
    assert len(told) == 1


async def test_a_conversation_let_in_often_uses_up_its_address_share(
    one_a_minute: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(over_limit, "AGAIN_AFTER", 0.0)
    visitor, other = await one_a_minute.visitor(), await one_a_minute.visitor()
    statuses = [(await visitor.say(f"{CRISIS} {number}")).status_code for number in range(6)]
    # Its own, the first beside that, and the one that an address has besides.
    assert statuses == [202, 202, 202, 429, 429, 429]
    # Who has not been heard yet is heard.
    assert (await other.say("hello")).status_code == 429
    assert (await other.say(CRISIS)).status_code == 202


@pytest.mark.parametrize("size", [2_500, 20_000, MAX_BODY + 1], ids=["over", "far over", "body"])
async def test_a_crisis_too_long_to_be_taken_is_told_of(limited: Running, size: int) -> None:
    visitor = await limited.visitor()
    refused = await visitor.say(f"{CRISIS}. " + "word " * (size // 5))
    assert refused.status_code in (413, 422)
    assert holds_help(refused)
    told = [e for e in await visitor.events() if e["text"] == limited.desk.words.say("not_read")]
    assert len(told) == 1
    assert await handovers(limited, visitor.id) == [("bot_unavailable", "P1")]


async def test_a_long_message_that_is_no_crisis_calls_nobody(limited: Running) -> None:
    visitor = await limited.visitor()
    refused = await visitor.say("word " * 600)
    assert refused.status_code == 422
    assert await visitor.events() == []
    assert await handovers(limited, visitor.id) == []


async def test_too_large_with_another_s_token_tells_nobody(limited: Running) -> None:
    visitor, other = await limited.visitor(), await limited.visitor()
    sent = await visitor.client.post(
        f"{visitor.path}/messages", content=b"x" * (MAX_BODY + 1), headers=other.headers
    )
    assert sent.status_code == 413
    assert await visitor.events() == await other.events() == []


async def test_a_body_that_never_ends_is_told_of(limited: Running) -> None:
    visitor = await limited.visitor()

    async def endless() -> AsyncIterator[bytes]:
        yield b'{"text": "'
        for _ in range(100):
            yield b"I want to die. " * 100

    sent = await visitor.client.post(
        f"{visitor.path}/messages",
        content=endless(),
        headers=visitor.headers | {"Content-Type": "application/json"},
    )
    assert sent.status_code == 413
    assert await handovers(limited, visitor.id) == [("bot_unavailable", "P1")]


async def test_beside_a_person_it_is_added_to_their_case(limited: Running) -> None:
    visitor = await limited.visitor()
    await visitor.chat(CRISIS)
    before = await alerts(limited)
    await limited.desk.over_limit.tell_unread(visitor.id)
    assert await handovers(limited, visitor.id) == [("crisis", "P1")]
    assert await alerts(limited) == before


async def test_in_spanish(limited: Running) -> None:
    visitor = await limited.visitor()
    answered = await visitor.client.post(
        f"{visitor.path}/messages?lang=es", json={"text": "hola"}, headers=visitor.headers
    )
    assert answered.status_code == 202
    await limited.desk.over_limit.tell_unread(visitor.id)
    words = limited.desk.words.say("not_read", "es")
    assert words in [e["text"] for e in await visitor.events()]
