"""Whether the assistant is up: found by known questions and by what becomes of real turns."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from desk_in_process import Running, started
from fake_rasa import FakeRasa, answer, known_answers

from nightdesk_desk.app import create_app
from nightdesk_desk.bot_check import THROUGH_ACTION, Checked
from nightdesk_desk.bot_standing import LATELY, MANY, BotStanding, Down, Standing, standing_after
from nightdesk_desk.rasa import Rasa
from nightdesk_desk.settings import Settings

AT = datetime(2026, 11, 26, 12, tzinfo=UTC)
WELL = Checked(bot=True, actions=True)


@pytest.mark.parametrize(
    ("checked", "failed", "down"),
    [
        (WELL, 0, ""),
        (WELL, MANY - 1, ""),
        (WELL, MANY, "turns"),
        (Checked(bot=True, actions=False), 0, "practical"),
        (Checked(bot=False, actions=True), 0, "all"),
        (Checked(bot=False, actions=False), MANY, "all"),
    ],
)
def test_what_is_down(checked: Checked, failed: int, down: Down) -> None:
    found = standing_after(Standing(), checked, failed, AT)
    assert (found.down, found.checked) == (down, checked)
    assert found.since == (AT if down else None)


def test_since_when_is_kept_while_the_same_is_down() -> None:
    first = standing_after(Standing(), Checked(False, False), 0, AT)
    later = standing_after(first, Checked(False, False), 0, AT + timedelta(minutes=5))
    assert later.since == AT
    assert later.mark == first.mark != ""
    other = standing_after(later, Checked(True, False), 0, AT + timedelta(minutes=6))
    assert other.since == AT + timedelta(minutes=6)
    assert other.mark not in ("", later.mark)
    assert standing_after(other, WELL, 0, AT).mark == ""


class Clock:
    def __init__(self) -> None:
        self.at = AT

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def standing(rasa: FakeRasa, clock: Clock) -> Any:
    rasa.script = known_answers
    asked = Rasa(rasa.url, 1.0)
    # Not started: the checks are the test's own.
    one = BotStanding(asked, every=0.0, clock=clock)
    yield one
    await one.stop()
    await asked.close()


async def test_it_goes_down_and_comes_up_with_rasa(standing: BotStanding, rasa: FakeRasa) -> None:
    assert await standing.checked() == WELL
    assert standing.standing.down == ""
    await rasa.stop()
    await standing.checked()
    assert standing.standing.down == "all"
    await rasa.start()
    await standing.checked()
    assert standing.standing.down == ""


async def test_turns_that_fail_though_known_questions_do_not(
    standing: BotStanding, clock: Clock
) -> None:
    for _ in range(MANY):
        standing.note_turn(False)
    await standing.checked()
    assert standing.standing.down == "turns"
    standing.note_turn(True)
    await standing.checked()
    assert standing.standing.down == ""
    for _ in range(MANY):
        standing.note_turn(False)
    clock.at += LATELY + timedelta(seconds=1)
    await standing.checked()
    # Nobody has said anything since: nothing says that the next turn would fail.
    assert standing.standing.down == ""


async def test_what_failed_during_an_outage_does_not_outlast_it(
    standing: BotStanding, rasa: FakeRasa
) -> None:
    rasa.script = lambda *_: []
    for _ in range(3 * MANY):
        standing.note_turn(False)
    await standing.checked()
    assert standing.standing.down == "all"
    rasa.script = known_answers
    await standing.checked()
    assert standing.standing.down == ""


async def test_many_who_ask_at_once_make_one_check(standing: BotStanding, rasa: FakeRasa) -> None:
    await asyncio.gather(*(standing.checked(5.0) for _ in range(20)))
    await standing.checked(5.0)
    assert len(rasa.heard) == 2


async def test_a_failed_turn_is_followed_by_a_check_at_once(
    settings: Settings, rasa: FakeRasa
) -> None:
    rasa.script = known_answers
    # The next check by itself comes a minute later.
    settings = replace(settings, rasa_url=rasa.url, bot_check_every=60.0)
    async with started(create_app(settings)) as running:
        async with asyncio.timeout(10):
            while running.desk.bot.standing.checked is None:
                await asyncio.sleep(0.01)
        await asyncio.sleep(1.1)
        visitor = await running.visitor()
        rasa.script = lambda *_: []
        events = await visitor.chat("Is it safe?")
        assert [each["outcome"] for each in events] == ["handover:bot_unavailable"]
        async with asyncio.timeout(10):
            while running.desk.bot.standing.down != "all":
                await asyncio.sleep(0.01)


async def test_the_figures_say_it(running: Running, rasa: FakeRasa) -> None:
    assert "nightdesk_bot_up{" not in (await running.client.get("/metrics")).text
    rasa.script = lambda _, message: [] if message == THROUGH_ACTION.question else answer()
    await running.desk.bot.checked()
    figures = (await running.client.get("/metrics")).text
    assert 'nightdesk_bot_up{part="bot"} 1.0' in figures
    assert 'nightdesk_bot_up{part="actions"} 0.0' in figures
