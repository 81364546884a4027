"""Held replies: staff who have the chat are warned first, and silence is never the answer."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from beside_staff import (
    Taken,
    figures,
    held_rows,
    said_after,
    taken_by_staff,
    the_time_is_up,
)
from desk_in_process import ALWAYS_OPEN, CLINIC, Running, started
from fake_rasa import FakeRasa, answer, handover
from sqlalchemy.exc import OperationalError

from nightdesk_desk import handovers, held, log, turns, waiting
from nightdesk_desk.app import create_app
from nightdesk_desk.held import Held, merged, seconds_to_answer, verdict
from nightdesk_desk.log import NewEvent
from nightdesk_desk.settings import Settings

DUE = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
SOONER, LATER = DUE - timedelta(seconds=1), DUE + timedelta(seconds=1)


def to_crisis(level: str = "P1", seq: int = 1, due: datetime = DUE, text: str = "x") -> Held:
    return Held(NewEvent("bot", text, "handover:crisis", level=level), seq, due)


def to_fault(seq: int = 1, due: datetime = DUE) -> Held:
    return Held(NewEvent("system", "x", "handover:bot_unavailable", level="P1"), seq, due)


@pytest.mark.parametrize(("level", "seconds"), [("P0", 30), ("P1", 60), ("P2", 60), (None, 60)])
def test_an_emergency_waits_shorter(level: str | None, seconds: int) -> None:
    assert seconds_to_answer(level, {"P0": 30, "P1": 60}) == seconds


@pytest.mark.parametrize(
    ("state", "answered", "at", "expected"),
    [
        ("staff", None, SOONER, "wait"),
        ("staff", None, DUE, "sent"),
        ("staff", None, LATER, "sent"),
        ("staff", SOONER, SOONER, "answered"),
        # It was answered in time, however late anybody looks.
        ("staff", SOONER, LATER, "answered"),
        ("staff", DUE, DUE, "sent"),
        ("staff", LATER, LATER, "sent"),
        ("bot", None, SOONER, "sent"),
        ("bot", SOONER, SOONER, "answered"),
    ],
)
def test_what_becomes_of_a_held_reply(
    state: str, answered: datetime | None, at: datetime, expected: str
) -> None:
    assert verdict(DUE, state, answered, at) == expected


@pytest.mark.parametrize(
    ("earlier", "later", "kept"),
    [
        (to_crisis("P1", 1), to_crisis("P1", 2), 2),
        (to_crisis("P1", 1), to_crisis("P0", 2), 2),
        (to_fault(1), to_crisis("P1", 2), 2),
        (to_fault(1), to_fault(2), 2),
        # Less is not said instead of more.
        (to_crisis("P0", 1), to_crisis("P1", 2), 1),
        (to_crisis("P1", 1), to_fault(2), 1),
    ],
)
def test_of_two_replies_the_later_is_held_unless_it_says_less(
    earlier: Held, later: Held, kept: int
) -> None:
    found = merged(earlier, later)
    assert found.trigger_seq == kept
    assert found.reply == (earlier, later)[kept - 1].reply


def test_no_second_message_puts_off_the_first_ones_moment() -> None:
    assert merged(to_crisis(), to_crisis(due=LATER)).due_at == DUE
    assert merged(to_crisis(), to_crisis("P0", due=SOONER)).due_at == SOONER


def crisis(level: str = "P1") -> Callable[[str, str], Any]:
    """A bot that names what it replies to."""
    return lambda _sender, message: handover("crisis", level, f"Reply to {message}.")


async def in_crisis(
    running: Running, rasa: FakeRasa, level: str = "P1", text: str = "I want to die"
) -> tuple[Taken, int]:
    """A visitor who writes in a crisis to a person. Gives the message's number too."""
    taken = await taken_by_staff(running, rasa)
    rasa.script = crisis(level)
    assert await taken.visitor.chat(text) == []
    return taken, (await taken.visitor.events())[-1]["seq"]


async def until(running: Running, counts: dict[str, float]) -> None:
    """Wait for the figures: a reader may see what was sent before it is counted."""
    async with asyncio.timeout(20):
        while await figures(running) != counts:
            await asyncio.sleep(0.05)


