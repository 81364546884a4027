"""Judging what is over a limit: together, few at once, within a time, the crisis found."""

import asyncio

import pytest

from nightdesk_desk import screening
from nightdesk_desk.form_words import Verdict
from nightdesk_desk.screening import Screened, Screening


class Judge:
    """Finds a crisis where "die" stands, or where "one" and "two" stand together."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.now = self.most = 0
        self.go = asyncio.Event()
        self.go.set()

    async def __call__(self, _key: str, text: str) -> Verdict:
        self.heard.append(text)
        self.now += 1
        self.most = max(self.most, self.now)
        await self.go.wait()
        await asyncio.sleep(0)
        self.now -= 1
        if "broken" in text:
            raise RuntimeError
        return "crisis" if "die" in text or ("one" in text and "two" in text) else "harmless"


async def screened(judge: Judge, texts: list[str], key: str = "c_1") -> list[Screened]:
    """Screen the first alone, and the others while that goes on."""
    screening = Screening(judge)
    judge.go.clear()
    tasks = [asyncio.create_task(screening.screen(key, texts[0]))]
    while not judge.heard:
        await asyncio.sleep(0)
    tasks += [asyncio.create_task(screening.screen(key, text)) for text in texts[1:]]
    await asyncio.sleep(0.01)
    judge.go.set()
    found = await asyncio.gather(*tasks)
    await screening.stop()
    return found


async def test_a_crisis_among_hundreds_is_found_with_few_judgements() -> None:
    judge = Judge()
    texts = ["first", *(f"flood {number}" for number in range(150))]
    texts[120] = "I want to die"
    found = await screened(judge, texts)
    assert [text for text, one in zip(texts, found, strict=True) if one.verdict == "crisis"] == [
        "I want to die"
    ]
    # The first alone, then the others together, and halves of halves.
    assert len(judge.heard) <= 2 + 2 * 8


async def test_what_is_a_crisis_only_together_is_of_one_group() -> None:
    found = await screened(Judge(), ["first", "one", "two"])
    assert [one.verdict for one in found] == ["harmless", "crisis", "crisis"]
    assert found[1].group is found[2].group
    assert found[0].group is not found[1].group


async def test_all_of_them_a_crisis_costs_no_more() -> None:
    judge = Judge()
    found = await screened(judge, ["I want to die"] * 100)
    assert [one.verdict for one in found].count("crisis") == 2
    assert len(judge.heard) <= 2 + 8


async def test_few_are_judged_at_once_and_one_in_a_conversation() -> None:
    judge = Judge()
    screening = Screening(judge, at_once=2)
    keys = [f"c_{number % 5}" for number in range(50)]
    found = await asyncio.gather(*(screening.screen(key, "hello") for key in keys))
    assert {one.verdict for one in found} == {"harmless"}
    assert judge.most == 2
    assert not screening._lanes
    assert screening._count == 0


async def test_what_takes_too_long_is_not_judged_and_waits_no_more() -> None:
    judge = Judge()
    judge.go.clear()
    screening = Screening(judge, within=0.05)
    first = asyncio.create_task(screening.screen("c_1", "m0"))
    while not judge.heard:
        await asyncio.sleep(0)
    found = [await first, *(await asyncio.gather(*(screening.screen("c_1", "m") for _ in "12")))]
    assert {one.verdict for one in found} == {"not_judged"}
    judge.go.set()
    while screening._lanes:
        await asyncio.sleep(0.01)
    # Nobody waits for the two behind any more.
    assert judge.heard == ["m0"]


async def test_too_much_in_one_conversation_is_not_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screening, "MOST_CHARS", 100)
    found = await screened(Judge(), ["x" * 40] * 5)
    assert [one.verdict for one in found].count("not_judged") == 2


async def test_too_many_in_all_are_not_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screening, "MOST_TEXTS", 10)
    found = await screened(Judge(), ["hello"] * 30)
    assert [one.verdict for one in found].count("not_judged") == 19


async def test_a_judge_that_breaks_leaves_them_not_judged() -> None:
    found = await screened(Judge(), ["first", "broken", "more"])
    assert [one.verdict for one in found] == ["harmless", "not_judged", "not_judged"]
