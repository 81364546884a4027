"""News between desks: another desk's readers are woken at once, and nobody is held up for it."""

import asyncio
from typing import Any

import pytest
from desk_in_process import Running
from redis_server import RedisServer

from nightdesk_desk.shared import news
from nightdesk_desk.shared.news import CHANNEL, MOST_WAITING, line, read_lines
from nightdesk_desk.wakeups import Typing, Wakeups


@pytest.fixture(autouse=True)
def nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """What arrives has come through Redis: no desk looks at the database for news."""

    async def look(_self: Wakeups) -> None:
        pass

    monkeypatch.setattr(Wakeups, "look", look)


async def test_a_message_at_one_desk_wakes_readers_at_the_other(
    two_desks: tuple[Running, Running],
) -> None:
    one, two = two_desks
    visitor = await one.visitor()
    there = type(visitor)(two.client, two.desk, visitor.id, visitor.token)
    reading = asyncio.create_task(there.events(wait=25))
    while not two.desk.wakeups.watching(visitor.id):
        await asyncio.sleep(0.01)
    with two.desk.wakeups.watch_any() as inbox:
        await visitor.say("hello")
        assert (await reading)[0]["text"] == "hello"
        assert await inbox.wait(10)


@pytest.mark.parametrize(
    "typing", [Typing("visitor", True), Typing("bot", False), Typing("staff", True)]
)
async def test_who_writes_is_told_at_the_other_desk_too(
    two_desks: tuple[Running, Running], typing: Typing
) -> None:
    one, two = two_desks
    with two.desk.wakeups.watch("c") as watch, two.desk.wakeups.watch_any() as inbox:
        one.desk.wakeups.typing("c", typing)
        assert await watch.wait(10)
        assert watch.take_typing() == typing
        assert not await inbox.wait(0)


async def test_ones_own_news_is_not_heard_again(two_desks: tuple[Running, Running]) -> None:
    one, two = two_desks
    with one.desk.wakeups.watch("c") as mine, two.desk.wakeups.watch("c") as theirs:
        one.desk.wakeups.notify("c")
        assert await mine.wait(10)
        assert await theirs.wait(10)
        # What comes after it over the same way is heard; it itself was not.
        two.desk.wakeups.notify("d")
        with one.desk.wakeups.watch("d") as last:
            two.desk.wakeups.notify("d")
            assert await last.wait(10)
        assert not await mine.wait(0)


async def test_what_is_no_news_is_passed_over(
    two_desks: tuple[Running, Running], redis_server: RedisServer
) -> None:
    one, _ = two_desks
    with one.desk.wakeups.watch("c") as watch, redis_server.client as client:
        for data in (b"", b"\xff\n\xfe", b"x\nc visitor 2", b"x\nc nobody 1", b"x\nc staff 1 2"):
            client.publish(CHANNEL, data)
        client.publish(CHANNEL, b"x\nc")
        assert await watch.wait(10)
        assert watch.take_typing() is None
        assert one.desk.redis is not None
        assert one.desk.redis.there


@pytest.mark.parametrize("typing", [None, Typing("bot", True), Typing("staff", False)])
def test_what_is_sent_is_read_as_it_was(typing: Typing | None) -> None:
    assert list(read_lines([line("c", typing)])) == [("c", typing)]


async def test_a_flood_of_news_is_told_whole_and_cannot_fill_the_memory(
    two_desks: tuple[Running, Running],
) -> None:
    one, two = two_desks
    assert one.desk.redis is not None
    told = one.desk.redis.news
    heard: list[str] = []

    def hear(conversation_id: str, _typing: Typing | None = None) -> None:
        heard.append(conversation_id)

    assert two.desk.redis is not None
    two.desk.redis.news._hear = hear
    # Nothing is sent before this test waits for something.
    for i in range(MOST_WAITING + 100):
        one.desk.wakeups.notify(str(i))
        one.desk.wakeups.notify(str(i))
    assert len(told._waiting) == MOST_WAITING
    one.desk.redis.link.answer_within = 10.0
    async with asyncio.timeout(20):
        while len(heard) < MOST_WAITING:
            await asyncio.sleep(0.01)
    assert heard == [str(i) for i in range(MOST_WAITING)]


async def test_a_teller_that_fails_takes_up_the_next_news(
    two_desks: tuple[Running, Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = two_desks
    publish = news.SharedNews._publish

    async def fails(self: news.SharedNews, *lines: str) -> None:
        if lines:
            raise ConnectionError("secret words")
        await publish(self)

    monkeypatch.setattr(news.SharedNews, "_publish", fails)
    one.desk.wakeups.notify("c")
    link = _link(one)
    async with asyncio.timeout(10):
        while link.there:
            await asyncio.sleep(0.01)
    monkeypatch.setattr(news.SharedNews, "_publish", publish)
    async with asyncio.timeout(20):
        while not link.there:
            await asyncio.sleep(0.05)
    with two.desk.wakeups.watch("c") as watch:
        one.desk.wakeups.notify("c")
        assert await watch.wait(10)


def _link(running: Running) -> Any:
    assert running.desk.redis is not None
    return running.desk.redis.link