@pytest.mark.parametrize(("level", "seconds"), [("P0", 30), ("P1", 60)])
async def test_staff_are_warned_at_once_and_the_reply_is_held(
    running: Running, rasa: FakeRasa, level: str, seconds: int
) -> None:
    taken = await taken_by_staff(running, rasa)
    rasa.script = crisis(level)
    with running.desk.wakeups.watch_any() as inbox:
        assert await taken.visitor.chat("I want to die") == []
        assert await inbox.wait(10)
    async with running.desk.db.read() as session:
        case = await handovers.get(session, taken.handover_id)
        trigger = (await handovers.triggers(session, taken.handover_id))[-1]
        said = (await log.read_events(session, taken.visitor.id))[-1]
    assert case is not None
    assert (case.level, case.reason, case.state) == (level, "crisis", "taken")
    assert (trigger.seq, trigger.level, trigger.spans) == (said.seq, level, [[0, 4]])
    [row] = await held_rows(running.desk)
    assert (row.state, row.trigger_seq, row.text) == ("held", said.seq, "Reply to I want to die.")
    assert row.due_at - row.held_at == timedelta(seconds=seconds)
    assert await figures(running) == {"held": 1.0}
    text = (await running.client.get("/metrics")).text
    assert "nightdesk_held_replies_waiting 1.0" in text
    assert "nightdesk_held_reply_overdue_seconds 0.0" in text


def clinic_sets(settings: Settings, emergency: int, crisis: int) -> None:
    seconds = f"staff_answer_seconds: {{P0: {emergency}, P1: {crisis}}}\n"
    settings.clinic_path.write_text(CLINIC.format(hours=ALWAYS_OPEN) + seconds)


async def test_the_clinic_sets_the_time(
    running: Running, rasa: FakeRasa, settings: Settings
) -> None:
    clinic_sets(settings, 100, 200)
    await in_crisis(running, rasa)
    [row] = await held_rows(running.desk)
    assert row.due_at - row.held_at == timedelta(seconds=200)


async def test_a_person_who_answers_in_time_answers_alone(running: Running, rasa: FakeRasa) -> None:
    taken, _ = await in_crisis(running, rasa)
    seq = await taken.reply()
    await the_time_is_up(running.desk.db)
    assert await running.desk.held.look() == 0
    assert await taken.visitor.events(after=seq) == []
    assert [row.state for row in await held_rows(running.desk)] == ["answered"]
    assert await figures(running) == {"held": 1.0, "answered": 1.0}


async def test_nobody_answers_and_it_is_sent_once(running: Running, rasa: FakeRasa) -> None:
    taken, seq = await in_crisis(running, rasa, "P0")
    await the_time_is_up(running.desk.db)
    [event] = await said_after(taken.visitor, seq)
    assert (event["from"], event["outcome"], event["level"], event["text"]) == (
        "bot",
        "handover:crisis",
        "P0",
        "Reply to I want to die.",
    )
    assert event["answers"] == [seq]
    assert await running.desk.held.look() == 0
    await taken.reply("Sorry, I am here now.")
    assert [e["from"] for e in await taken.visitor.events(after=seq)] == ["bot", "staff"]
    assert [row.state for row in await held_rows(running.desk)] == ["sent"]
    await until(running, {"held": 1.0, "sent": 1.0})


async def test_with_no_time_at_all_it_comes_by_itself(
    running: Running, rasa: FakeRasa, settings: Settings
) -> None:
    clinic_sets(settings, 0, 0)
    taken, seq = await in_crisis(running, rasa)
    assert [e["outcome"] for e in await said_after(taken.visitor, seq)] == ["handover:crisis"]


async def test_after_a_restart_it_is_still_sent(settings: Settings, rasa: FakeRasa) -> None:
    settings = replace(settings, rasa_url=rasa.url)
    async with started(create_app(settings)) as before:
        taken, seq = await in_crisis(before, rasa)
    async with started(create_app(settings)) as after:
        again = taken.seen_from(after)
        assert [row.state for row in await held_rows(after.desk)] == ["held"]
        await the_time_is_up(after.desk.db)
        assert [e["from"] for e in await said_after(again.visitor, seq)] == ["bot"]


async def test_two_processes_send_it_once(
    running: Running, settings: Settings, rasa: FakeRasa
) -> None:
    async with started(create_app(replace(settings, rasa_url=rasa.url))) as second:
        cases = [await in_crisis(running, rasa) for _ in range(4)]
        await the_time_is_up(running.desk.db)
        await asyncio.gather(*(desk.held.look() for desk in (running.desk, second.desk) * 3))
        for taken, seq in cases:
            assert [e["from"] for e in await said_after(taken.visitor, seq)] == ["bot"]
    rows = await held_rows(running.desk)
    assert [row.state for row in rows] == ["sent"] * 4


