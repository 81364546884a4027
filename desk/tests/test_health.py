"""Ready means that a known question gets its known answer."""

from dataclasses import replace
from typing import Any

import pytest
from desk_in_process import Running
from fake_rasa import FakeRasa, answer

from nightdesk_desk.health import KNOWN_QUESTION, Readiness


async def test_live_needs_nobody(running: Running, rasa: FakeRasa) -> None:
    await rasa.stop()
    assert (await running.client.get("/health/live")).json() == {"live": True}


async def test_ready_asks_the_known_question_in_a_conversation_of_its_own(
    running: Running, rasa: FakeRasa
) -> None:
    answered = await running.client.get("/health/ready")
    assert answered.status_code == 200
    parts = ("ready", "bot", "record", "settings", "workers", "redis")
    assert answered.json() == dict.fromkeys(parts, True)
    [(sender, question)] = rasa.heard
    assert sender.startswith("ready-")
    assert question == KNOWN_QUESTION


@pytest.mark.parametrize(
    "reply", [[], answer("safety"), [{"text": "hi"}, {"custom": {"outcome": "unknown"}}]]
)
async def test_another_answer_is_not_ready(
    running: Running, rasa: FakeRasa, reply: list[Any]
) -> None:
    rasa.script = lambda *_: reply
    answered = await running.client.get("/health/ready")
    assert answered.status_code == 503
    assert answered.json()["bot"] is False
    assert answered.json()["record"] is True


async def test_no_rasa_is_not_ready(running: Running, rasa: FakeRasa) -> None:
    await rasa.stop()
    assert (await running.client.get("/health/ready")).status_code == 503


async def test_the_verdict_is_kept_for_a_while(running: Running, rasa: FakeRasa) -> None:
    for _ in range(5):
        await running.client.get("/health/ready")
    assert len(rasa.heard) == 1
    running.app.state.readiness = Readiness(running.desk, kept_for=0)
    await running.client.get("/health/ready")
    await running.client.get("/health/ready")
    assert len(rasa.heard) == 3


async def test_a_record_that_cannot_be_read_is_not_ready(running: Running) -> None:
    class Away:
        def read(self) -> None:
            raise RuntimeError

    readiness = Readiness(replace(running.desk, db=Away()))  # type: ignore[arg-type]
    verdict = await readiness.verdict()
    assert (verdict.ready, verdict.bot, verdict.record) == (False, True, False)


async def test_workers_are_red_while_one_stands_still(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered = await running.client.get("/health/workers")
    assert (answered.status_code, answered.json()) == (
        200,
        {"workers": True, "late": [], "redis": True},
    )
    [steps] = running.desk.escalation.lookings
    monkeypatch.setattr(steps, "age", lambda: 3600.0)
    answered = await running.client.get("/health/workers")
    assert (answered.status_code, answered.json()) == (
        503,
        {"workers": False, "late": ["steps"], "redis": True},
    )
    # Visitors are answered all the same: they must not be kept away.
    running.app.state.readiness = Readiness(running.desk, kept_for=0)
    ready = await running.client.get("/health/ready")
    assert (ready.status_code, ready.json()["workers"]) == (200, False)
