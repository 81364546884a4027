"""Ready means that known questions get their known answers."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from desk_in_process import Running
from fake_rasa import FakeRasa, Raw, Script, answer, handover, known_answers
from nightdesk_contract.outcome import BotReply

from nightdesk_desk.bot_check import FROM_GUIDE, THROUGH_ACTION, is_known_answer
from nightdesk_desk.health import Readiness


async def test_live_needs_nobody(running: Running, rasa: FakeRasa) -> None:
    await rasa.stop()
    assert (await running.client.get("/health/live")).json() == {"live": True}


async def test_ready_asks_known_questions_in_conversations_of_their_own(
    running: Running, rasa: FakeRasa
) -> None:
    rasa.script = known_answers
    answered = await running.client.get("/health/ready")
    assert answered.status_code == 200
    parts = ("ready", "bot", "actions", "record", "settings", "workers", "redis")
    assert answered.json() == dict.fromkeys(parts, True)
    senders, questions = zip(*rasa.heard, strict=True)
    assert sorted(questions) == sorted([FROM_GUIDE.question, THROUGH_ACTION.question])
    assert len(set(senders)) == 2
    assert all(sender.startswith("ready-") for sender in senders)
    assert sorted(rasa.forgotten) == sorted(senders)


async def late(_sender: str, _message: str) -> Any:
    await asyncio.sleep(3)
    return answer()


NO_ANSWERS: dict[str, Script] = {
    "empty": lambda *_: [],
    "another passage": lambda *_: answer("safety"),
    "not understood": lambda *_: [{"text": "hi"}, {"custom": {"outcome": "unknown"}}],
    "no model": lambda *_: Raw.of(409, b'{"status":"failure"}'),
    "a fault": lambda *_: Raw.of(500, b"oops"),
    "no JSON": lambda *_: Raw.of(200, b"<html>"),
    "gave up": lambda *_: handover("bot_unavailable", "P1"),
    "late": late,
}
WITHOUT_ANSWER = pytest.mark.parametrize(
    "script",
    [
        pytest.param(script, id=name, marks=pytest.mark.impatient if script is late else ())
        for name, script in NO_ANSWERS.items()
    ],
)


@WITHOUT_ANSWER
async def test_no_known_answer_is_not_ready(
    running: Running, rasa: FakeRasa, script: Script
) -> None:
    rasa.script = script
    answered = await running.client.get("/health/ready")
    assert answered.status_code == 503
    assert (answered.json()["bot"], answered.json()["actions"]) == (False, False)
    assert answered.json()["record"] is True


@WITHOUT_ANSWER
async def test_without_actions_it_is_not_ready_though_the_guide_answers(
    running: Running, rasa: FakeRasa, script: Script
) -> None:
    rasa.script = lambda sender, message: (
        answer() if message == FROM_GUIDE.question else script(sender, message)
    )
    answered = await running.client.get("/health/ready")
    assert answered.status_code == 503
    assert (answered.json()["bot"], answered.json()["actions"]) == (True, False)


@pytest.mark.parametrize(
    "outcome", ["logistics:hours", "not_in_source:hours", "answer:hours", "logistics:cost"]
)
def test_whoever_says_the_hours_the_action_has_answered(outcome: str) -> None:
    reply = BotReply(text="x", outcome=outcome)
    assert is_known_answer([reply], THROUGH_ACTION) is (outcome != "logistics:cost")
    assert not is_known_answer([reply], FROM_GUIDE)


async def test_no_rasa_is_not_ready(running: Running, rasa: FakeRasa) -> None:
    await rasa.stop()
    assert (await running.client.get("/health/ready")).status_code == 503


async def test_the_verdict_is_kept_for_a_while(running: Running, rasa: FakeRasa) -> None:
    for _ in range(5):
        await running.client.get("/health/ready")
    assert len(rasa.heard) == 2
    running.app.state.readiness = Readiness(running.desk, kept_for=0)
    await running.client.get("/health/ready")
    await running.client.get("/health/ready")
    assert len(rasa.heard) == 6


async def test_a_record_that_cannot_be_read_is_not_ready(running: Running, rasa: FakeRasa) -> None:
    rasa.script = known_answers

    class Away:
        def read(self) -> None:
            raise RuntimeError

    readiness = Readiness(replace(running.desk, db=Away()))  # type: ignore[arg-type]
    verdict = await readiness.verdict()
    assert (verdict.ready, verdict.bot, verdict.record) == (False, True, False)


async def test_workers_are_red_while_one_stands_still(
    running: Running, rasa: FakeRasa, monkeypatch: pytest.MonkeyPatch
) -> None:
    rasa.script = known_answers
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