async def test_another_process_hears_the_answer(
    running: Running, settings: Settings, rasa: FakeRasa
) -> None:
    taken, _ = await in_crisis(running, rasa)
    async with started(create_app(replace(settings, rasa_url=rasa.url))) as second:
        seq = await taken.seen_from(second).reply()
    await the_time_is_up(running.desk.db)
    assert await running.desk.held.look() == 0
    assert await taken.visitor.events(after=seq) == []


@pytest.mark.parametrize("act", ["release", "resolve"])
async def test_left_without_an_answer_it_is_sent_at_once(
    running: Running, rasa: FakeRasa, act: str
) -> None:
    taken, seq = await in_crisis(running, rasa)
    acts = running.desk.handovers
    if act == "release":
        await acts.release(taken.handover_id, taken.staff_id)
    else:
        await acts.resolve(
            taken.handover_id, taken.staff_id, note="Seen", outcome_code="not_needed"
        )
    left, event = await taken.visitor.events(after=seq)
    assert "Ana" in left["text"]
    assert (event["from"], event["outcome"]) == ("bot", "handover:crisis")
    assert await running.desk.held.look() == 0
    await until(running, {"held": 1.0, "sent": 1.0})


async def test_given_back_after_an_answer_nothing_is_sent(running: Running, rasa: FakeRasa) -> None:
    taken, _ = await in_crisis(running, rasa)
    seq = await taken.reply()
    await running.desk.handovers.release(taken.handover_id, taken.staff_id)
    assert [e["from"] for e in await taken.visitor.events(after=seq)] == ["system"]


async def test_a_second_crisis_message_makes_no_second_reply_and_no_delay(
    running: Running, rasa: FakeRasa
) -> None:
    taken, _ = await in_crisis(running, rasa)
    [first] = await held_rows(running.desk)
    assert await taken.visitor.chat("please") == []
    [row] = await held_rows(running.desk)
    assert (row.id, row.due_at) == (first.id, first.due_at)
    async with running.desk.db.read() as session:
        assert len(await handovers.triggers(session, taken.handover_id)) == 3
    seq = (await taken.visitor.events())[-1]["seq"]
    await the_time_is_up(running.desk.db)
    assert [e["text"] for e in await said_after(taken.visitor, seq)] == ["Reply to please."]
    assert await running.desk.held.look() == 0
    await until(running, {"held": 1.0, "sent": 1.0})


async def test_an_emergency_brings_the_moment_forward(
    running: Running, rasa: FakeRasa, settings: Settings
) -> None:
    clinic_sets(settings, 30, 300)
    taken, _ = await in_crisis(running, rasa, "P1")
    [first] = await held_rows(running.desk)
    rasa.script = crisis("P0")
    await taken.visitor.chat("I took them")
    [row] = await held_rows(running.desk)
    assert row.due_at < first.due_at
    assert (row.level, row.text) == ("P0", "Reply to I took them.")


async def test_a_crisis_after_an_answer_is_held_anew(running: Running, rasa: FakeRasa) -> None:
    taken, _ = await in_crisis(running, rasa)
    await taken.reply()
    await taken.visitor.chat("it gets worse")
    assert [row.state for row in await held_rows(running.desk)] == ["answered", "held"]
    seq = (await taken.visitor.events())[-1]["seq"]
    await the_time_is_up(running.desk.db)
    assert [e["text"] for e in await said_after(taken.visitor, seq)] == ["Reply to it gets worse."]


async def test_what_the_bot_cannot_judge_is_held_too(running: Running, rasa: FakeRasa) -> None:
    taken = await taken_by_staff(running, rasa)
    rasa.script = lambda *_: []
    assert await taken.visitor.chat("hello?") == []
    [row] = await held_rows(running.desk)
    assert row.due_at - row.held_at == timedelta(seconds=60)
    seq = (await taken.visitor.events())[-1]["seq"]
    await the_time_is_up(running.desk.db)
    [event] = await said_after(taken.visitor, seq)
    assert (event["from"], event["outcome"]) == ("system", "handover:bot_unavailable")
    for needed in ("(555) 010-0199", "911", "988"):
        assert needed in event["text"]


@pytest.mark.parametrize(("replies", "states"), [([], []), (handover("crisis"), ["held"])])
async def test_who_writes_while_the_bot_is_asked_has_read_the_message_but_was_not_warned(
    running: Running, rasa: FakeRasa, replies: list[Any], states: list[str]
) -> None:
    taken = await taken_by_staff(running, rasa)

    async def meanwhile(_sender: str, _message: str) -> list[Any]:
        await taken.reply()
        return replies

    rasa.script = meanwhile
    await taken.visitor.chat("hello?")
    assert [row.state for row in await held_rows(running.desk)] == states


