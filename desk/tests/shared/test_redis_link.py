"""The link's circuit: one failure opens it, a look that finds all well closes it."""

import asyncio
import logging
from itertools import pairwise

import pytest
from prometheus_client import CollectorRegistry

from nightdesk_desk.shared.address import client_at
from nightdesk_desk.shared.link import LONGEST_PAUSE, RedisLink


class Scripted:
    """A link to nowhere, whose looks and questions do as told."""

    def __init__(self) -> None:
        self.at = 100.0
        self.fails: Exception | None = None
        self.looks = 0
        self.asked = 0
        self.registry = CollectorRegistry()
        self.link = RedisLink(
            client_at("unix:///nowhere"), self.registry, answer_within=0.05, clock=lambda: self.at
        )
        self.link.checks.append(self._check)

    async def _check(self) -> None:
        self.looks += 1
        if self.fails is not None:
            raise self.fails

    async def question(self) -> str:
        self.asked += 1
        if self.fails is not None:
            raise self.fails
        return "answer"

    async def endless(self) -> str:
        self.asked += 1
        await asyncio.Event().wait()
        return "never"

    def figure(self, name: str) -> float | None:
        return self.registry.get_sample_value(name)


async def test_nobody_asks_before_a_look_has_found_it_well() -> None:
    script = Scripted()
    assert await script.link.ask(script.question) is None
    await script.link.look()
    assert await script.link.ask(script.question) == "answer"
    assert script.asked == 1
    assert script.figure("nightdesk_redis_up") == 1


@pytest.mark.parametrize("fault", ["refused", "late", "odd"])
async def test_one_failure_spares_everybody_else_the_wait(fault: str) -> None:
    script = Scripted()
    await script.link.look()
    script.fails = {"odd": ValueError("?")}.get(fault, ConnectionError("refused"))
    question = script.endless if fault == "late" else script.question
    assert [await script.link.ask(question) for _ in range(50)] == [None] * 50
    assert script.asked == 1
    assert script.figure("nightdesk_redis_up") == 0
    assert script.figure("nightdesk_redis_failures_total") == 1
    script.fails = None
    await script.link.look()
    assert await script.link.ask(script.question) == "answer"


async def test_a_look_that_fails_says_so_once_and_pauses_longer_each_time(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    script = Scripted()
    await script.link.look()
    script.fails = ConnectionError("redis://:s3cret@somewhere")
    begun, tried = script.at, []
    for _ in range(400):
        looks = script.looks
        await script.link.look()
        if script.looks > looks:
            tried.append(script.at - begun)
        script.at += 0.1
    pauses = [later - before for before, later in pairwise(tried)]
    assert [round(pause) for pause in pauses[:4]] == [1, 2, 4, 8]
    assert max(pauses) < LONGEST_PAUSE + 0.2
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "Redis is away (ConnectionError)" in caplog.text
    assert "s3cret" not in caplog.text
    script.fails = None
    script.at += LONGEST_PAUSE
    await script.link.look()
    await script.link.look()
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]
    assert script.link.there


async def test_a_question_that_fails_in_passing_is_no_news(
    caplog: pytest.LogCaptureFixture,
) -> None:
    # A busy moment of this process: the next look finds Redis well.
    script = Scripted()
    await script.link.look()
    await script.link.ask(script.endless)
    await script.link.look()
    assert script.link.there
    assert caplog.records == []


async def test_its_look_does_not_count_as_work_that_stands_still() -> None:
    script = Scripted()
    script.fails = ConnectionError("away")
    await script.link.start()
    [looking] = script.link.lookings
    age = looking.age()
    assert age is not None
    assert age < 60
    assert not looking.late()
    await script.link.stop()
