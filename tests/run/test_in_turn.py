"""Turns are answered in their order, and none that hangs holds up the others for long."""

import asyncio
from typing import Any

import pytest
from rasa.core.agent import Agent

from nightdesk.run.in_turn import InTurn, answer_in_turn


async def at_once(queue: InTurn, *works: Any) -> None:
    async def one(work: Any) -> None:
        async with queue.turn():
            await work()

    await asyncio.gather(*(one(work) for work in works), return_exceptions=True)


def noted(done: list[str], name: str) -> Any:
    async def work() -> None:
        done.append(f"{name} begins")
        for _ in range(3):
            await asyncio.sleep(0)
        done.append(f"{name} ends")

    return work


async def hangs() -> None:
    await asyncio.sleep(60)


def test_one_is_done_before_the_next_begins():
    done: list[str] = []
    asyncio.run(at_once(InTurn(), *(noted(done, name) for name in "abc")))
    assert done == [f"{name} {what}" for name in "abc" for what in ("begins", "ends")]


def test_a_turn_that_fails_lets_the_next_one_go():
    done: list[str] = []

    async def fails() -> None:
        raise ValueError

    asyncio.run(asyncio.wait_for(at_once(InTurn(60), fails, noted(done, "a")), 5))
    assert done == ["a begins", "a ends"]


def test_whoever_waits_behind_one_that_hangs_goes_on_beside_it():
    async def all_of_them() -> list[str]:
        done: list[str] = []
        queue = InTurn(0.05)
        stuck = asyncio.create_task(at_once(queue, hangs))
        await asyncio.sleep(0)
        await asyncio.wait_for(at_once(queue, *(noted(done, name) for name in "abc")), 5)
        stuck.cancel()
        return done

    assert {line for line in asyncio.run(all_of_them()) if "ends" in line} == {
        "a ends",
        "b ends",
        "c ends",
    }


def test_one_that_hangs_has_lost_its_place_and_the_others_go_in_turn_again():
    async def all_of_them() -> list[str]:
        done: list[str] = []
        queue = InTurn(0.5)
        stuck = asyncio.create_task(at_once(queue, hangs))
        await asyncio.sleep(0.6)

        async def its_end_gives_away_no_other_place() -> None:
            stuck.cancel()
            await noted(done, "a")()

        works = (its_end_gives_away_no_other_place, noted(done, "b"), noted(done, "c"))
        await asyncio.wait_for(at_once(queue, *works), 5)
        return done

    assert asyncio.run(all_of_them()) == [
        f"{name} {what}" for name in "abc" for what in ("begins", "ends")
    ]


def test_a_turn_that_is_given_up_lets_the_next_one_go():
    async def given_up() -> list[str]:
        done: list[str] = []
        queue = InTurn(60)
        holds = asyncio.create_task(at_once(queue, hangs))
        waits = asyncio.create_task(at_once(queue, hangs))
        await asyncio.sleep(0.01)
        waits.cancel()
        holds.cancel()
        await asyncio.wait_for(at_once(queue, noted(done, "a")), 5)
        return done

    assert asyncio.run(given_up()) == ["a begins", "a ends"]


@pytest.fixture
def agent(monkeypatch):
    began: list[str] = []

    async def answer(_agent: Agent, message: str) -> list[str]:
        began.append(message)
        await asyncio.sleep(0)
        began.append("done")
        return [message]

    monkeypatch.setattr(Agent, "handle_message", answer)
    answer_in_turn()
    agent = Agent()
    return agent, began


def test_rasas_agent_answers_in_turn(agent):
    agent, began = agent

    async def both() -> list[Any]:
        return await asyncio.gather(agent.handle_message("a"), agent.handle_message(message="b"))

    assert asyncio.run(both()) == [["a"], ["b"]]
    assert began == ["a", "done", "b", "done"]
