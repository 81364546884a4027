"""The visitor tells that they write: passed on to who reads along, never stored."""

from typing import Any

import pytest
from desk_in_process import Running, Visitor

from nightdesk_desk.limits import RateLimit
from nightdesk_desk.wakeups import Typing


async def tell(visitor: Visitor, body: Any, token: str = "") -> int:
    headers = {"Authorization": f"Bearer {token or visitor.token}"}
    answer = await visitor.client.post(f"{visitor.path}/typing", json=body, headers=headers)
    return answer.status_code


@pytest.mark.parametrize("typing", [True, False])
async def test_who_reads_along_hears_of_it_and_nothing_is_stored(
    visitor: Visitor, typing: bool
) -> None:
    with visitor.desk.wakeups.watch(visitor.id) as watch:
        assert await tell(visitor, {"typing": typing}) == 204
        assert watch.take_typing() == Typing("visitor", typing)
    assert await visitor.events() == []


@pytest.mark.parametrize("body", [{}, {"typing": "yes"}, {"typing": None}, [], "x", None])
async def test_anything_else_is_refused(visitor: Visitor, body: Any) -> None:
    with visitor.desk.wakeups.watch(visitor.id) as watch:
        assert await tell(visitor, body) == 422
        assert watch.take_typing() is None


async def test_only_in_ones_own_conversation(running: Running, visitor: Visitor) -> None:
    other = await running.visitor()
    with running.desk.wakeups.watch(visitor.id) as watch:
        assert await tell(visitor, {"typing": True}, other.token) == 404
        assert await tell(visitor, {"typing": True}, "nobody") == 401
        assert watch.take_typing() is None


async def test_too_often_is_refused_and_messages_still_go(visitor: Visitor) -> None:
    # A bucket for two acts: the messages' own is another.
    object.__setattr__(visitor.desk, "conversation_limit", RateLimit(1, burst=2))
    said = [await tell(visitor, {"typing": True}) for _ in range(3)]
    assert said == [204, 204, 429]
    assert (await visitor.say("hello")).status_code == 202
