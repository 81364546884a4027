"""What is said in pieces, too far apart for one turn: safety still hears them together."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio
from desk_in_process import Running, Visitor, started
from fake_rasa import FakeRasa

from nightdesk_desk import log
from nightdesk_desk.app import create_app
from nightdesk_desk.settings import Settings


@pytest.fixture
def settings(settings: Settings, rasa: FakeRasa) -> Settings:
    return replace(settings, rasa_url=rasa.url, burst_quiet=0.0)


@pytest_asyncio.fixture
async def running(settings: Settings) -> AsyncIterator[Running]:
    async with started(create_app(settings)) as desk:
        yield desk


async def answered(visitor: Visitor, *texts: str) -> None:
    for text in texts:
        assert (await visitor.say(text)).status_code == 202
        await visitor.desk.turns.idle()


async def test_short_messages_before_go_along(running: Running, rasa: FakeRasa) -> None:
    visitor = await running.visitor()
    await answered(visitor, "i want to", "end", "it all")
    assert [text for _, text in rasa.heard] == ["i want to", "end", "it all"]
    assert rasa.metadata == [
        None,
        {"earlier": ["i want to"]},
        {"earlier": ["i want to", "end"]},
    ]


async def test_a_whole_sentence_before_does_not(running: Running, rasa: FakeRasa) -> None:
    visitor = await running.visitor()
    await answered(visitor, "how long does the first session at your clinic take", "and then")
    assert rasa.metadata == [None, None]


async def test_others_words_do_not(running: Running, rasa: FakeRasa) -> None:
    first, second = await running.visitor(), await running.visitor()
    await answered(first, "i want to")
    await answered(second, "end it all")
    assert rasa.metadata == [None, None]


async def test_a_message_is_answered_when_the_ones_before_cannot_be_read(
    running: Running, rasa: FakeRasa, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> list[object]:
        raise OSError

    visitor = await running.visitor()
    await answered(visitor, "i want to")
    monkeypatch.setattr(log, "visitor_said", broken)
    await answered(visitor, "end it all")
    assert rasa.metadata == [None, None]
    assert [e["outcome"] for e in await visitor.events() if e["from"] == "bot"] == [
        "answer:rapid_relief"
    ] * 2
