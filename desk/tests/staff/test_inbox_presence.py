"""Whether the visitor is at the chat, and writes."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update
from staff_people import Calls, SignIn
from test_inbox_live import WITHIN, listening

from nightdesk_desk.desk import Desk
from nightdesk_desk.models import Conversation, now
from nightdesk_desk.staff import streams
from nightdesk_desk.staff.presence import presence
from nightdesk_desk.wakeups import Typing, Watch

NOW = datetime(2026, 11, 26, tzinfo=UTC)


def test_here_until_not_heard_of_for_a_while() -> None:
    assert presence(None, NOW) == "unknown"
    assert presence(NOW - timedelta(seconds=45), NOW) == "here"
    assert presence(NOW - timedelta(seconds=46), NOW) == "left"


@pytest.mark.parametrize(
    ("ago", "words"),
    [(5, "The visitor is at the chat now."), (60, "The visitor has left the chat")],
)
async def test_a_conversation_says_it(
    sign_in: SignIn, calls: Calls, desk: Desk, ago: int, words: str
) -> None:
    maria, case = await sign_in(), await calls()
    assert "It is not known whether" in (await maria.http.get(case.url)).text
    async with desk.db.write() as session:
        await session.execute(
            update(Conversation).values(visitor_seen_at=now() - timedelta(seconds=ago))
        )
    assert words in (await maria.http.get(case.url)).text


def test_what_others_write_does_not_take_the_visitors_place() -> None:
    watch = Watch()
    watch.wake(Typing("visitor", True))
    watch.wake(Typing("staff", True))
    watch.wake(Typing("visitor", False))
    assert watch.take_typing("bot", "staff") == Typing("staff", True)
    assert watch.take_typing("visitor") == Typing("visitor", False)
    assert watch.take_typing("visitor") is None


async def test_staff_see_that_the_visitor_is_writing_and_no_longer(
    address: str, sign_in: SignIn, calls: Calls, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nobody says that the visitor stopped.
    monkeypatch.setattr(streams, "TYPING_LASTS", 0.1)
    monkeypatch.setattr(streams, "LOOK_AGAIN", 0.2)
    maria, case = await sign_in(), await calls()
    async with listening(address, maria, f"{case.url}/stream") as lines:

        async def next_typing() -> str:
            async for line in lines:
                if line == "event: typing":
                    return (await anext(lines)).removeprefix("data: ")
            return "(end)"

        async for line in lines:
            if line == "event: changed":
                break
        desk.wakeups.typing(case.conversation_id, Typing("visitor", True))
        assert await asyncio.wait_for(next_typing(), WITHIN) == streams.TYPING
        assert await asyncio.wait_for(next_typing(), WITHIN) == "&nbsp;"
