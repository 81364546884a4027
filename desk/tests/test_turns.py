"""Turns: whatever Rasa does, a visitor's message ends answered or with a person."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio
from desk_in_process import CLINIC, NEVER_OPEN, Running, Visitor, started
from fake_rasa import FakeRasa, Raw, answer, handover
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from nightdesk_desk import handovers, held, log, turns, waiting
from nightdesk_desk.app import create_app
from nightdesk_desk.models import Conversation, Event, Handover, HandoverTrigger
from nightdesk_desk.settings import Settings


async def open_rows(desk: Any) -> list[Handover]:
    async with desk.db.read() as session:
        return [row.handover for row in await handovers.list_open(session)]


async def late(_sender: str, _message: str) -> list[Any]:
    await asyncio.sleep(5)
    return answer()


IMPATIENT = pytest.mark.impatient

FAULTS = {
    "empty list": [],
    "500": Raw.of(500, b"oops"),
    "not json": Raw.of(200, b"<html>"),
    "half json": Raw.of(200, b'[{"text": "hel'),
    "deep json": Raw.of(200, b"[" * 100_000),
    "not a list": {"text": "hello"},
    "text without outcome": [{"text": "hello"}],
    "unknown outcome": [{"text": "hello"}, {"custom": {"outcome": "answer:cure"}}],
    "outcome without text": [{"custom": {"outcome": "smalltalk"}}],
    "null": None,
    "connection cut": Raw(b""),
    "not http": Raw(b"\x00\x01\x02\r\n\r\n"),
    "huge": Raw.of(200, b'[{"text": "' + b"x" * 1_200_000 + b'"}]'),
    "its own fault": handover("bot_unavailable"),
    "late": late,
}


@pytest.mark.parametrize(
    "fault", [pytest.param(name, marks=IMPATIENT if name == "late" else ()) for name in FAULTS]
)
async def test_any_fault_ends_at_a_person_with_phone_and_crisis_lines(
    visitor: Visitor, rasa: FakeRasa, fault: str
) -> None:
    reply = FAULTS[fault]
    rasa.script = reply if callable(reply) else lambda *_: reply
    [event] = await visitor.chat("I feel awful")
    assert event["from"] == "system"
    assert event["outcome"] == "handover:bot_unavailable"
    for needed in ("(555) 010-0199", "911", "988"):
        assert needed in event["text"]
    [row] = await open_rows(visitor.desk)
    assert (row.reason, row.level, row.state) == ("bot_unavailable", "P1", "open")
    assert row.trigger_seq == 1


async def test_rasa_being_down_is_told_soon(visitor: Visitor, rasa: FakeRasa) -> None:
    await rasa.stop()
    began = time.monotonic()
    [event] = await visitor.chat("hello")
    assert "988" in event["text"]
    assert time.monotonic() - began < 3


@IMPATIENT
async def test_a_late_turn_ends_at_the_deadline(visitor: Visitor, rasa: FakeRasa) -> None:
    rasa.script = late
    began = time.monotonic()
    await visitor.chat("hello")
    assert 0.9 < time.monotonic() - began < 3


async def test_a_second_failure_is_short_and_still_holds_the_lines(
    visitor: Visitor, rasa: FakeRasa
) -> None:
    rasa.script = lambda *_: []
    [first] = await visitor.chat("one")
    [second] = await visitor.chat("two")
    [third] = await visitor.chat("three")
    assert len(second["text"]) < len(first["text"])
    assert "988" in second["text"]
    assert "911" in third["text"]
    [row] = await open_rows(visitor.desk)
    async with visitor.desk.db.read() as session:
        assert [t.seq for t in await handovers.triggers(session, row.id)] == [1, 3, 5]


async def test_one_broken_connection_is_tried_again(visitor: Visitor, rasa: FakeRasa) -> None:
    rasa.script = lambda *_: Raw(b"") if len(rasa.heard) == 1 else answer()
    [event] = await visitor.chat("hello")
    assert event["outcome"] == "answer:rapid_relief"


async def test_a_crisis_is_recorded_whole(visitor: Visitor, rasa: FakeRasa) -> None:
    rasa.script = lambda *_: handover("crisis", "P0")
    bot, system = await visitor.chat("I took all my pills")
    assert (bot["outcome"], bot["level"], bot["text"]) == (
        "handover:crisis",
        "P0",
        "The bot's reply to crisis.",
    )
    assert system["from"] == "system"
    assert "staff" in system["text"]
    assert len(system["text"]) < 200
    [row] = await open_rows(visitor.desk)
    assert (row.level, row.reason, row.trigger_seq) == ("P0", "crisis", 1)
    async with visitor.desk.db.read() as session:
        [trigger] = await handovers.triggers(session, row.id)
        [said] = [e for e in await log.read_events(session, visitor.id) if e.sender == "visitor"]
    assert (trigger.category, trigger.detector, trigger.rule, trigger.score, trigger.spans) == (
        "self_harm",
        "pattern",
        "want-to-die",
        1.0,
        [[0, 4]],
    )
    assert said.safety is not None
    assert said.safety["spans"] == [[0, 4]]


async def test_triggers_gather_in_one_hand_over_and_the_text_is_said_once(
    visitor: Visitor, rasa: FakeRasa
) -> None:
    replies = iter([handover("request"), handover("request"), handover("crisis", "P1")])
    rasa.script = lambda *_: next(replies)
    first = await visitor.chat("I want a person")
    second = await visitor.chat("a person please")
    third = await visitor.chat("I want to die")
    assert [e["from"] for e in first] == ["bot", "system"]
    assert [e["from"] for e in second] == ["bot"]
    # A crisis has words of its own, once.
    assert [e["from"] for e in third] == ["bot", "system"]
    [row] = await open_rows(visitor.desk)
    assert (row.level, row.reason, row.trigger_seq) == ("P1", "crisis", 1)
    async with visitor.desk.db.read() as session:
        levels = [t.level for t in await handovers.triggers(session, row.id)]
    assert levels == ["P3", "P3", "P1"]


async def test_a_milder_trigger_lowers_nothing(visitor: Visitor, rasa: FakeRasa) -> None:
    replies = iter([handover("crisis", "P0"), handover("request")])
    rasa.script = lambda *_: next(replies)
    await visitor.chat("one")
    await visitor.chat("two")
    [row] = await open_rows(visitor.desk)
    assert (row.level, row.reason) == ("P0", "crisis")


async def test_the_bot_answers_on_while_nobody_has_taken_it(
    visitor: Visitor, rasa: FakeRasa
) -> None:
    rasa.script = lambda *_: handover("request")
    await visitor.chat("a person please")
    rasa.script = lambda *_: answer()
    [event] = await visitor.chat("how fast?")
    assert event["outcome"] == "answer:rapid_relief"


@pytest_asyncio.fixture
async def closed_clinic(settings: Settings, rasa: FakeRasa) -> AsyncIterator[Running]:
    settings.clinic_path.write_text(CLINIC.format(hours=NEVER_OPEN))
    async with started(create_app(replace(settings, rasa_url=rasa.url))) as running:
        yield running


@pytest.mark.parametrize("reason", ["crisis", "medical_advice", "request", "bot_unavailable"])
async def test_a_closed_clinic_says_that_nobody_is_reading(
    closed_clinic: Running, rasa: FakeRasa, reason: str
) -> None:
    rasa.script = lambda *_: handover(reason)
    visitor = await closed_clinic.visitor()
    event = (await visitor.chat("help"))[-1]
    assert event["from"] == "system"
    assert "obody at the clinic is reading right now" in event["text"]
    # Below a crisis reply no number is said again: they stand in the reply itself.
    for number in ("911", "988", "(555) 010-0199"):
        assert (number in event["text"]) == (reason != "crisis")
    assert "will read this chat" not in event["text"]


async def left_unanswered(running: Running, texts: list[str]) -> Visitor:
    """Store messages as a process does that is killed before their turns."""
    visitor = await running.visitor()
    async with running.desk.db.write() as session:
        for text in texts:
            await log.append(session, visitor.id, [log.NewEvent("visitor", text, answered=False)])
    return visitor


@pytest.mark.parametrize("bot_up", [True, False])
async def test_a_restart_takes_up_what_was_left_unanswered(
    settings: Settings, rasa: FakeRasa, bot_up: bool
) -> None:
    settings = replace(settings, rasa_url=rasa.url)
    async with started(create_app(settings)) as before:
        visitor = await left_unanswered(before, ["one", "two"])
    if not bot_up:
        await rasa.stop()
    async with started(create_app(settings)) as after:
        await after.desk.turns.idle()
        again = Visitor(after.client, after.desk, visitor.id, visitor.token)
        events = await again.events()
        expected = (
            ("bot", "answer:rapid_relief")
            if bot_up
            else (
                "system",
                "handover:bot_unavailable",
            )
        )
        assert [(e["from"], e["outcome"]) for e in events[2:]] == [expected] * 2
        assert len(await open_rows(after.desk)) == (0 if bot_up else 1)
        if bot_up:
            assert [text for _, text in rasa.heard] == ["one", "two"]


async def test_a_stop_in_the_middle_of_a_turn_loses_nothing(
    settings: Settings, rasa: FakeRasa
) -> None:
    settings = replace(settings, rasa_url=rasa.url, rasa_deadline=30)
    rasa.script = late
    async with started(create_app(settings)) as before:
        visitor = await before.visitor()
        assert (await visitor.say("hello")).status_code == 202
        await asyncio.sleep(0.1)
    rasa.script = lambda *_: answer()
    async with started(create_app(settings)) as after:
        await after.desk.turns.idle()
        again = Visitor(after.client, after.desk, visitor.id, visitor.token)
        assert [e["from"] for e in await again.events()] == ["visitor", "bot"]


async def test_the_sweep_takes_up_what_another_process_left(running: Running) -> None:
    visitor = await left_unanswered(running, ["one"])
    assert await running.desk.turns.sweep(older_than=60) == 0
    assert await running.desk.turns.sweep(older_than=0) == 1
    await running.desk.turns.idle()
    assert [e["from"] for e in await visitor.events()] == ["visitor", "bot"]


async def test_two_processes_answer_a_message_once(
    running: Running, settings: Settings, rasa: FakeRasa
) -> None:
    async def slow(_sender: str, _message: str) -> list[Any]:
        await asyncio.sleep(0.2)
        return handover("request")

    rasa.script = slow
    visitor = await left_unanswered(running, ["a person please"])
    async with started(create_app(replace(settings, rasa_url=rasa.url))) as second:
        running.desk.turns.enqueue(visitor.id, 1)
        await second.desk.turns.idle()
        await running.desk.turns.idle()
    assert len(rasa.heard) == 2
    assert [e["from"] for e in await visitor.events()] == ["visitor", "bot", "system"]
    async with running.desk.db.read() as session:
        assert len(list(await session.scalars(select(HandoverTrigger)))) == 1


async def test_a_record_that_fails_is_tried_again(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    original, calls = turns.record, []

    async def shaky(*arguments: Any) -> Any:
        calls.append(arguments)
        if len(calls) < 3:
            raise OperationalError("UPDATE", {}, Exception("database is locked"))
        return await original(*arguments)

    monkeypatch.setattr(turns, "record", shaky)
    [event] = await visitor.chat("hello")
    assert event["outcome"] == "answer:rapid_relief"
    assert len(calls) == 3


async def test_an_answer_that_cannot_be_recorded_becomes_a_hand_over(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(replies: Any, *rest: Any) -> Any:
        if replies is not None:
            raise RuntimeError
        return original(replies, *rest)

    original = turns.decide
    monkeypatch.setattr(turns, "decide", broken)
    monkeypatch.setattr(turns, "RETRY_SECONDS", (0.01,) * 4)
    [event] = await visitor.chat("hello")
    assert event["outcome"] == "handover:bot_unavailable"
    assert "988" in event["text"]


async def test_a_fault_in_the_client_becomes_a_hand_over(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(visitor.desk.rasa, "_post", broken)
    [event] = await visitor.chat("hello")
    assert event["outcome"] == "handover:bot_unavailable"


async def test_a_turn_is_recorded_whole_or_not_at_all(
    visitor: Visitor, rasa: FakeRasa, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError

    rasa.script = lambda *_: handover("crisis")
    original = handovers.open_or_raise
    monkeypatch.setattr(handovers, "open_or_raise", broken)
    monkeypatch.setattr(turns, "RETRY_SECONDS", (0.01,) * 4)
    assert await visitor.chat("I want to die") == []
    async with visitor.desk.db.read() as session:
        assert await waiting.unanswered(session) == [(visitor.id, 1)]
    monkeypatch.setattr(handovers, "open_or_raise", original)
    await visitor.desk.turns.sweep(older_than=0)
    await visitor.desk.turns.idle()
    assert [e["from"] for e in await visitor.events()] == ["visitor", "bot", "system"]


async def give_to_staff(visitor: Visitor) -> None:
    async with visitor.desk.db.write() as session:
        await session.execute(
            update(Conversation).where(Conversation.id == visitor.id).values(state="staff")
        )


@pytest.mark.parametrize(
    ("replies", "held_back", "trigger"),
    [
        (answer(), None, None),
        (handover("request"), None, None),
        (handover("medical_advice"), None, ("medical_advice", "P2")),
        (handover("crisis", "P0"), "handover:crisis", ("crisis", "P0")),
        ([], "handover:bot_unavailable", ("bot_unavailable", "P3")),
    ],
)
async def test_beside_staff_only_the_judgement_of_safety_counts(
    visitor: Visitor,
    rasa: FakeRasa,
    replies: list[Any],
    held_back: str | None,
    trigger: tuple[str, str] | None,
) -> None:
    rasa.script = lambda *_: handover("request")
    await visitor.chat("a person please")
    await give_to_staff(visitor)
    rasa.script = lambda *_: replies
    assert await visitor.chat("to staff") == []
    [row] = await open_rows(visitor.desk)
    async with visitor.desk.db.read() as session:
        later = (await handovers.triggers(session, row.id))[1:]
        assert await waiting.unanswered(session) == []
        kept = await held.waiting(session, visitor.id)
    assert (kept.outcome if kept else None) == held_back
    assert [(t.reason, t.level) for t in later] == ([trigger] if trigger else [])
    if trigger == ("bot_unavailable", "P3"):
        assert row.level == "P3"


async def test_typing_is_told_while_the_bot_works(visitor: Visitor, rasa: FakeRasa) -> None:
    seen: list[Any] = []

    async def slow(_sender: str, _message: str) -> list[Any]:
        seen.append(watch.take_typing())
        return answer()

    rasa.script = slow
    with visitor.desk.wakeups.watch(visitor.id) as watch:
        await visitor.chat("hello")
        seen.append(watch.take_typing())
    assert [(t.sender, t.typing) for t in seen] == [("bot", True), ("bot", False)]


async def test_answered_is_false_only_while_waiting(visitor: Visitor) -> None:
    await visitor.chat("hello")
    async with visitor.desk.db.read() as session:
        rows = list(await session.scalars(select(Event)))
    assert all(row.answered for row in rows)


async def test_a_turn_that_could_not_be_recorded_is_taken_up_at_the_next_look(
    visitor: Visitor, rasa: FakeRasa, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, full = turns.record, True

    async def record(*arguments: Any) -> Any:
        if full:
            raise OperationalError("INSERT", {}, Exception("database or disk is full"))
        return await real(*arguments)

    monkeypatch.setattr(turns, "record", record)
    monkeypatch.setattr(turns, "RETRY_SECONDS", (0.0,))
    await visitor.say("hello")
    await visitor.desk.turns.idle()
    assert len(await visitor.events()) == 1
    full = False

    # It is not as old as what another process may have under way.
    assert await visitor.desk.turns.sweep(older_than=60.0) == 1
    await visitor.desk.turns.idle()

    assert [event["from"] for event in await visitor.events()] == ["visitor", "bot"]
    assert await visitor.desk.turns.sweep(older_than=60.0) == 0


async def test_a_turn_that_ended_before_it_began_is_not_waited_for(
    running: Running, visitor: Visitor
) -> None:
    turns = running.desk.turns
    turns.enqueue(visitor.id, 1)
    await turns.stop()
    waiting = asyncio.create_task(turns.idle())
    assert (await asyncio.wait([waiting], timeout=5))[0]