async def test_a_locked_database_puts_it_off_and_loses_nothing(
    running: Running, rasa: FakeRasa, monkeypatch: pytest.MonkeyPatch
) -> None:
    original, tries = log.append, []

    async def locked(*arguments: Any) -> Any:
        tries.append(arguments)
        if len(tries) < 3:
            raise OperationalError("UPDATE", {}, Exception("database is locked"))
        return await original(*arguments)

    taken, seq = await in_crisis(running, rasa)
    monkeypatch.setattr(log, "append", locked)
    await the_time_is_up(running.desk.db)
    assert [e["from"] for e in await said_after(taken.visitor, seq)] == ["bot"]
    assert len(tries) == 3


async def test_one_that_cannot_be_sent_keeps_no_other_back(
    running: Running, rasa: FakeRasa, monkeypatch: pytest.MonkeyPatch
) -> None:
    (stuck, stuck_seq), (other, other_seq) = [await in_crisis(running, rasa) for _ in range(2)]
    original = log.append

    async def broken(session: Any, conversation_id: str, events: Any) -> Any:
        if conversation_id == stuck.visitor.id:
            raise RuntimeError
        return await original(session, conversation_id, events)

    monkeypatch.setattr(log, "append", broken)
    await the_time_is_up(running.desk.db)
    assert [e["from"] for e in await said_after(other.visitor, other_seq)] == ["bot"]
    monkeypatch.undo()
    assert [e["from"] for e in await said_after(stuck.visitor, stuck_seq)] == ["bot"]


async def test_it_is_held_with_its_turn_or_not_at_all(
    running: Running, rasa: FakeRasa, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError

    taken = await taken_by_staff(running, rasa)
    rasa.script = crisis()
    monkeypatch.setattr(held, "keep", broken)
    monkeypatch.setattr(turns, "RETRY_SECONDS", (0.01,) * 4)
    await taken.visitor.chat("I want to die")
    async with running.desk.db.read() as session:
        assert len(await waiting.unanswered(session)) == 1
        assert len(await handovers.triggers(session, taken.handover_id)) == 1
    monkeypatch.undo()
    await running.desk.turns.sweep(older_than=0)
    await running.desk.turns.idle()
    assert [row.state for row in await held_rows(running.desk)] == ["held"]


async def test_a_crisis_in_the_contact_form_is_held_too(running: Running, rasa: FakeRasa) -> None:
    taken = await taken_by_staff(running, rasa)
    rasa.script = crisis()
    visitor = taken.visitor
    sent = await visitor.client.post(
        f"{visitor.path}/contact",
        json={"consent": True, "name": "I want to die", "email": "jo@example.org"},
        headers=visitor.headers,
    )
    assert sent.status_code == 202
    await running.desk.turns.idle()
    [words] = await visitor.events(after=sent.json()["seq"])
    assert (words["from"], words["text"]) == ("visitor", "I want to die")
    seq = words["seq"]
    [row] = await held_rows(running.desk)
    assert (row.trigger_seq, row.state) == (seq, "held")
    await the_time_is_up(running.desk.db)
    assert [e["outcome"] for e in await said_after(visitor, seq)] == ["handover:crisis"]


async def test_words_of_a_form_that_nobody_judged_are_held_for_staff_too(
    running: Running, rasa: FakeRasa
) -> None:
    taken = await taken_by_staff(running, rasa)
    rasa.script = lambda *_: []
    visitor = taken.visitor
    form = {"consent": True, "name": "Help Me", "email": "jo@example.org"}
    sent = await visitor.client.post(f"{visitor.path}/contact", json=form, headers=visitor.headers)
    await running.desk.turns.idle()
    [words] = await visitor.events(after=sent.json()["seq"])
    assert (words["from"], words["text"]) == ("visitor", "Help Me")
    [row] = await held_rows(running.desk)
    assert (row.trigger_seq, row.outcome) == (words["seq"], "handover:bot_unavailable")
    async with running.desk.db.read() as session:
        last = (await handovers.triggers(session, taken.handover_id))[-1]
    assert (last.seq, last.reason) == (words["seq"], "bot_unavailable")


async def test_ordinary_talk_with_staff_holds_nothing(running: Running, rasa: FakeRasa) -> None:
    taken = await taken_by_staff(running, rasa)
    rasa.script = lambda *_: answer()
    assert await taken.visitor.chat("how fast?") == []
    assert await held_rows(running.desk) == []
