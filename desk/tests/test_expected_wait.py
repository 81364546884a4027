"""What may be said of how long people wait: measured, else the clinic's aim, else nothing."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from beside_staff import taken_by_staff
from desk_in_process import Running
from fake_rasa import FakeRasa, handover
from sqlalchemy import update

from nightdesk_desk import expected_wait
from nightdesk_desk.expected_wait import (
    Case,
    ExpectedWaits,
    Wait,
    expected_waits,
    read_cases,
)
from nightdesk_desk.models import Handover, now

NOW = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)


def always(_: datetime) -> bool:
    return True


def case(seconds: float | None, level: str = "P3", ago: float = 60, over: bool = False) -> Case:
    """One who waited so many seconds for an answer, or has none, opened `ago` minutes ago."""
    opened = NOW - timedelta(minutes=ago)
    replied = None if seconds is None else opened + timedelta(seconds=seconds)
    return Case(level, opened, replied, over)


def said(
    cases: list[Case],
    aims: dict[str, int] | None = None,
    is_open: Callable[[datetime], bool] = always,
) -> dict[str, Wait]:
    return expected_waits(cases, aims or {}, NOW, is_open)


@pytest.mark.parametrize(
    ("seconds", "minutes"),
    [
        ([10, 20, 30, 40, 50], 1),
        ([60, 60, 60, 60, 60], 1),
        ([60, 60, 60, 61, 900], 2),
        ([9000, 170, 1, 1, 1], 3),
        ([100, 100, 140, 150, 179, 900], 3),
        ([60, 60, 60, 60, 60, 61, 900, 900], 2),
        ([60, 60, 60, 60, 60, 60, 7200, 7200], 1),
        ([60, 60, 60, 60, 60, 7200, 7200, 7200], 120),
        ([0, 0, 0, 0, 0], 1),
    ],
)
def test_what_three_of_four_waited_at_most_in_whole_minutes_rounded_up(
    seconds: list[float], minutes: int
) -> None:
    assert said([case(each) for each in seconds]) == {"P3": Wait(minutes, measured=True)}


def test_few_answers_say_nothing_and_the_clinics_aim_stands_in() -> None:
    few = [case(60) for _ in range(4)]
    assert said(few) == {}
    assert said(few, {"P2": 15}) == {"P2": Wait(15, measured=False)}
    assert said([*few, case(60)], {"P3": 2}) == {"P3": Wait(1, measured=True)}


def test_of_more_than_two_hours_nothing_is_said_nor_the_aim_that_is_not_met() -> None:
    assert said([case(7201) for _ in range(5)], {"P3": 15, "P2": 15}) == {"P2": Wait(15, False)}


def test_each_level_has_its_own_wait() -> None:
    mixed = [case(60) for _ in range(5)] + [case(600, "P2") for _ in range(5)]
    assert said(mixed) == {"P3": Wait(1, True), "P2": Wait(10, True)}


def test_what_was_opened_after_hours_does_not_count() -> None:
    night = [case(40_000, ago=3000) for _ in range(9)]
    day = [case(60, ago=30) for _ in range(5)]
    evening = NOW - timedelta(minutes=1000)
    assert said([*night, *day], is_open=lambda at: at > evening) == {"P3": Wait(1, True)}
    assert said(night, is_open=lambda at: at > evening) == {}


def test_who_is_still_waiting_makes_it_longer_and_never_shorter() -> None:
    answered = [case(60) for _ in range(5)]
    waiting = [case(None, ago=45) for _ in range(6)]
    assert said([*answered, *waiting])["P3"].minutes == 45
    fresh = [case(None, ago=0.1) for _ in range(6)]
    assert said([*answered, *fresh])["P3"].minutes == 1
    # Whoever was called back, or left, is not waiting.
    closed = [case(None, ago=45, over=True) for _ in range(6)]
    assert said([*answered, *closed])["P3"].minutes == 1


async def test_cases_are_read_from_the_record(running: Running, rasa: FakeRasa) -> None:
    taken = await taken_by_staff(running, rasa)
    await taken.reply("one")
    await taken.reply("two")
    desk = running.desk
    await desk.handovers.resolve(taken.handover_id, taken.staff_id)
    # A second hand-over of the same conversation, without an answer yet.
    await taken.visitor.chat("a person please")
    events = await taken.visitor.events()
    first = next(e for e in events if e["text"] == "one")
    async with desk.db.read() as session:
        cases = await read_cases(session, now() - timedelta(days=7))
        none = await read_cases(session, now() + timedelta(days=1))
    answered = next(each for each in cases if each.over)
    waiting = next(each for each in cases if not each.over)
    assert answered.replied_at is not None
    assert answered.replied_at.isoformat(timespec="milliseconds")[:23] == first["at"][:23]
    assert (waiting.level, waiting.replied_at, none) == ("P3", None, [])


async def test_what_was_said_before_it_was_opened_again_is_no_answer(
    running: Running, rasa: FakeRasa
) -> None:
    taken = await taken_by_staff(running, rasa)
    await taken.reply()
    desk = running.desk
    await desk.handovers.resolve(taken.handover_id, taken.staff_id)
    again = await desk.cases.reopen(taken.handover_id, taken.staff_id, "not over")
    await desk.handovers.take(again, taken.staff_id)

    async def replied() -> list[bool]:
        async with desk.db.read() as session:
            cases = await read_cases(session, now() - timedelta(days=7))
        return [each.replied_at is not None for each in cases]

    assert await replied() == [True, False]
    await desk.handovers.reply(again, taken.staff_id, "I am back.")
    assert await replied() == [True, True]


async def test_the_wait_is_said_below_a_hand_over(running: Running, rasa: FakeRasa) -> None:
    for _ in range(5):
        taken = await taken_by_staff(running, rasa)
        await taken.reply()
    async with running.desk.db.write() as session:
        await session.execute(update(Handover).values(opened_at=now() - timedelta(seconds=130)))
    visitor = await running.visitor()
    # What was found before is kept for a minute: a desk that has just started reads it anew.
    running.desk.turns._waits = ExpectedWaits(running.desk.db, lambda: running.desk.words.clinic)
    [_, told] = await visitor.chat("a person please")
    assert told["text"].endswith("Most people wait about 3 minutes.")
    # It is not said again, whatever the figure is by then.
    running.desk.turns._waits = ExpectedWaits(running.desk.db, lambda: running.desk.words.clinic)
    async with running.desk.db.write() as session:
        await session.execute(update(Handover).values(opened_at=now() - timedelta(minutes=9)))
    assert [e["from"] for e in await visitor.chat("a person please")] == ["bot"]


async def test_without_enough_cases_the_clinics_aim_is_said(
    running: Running, rasa: FakeRasa
) -> None:
    visitor = await running.visitor()
    rasa.script = lambda *_: handover("medical_advice")
    [_, told] = await visitor.chat("is it right for me?")
    assert told["text"].endswith("Our staff try to look at new chats within 15 minutes.")
    rasa.script = lambda *_: handover("crisis", "P1")
    [_, told] = await visitor.chat("something in a crisis")
    assert told["text"] == running.desk.words.say("crisis_open")


async def test_what_was_found_is_kept_for_a_minute_and_a_fault_is_silent(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = 0.0
    waits = ExpectedWaits(running.desk.db, lambda: running.desk.words.clinic, lambda: at)
    asked = 0

    async def broken(*_: object) -> list[Case]:
        nonlocal asked
        asked += 1
        raise OSError

    monkeypatch.setattr(expected_wait, "read_cases", broken)
    assert await waits.now() == {}
    at = 59
    assert await waits.now() == {}
    assert asked == 1
    at = 61
    monkeypatch.setattr(expected_wait, "read_cases", read_cases)
    assert (await waits.now())["P2"] == Wait(15, measured=False)
