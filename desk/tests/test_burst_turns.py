"""One question in several messages: asked once, answered once, and nothing of it is lost."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from desk_in_process import Running, Visitor, started
from fake_rasa import FakeRasa, answer
from sqlalchemy import select

from nightdesk_desk import handovers, log, turns, waiting
from nightdesk_desk.app import create_app
from nightdesk_desk.bursts import MOST_MESSAGES
from nightdesk_desk.models import Event, HandoverTrigger, Staff, now
from nightdesk_desk.settings import Settings

QUIET = 2.0
"""Long enough for a loaded machine to store the next piece, short enough for a test."""

NEVER = 5.0
"""A quiet that no test waits for: what comes sooner did not wait."""

PIECES = ["hi", "i want to know", "how much", "a session", "costs"]


def desk_with(settings: Settings, quiet: float) -> AbstractAsyncContextManager[Running]:
    return started(create_app(replace(settings, burst_quiet=quiet)))


@pytest.fixture
def settings(settings: Settings, rasa: FakeRasa) -> Settings:
    return replace(settings, rasa_url=rasa.url)


@pytest_asyncio.fixture
async def running(settings: Settings) -> AsyncIterator[Running]:
    async with desk_with(settings, QUIET) as desk:
        yield desk


@pytest_asyncio.fixture
async def patient(settings: Settings) -> AsyncIterator[Visitor]:
    """A visitor of a desk that waits longer than the test looks."""
    async with desk_with(settings, NEVER) as desk:
        yield await desk.visitor()


async def send(visitor: Visitor, *texts: str) -> None:
    for text in texts:
        assert (await visitor.say(text)).status_code == 202


async def answered(visitor: Visitor) -> list[tuple[str, str | None]]:
    await visitor.desk.turns.idle()
    return [(e["from"], e["outcome"]) for e in await visitor.events() if e["from"] != "visitor"]


async def unanswered(visitor: Visitor) -> list[int]:
    async with visitor.desk.db.read() as session:
        return [seq for _, seq in await waiting.unanswered(session)]


async def left_unanswered(visitor: Visitor, texts: list[str]) -> None:
    """Store messages as another process does."""
    async with visitor.desk.db.write() as session:
        for text in texts:
            await log.append(session, visitor.id, [log.NewEvent("visitor", text, answered=False)])


def held_back(rasa: FakeRasa) -> asyncio.Event:
    """Let the bot answer nothing before the event is set."""
    going_on = asyncio.Event()

    async def held(_sender: str, _message: str) -> list[Any]:
        await asyncio.wait_for(going_on.wait(), 5)
        return answer()

    rasa.script = held
    return going_on


def asked(rasa: FakeRasa) -> list[str]:
    return [text for _, text in rasa.heard]


async def test_five_pieces_are_one_question_with_one_answer(
    visitor: Visitor, rasa: FakeRasa
) -> None:
    await send(visitor, *PIECES)
    assert await answered(visitor) == [("bot", "answer:rapid_relief")]
    assert asked(rasa) == ["\n".join(PIECES)]
    assert await unanswered(visitor) == []
    # Stored and shown as they were sent.
    assert [e["text"] for e in (await visitor.events())[:5]] == PIECES
    assert (await visitor.events())[5]["answers"] == [1, 2, 3, 4, 5]


async def test_an_answer_says_which_message_it_answers_though_another_waits_above_it(
    visitor: Visitor, rasa: FakeRasa
) -> None:
    going_on = held_back(rasa)
    await send(visitor, "How long does a session take?", "Does it hurt at all?")
    going_on.set()
    assert len(await answered(visitor)) == 2
    events = await visitor.events()
    assert [(e["from"], e["answers"]) for e in events] == [
        *[("visitor", [])] * 2,
        ("bot", [1]),
        ("bot", [2]),
    ]


async def test_a_single_word_is_answered_too_with_the_sign_that_it_is_worked_on(
    visitor: Visitor, rasa: FakeRasa
) -> None:
    with visitor.desk.wakeups.watch(visitor.id) as watch:
        began = time.monotonic()
        await send(visitor, "cost")
        await asyncio.sleep(QUIET / 4)
        sign = watch.take_typing()
        assert sign is not None
        assert (sign.sender, sign.typing) == ("bot", True)
        assert rasa.heard == []
        assert await answered(visitor) == [("bot", "answer:rapid_relief")]
        assert time.monotonic() - began > QUIET * 0.9
        sign = watch.take_typing()
        assert sign is not None
        assert not sign.typing


async def test_a_whole_question_does_not_wait(patient: Visitor, rasa: FakeRasa) -> None:
    began = time.monotonic()
    await send(patient, "How much is it?")
    await answered(patient)
    await send(patient, "so", "what does one session with you cost")
    await answered(patient)
    assert time.monotonic() - began < NEVER - 1
    assert asked(rasa) == ["How much is it?", "so\nwhat does one session with you cost"]


async def test_somebody_who_types_slowly_gets_two_answers(visitor: Visitor, rasa: FakeRasa) -> None:
    await send(visitor, "how much")
    await answered(visitor)
    await send(visitor, "is it")
    assert await answered(visitor) == [("bot", "answer:rapid_relief")] * 2
    assert asked(rasa) == ["how much", "is it"]


async def test_pieces_that_came_in_during_a_turn_are_one_question(
    visitor: Visitor, rasa: FakeRasa
) -> None:
    going_on = held_back(rasa)
    await send(visitor, "How fast does it work?", "and", "how much", "is it")
    going_on.set()
    await answered(visitor)
    assert asked(rasa) == ["How fast does it work?", "and\nhow much\nis it"]
    assert rasa.most_at_once == {visitor.id: 1}


async def test_a_tapped_reply_is_answered_at_once_and_alone(
    patient: Visitor, rasa: FakeRasa
) -> None:
    short = answer()
    short[0]["buttons"] = [{"title": "Costs", "payload": "Costs"}]
    rasa.script = lambda *_: short
    began = time.monotonic()
    await send(patient, "What is it good for?")
    await answered(patient)
    await send(patient, "Costs")
    await answered(patient)
    # The chat's own button is always there.
    await send(patient, "Talk to a person")
    await answered(patient)
    assert time.monotonic() - began < NEVER - 1
    assert asked(rasa) == ["What is it good for?", "Costs", "Talk to a person"]


async def test_a_reply_that_is_no_longer_shown_is_a_piece_again(
    visitor: Visitor, rasa: FakeRasa
) -> None:
    short = answer()
    short[0]["buttons"] = [{"title": "Costs", "payload": "Costs"}]
    replies = iter([short, answer(), answer()])
    rasa.script = lambda *_: next(replies)
    for text in ("One question?", "Another question?"):
        await send(visitor, text)
        await answered(visitor)
    await send(visitor, "costs", "please")
    await answered(visitor)
    assert asked(rasa)[-1] == "costs\nplease"


@pytest.mark.parametrize(
    ("texts", "first"),
    [
        ([f"m{i}" for i in range(MOST_MESSAGES + 2)], MOST_MESSAGES),
        (["a" * 1500, "b" * 1500, "c"], 1),
    ],
)
async def test_more_than_a_burst_holds_has_a_second_turn(
    visitor: Visitor, rasa: FakeRasa, texts: list[str], first: int
) -> None:
    await left_unanswered(visitor, texts)
    assert await visitor.desk.turns.sweep(older_than=0) == len(texts)
    assert await answered(visitor) == [("bot", "answer:rapid_relief")] * 2
    assert asked(rasa) == ["\n".join(texts[:first]), "\n".join(texts[first:])]
    assert await unanswered(visitor) == []


async def test_a_piece_behind_which_the_bot_has_spoken_does_not_wait(
    patient: Visitor, rasa: FakeRasa
) -> None:
    async def meanwhile(_sender: str, message: str) -> list[Any]:
        if message == "How fast does it work?":
            await send(patient, "and")
        return answer()

    rasa.script = meanwhile
    began = time.monotonic()
    await send(patient, "How fast does it work?")
    assert await answered(patient) == [("bot", "answer:rapid_relief")] * 2
    assert time.monotonic() - began < NEVER - 1
    assert asked(rasa) == ["How fast does it work?", "and"]


def crisis(spans: list[list[int]]) -> list[dict[str, Any]]:
    verdict = {"category": "crisis", "detector": "pattern", "rule": "r", "score": 1, "spans": spans}
    custom = {"outcome": "handover:crisis", "level": "P1", "safety": json.dumps(verdict)}
    return [{"text": "Please call 988."}, {"custom": custom}]


async def test_a_crisis_in_pieces_is_judged_as_one_and_marked_where_it_stands(
    visitor: Visitor, rasa: FakeRasa
) -> None:
    # "want\nto die" in what was asked.
    rasa.script = lambda *_: crisis([[5, 16]])
    await send(visitor, "hi", "i want", "to die", "sorry")
    assert await answered(visitor) == [("bot", "handover:crisis"), ("system", None)]
    assert asked(rasa) == ["hi\ni want\nto die\nsorry"]
    async with visitor.desk.db.read() as session:
        events = await log.read_events(session, visitor.id)
        [row] = await handovers.list_open(session)
        [trigger] = await handovers.triggers(session, row.handover.id)
    spans = [event.safety and event.safety["spans"] for event in events[:4]]
    assert spans == [None, [[2, 6]], [[0, 6]], None]
    assert (row.handover.trigger_seq, row.handover.level) == (3, "P1")
    assert (trigger.seq, trigger.spans) == (3, [[0, 6]])


async def test_a_call_without_words_points_at_the_last_message(
    visitor: Visitor, rasa: FakeRasa
) -> None:
    rasa.script = lambda *_: crisis([])
    await send(visitor, "hi", "no more")
    await answered(visitor)
    async with visitor.desk.db.read() as session:
        events = await log.read_events(session, visitor.id)
        [row] = await handovers.list_open(session)
    assert row.handover.trigger_seq == 2
    assert events[0].safety is None
    assert events[1].safety is not None


async def test_when_rasa_fails_one_hand_over_answers_all(visitor: Visitor, rasa: FakeRasa) -> None:
    rasa.script = lambda *_: []
    await send(visitor, *PIECES)
    assert await answered(visitor) == [("system", "handover:bot_unavailable")]
    assert await unanswered(visitor) == []
    async with visitor.desk.db.read() as session:
        [row] = await handovers.list_open(session)
        triggers = await handovers.triggers(session, row.handover.id)
    assert [t.seq for t in triggers] == [row.handover.trigger_seq] == [len(PIECES)]


async def test_who_takes_the_conversation_ends_the_wait(patient: Visitor, rasa: FakeRasa) -> None:
    desk = patient.desk
    async with desk.db.write() as session:
        person = Staff(username="kim", first_name="Kim", password_hash="x")
        session.add(person)
        await log.hold(session, patient.id)
        call = turns.handovers.Call("request", "P3")
        opened = await handovers.open_or_raise(session, patient.id, 1, call)
    began = time.monotonic()
    await send(patient, "i want", "to die")
    await asyncio.sleep(0.2)
    assert rasa.heard == []
    await desk.handovers.take(opened.handover_id, person.id)
    # The assistant keeps out of it; its detector has read both.
    assert await answered(patient) == [("system", None)]
    assert asked(rasa) == ["i want", "to die"]
    assert await unanswered(patient) == []
    await send(patient, "are you there")
    await answered(patient)
    assert time.monotonic() - began < NEVER - 1


async def test_a_stop_during_the_wait_loses_nothing(settings: Settings, rasa: FakeRasa) -> None:
    async with desk_with(settings, NEVER) as before:
        visitor = await before.visitor()
        await send(visitor, *PIECES)
        await asyncio.sleep(0.1)
        assert rasa.heard == []
    async with desk_with(settings, QUIET) as after:
        again = Visitor(after.client, after.desk, visitor.id, visitor.token)
        assert await answered(again) == [("bot", "answer:rapid_relief")]
        assert asked(rasa) == ["\n".join(PIECES)]
        assert await unanswered(again) == []


async def test_what_a_crash_left_is_not_glued_together(running: Running, rasa: FakeRasa) -> None:
    visitor = await running.visitor()
    before = now() - timedelta(hours=3)
    await left_unanswered(visitor, ["cost", "hours", "please"])
    async with running.desk.db.write() as session:
        first = await session.get(Event, (visitor.id, 1))
        assert first is not None
        first.at = before
    assert await running.desk.turns.sweep(older_than=0) == 3
    await answered(visitor)
    assert asked(rasa) == ["cost", "hours\nplease"]


async def test_two_processes_answer_a_burst_once(
    running: Running, settings: Settings, rasa: FakeRasa
) -> None:
    """Each process was given some of the pieces; whoever is quicker answers them all."""
    visitor = await running.visitor()
    await left_unanswered(visitor, ["i want", "to die"])
    async with desk_with(settings, QUIET) as second:
        running.desk.turns.enqueue(visitor.id, 1)
        second.desk.turns.enqueue(visitor.id, 2)
        await second.desk.turns.idle()
        assert await answered(visitor) == [("bot", "answer:rapid_relief")]
    assert set(asked(rasa)) == {"i want\nto die"}
    assert await unanswered(visitor) == []


async def test_what_another_process_was_quicker_with_is_not_answered_twice(
    visitor: Visitor, rasa: FakeRasa
) -> None:
    """While Rasa thinks, somebody answers one piece: the rest is asked and answered anew."""

    async def meanwhile(_sender: str, message: str) -> list[Any]:
        if message == "one\ntwo\nthree":
            async with visitor.desk.db.write() as session:
                assert await waiting.mark_answered(session, visitor.id, 2)
                await log.append(
                    session, visitor.id, [log.NewEvent("bot", "Two, then.", outcome="smalltalk")]
                )
        return answer(text=f"to {message}")

    rasa.script = meanwhile
    await send(visitor, "one", "two", "three")
    await answered(visitor)
    assert asked(rasa) == ["one\ntwo\nthree", "one", "three"]
    said = [e["text"] for e in await visitor.events() if e["from"] == "bot"]
    assert said == ["Two, then.", "to one", "to three"]
    assert await unanswered(visitor) == []
    figures = await visitor.client.get("/metrics")
    assert 'nightdesk_turns_total{result="answered"} 2.0' in figures.text
    # Being late is no failure to record, and is not tried again.
    assert "nightdesk_record_retries_total 0.0" in figures.text


async def test_an_overtaken_turn_leaves_no_trace(visitor: Visitor, rasa: FakeRasa) -> None:
    """Its hand-over, its events and its marks go back with it."""

    async def meanwhile(_sender: str, message: str) -> list[Any]:
        async with visitor.desk.db.write() as session:
            await waiting.mark_answered(session, visitor.id, 2)
        return crisis([[0, 3]]) if "\n" in message else answer()

    rasa.script = meanwhile
    await send(visitor, "one", "two")
    assert await answered(visitor) == [("bot", "answer:rapid_relief")]
    async with visitor.desk.db.read() as session:
        assert list(await session.scalars(select(HandoverTrigger))) == []
        assert all(event.safety is None for event in await session.scalars(select(Event)))


async def test_a_record_that_fails_is_tried_again_for_all(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch, rasa: FakeRasa
) -> None:
    original, calls = handovers.open_or_raise, []

    async def shaky(*arguments: Any) -> Any:
        calls.append(arguments)
        if len(calls) < 3:
            raise RuntimeError
        return await original(*arguments)

    monkeypatch.setattr(handovers, "open_or_raise", shaky)
    monkeypatch.setattr(turns, "RETRY_SECONDS", (0.01,) * 4)
    rasa.script = lambda *_: crisis([[0, 3]])
    await send(visitor, "one", "two")
    assert await answered(visitor) == [("bot", "handover:crisis"), ("system", None)]
    assert await unanswered(visitor) == []
    assert len(rasa.heard) == 1
