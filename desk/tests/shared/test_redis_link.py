"""The link's circuit: one failure opens it, a look that finds all well closes it."""

import asyncio
import logging
import re
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
import redis
from desk_in_process import started
from prometheus_client import CollectorRegistry
from redis_server import RedisServer

from nightdesk_desk.app import create_app
from nightdesk_desk.settings import PROJECT_ROOT, Settings
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


async def test_the_rights_that_the_documentation_names_are_enough(
    redis_server: RedisServer, shared_settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    page = (PROJECT_ROOT / "docs" / "redis.md").read_text(encoding="utf-8")
    [rights] = re.findall(r"`(~nightdesk:[^`]+)`", page)
    with redis_server.client as client:
        client.execute_command("ACL", "SETUSER", "desk", "on", ">s3cret", *rights.split())
    url = f"redis://desk:s3cret@127.0.0.1:{redis_server.port}"
    async with started(create_app(replace(shared_settings, redis_url=url))) as running:
        assert running.desk.redis is not None
        assert running.desk.redis.there, caplog.text
        await running.desk.redis.link.look()
        visitor = await running.visitor()
        assert (await visitor.say("hello")).status_code == 202
        assert running.desk.redis.there, caplog.text
    with redis_server.client as client:
        # Nothing that is needed was refused in silence.
        denied = {(row[b"reason"], row[b"object"]) for row in _acl_log(client)}
    assert denied <= {(b"command", b"client|setinfo")}


def _acl_log(client: redis.Redis) -> list[dict[bytes, bytes]]:
    rows: Any = client.execute_command("ACL", "LOG")
    return [
        row if isinstance(row, dict) else dict(zip(row[::2], row[1::2], strict=True))
        for row in rows
    ]
