"""Examples of what visitors wrote: which messages, and which never."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from nightdesk_contract.outcome import Level, Safety

from nightdesk_desk import handovers, log, waiting
from nightdesk_desk.db import Database
from nightdesk_desk.decide import Call
from nightdesk_desk.gap_examples import LONGEST, Before, led_to, read_examples, shown
from nightdesk_desk.gaps import read_gap_turns
from nightdesk_desk.log import NewEvent
from nightdesk_desk.models import now
from nightdesk_desk.privacy.keys import UNREADABLE
from nightdesk_desk.settings import Settings

SAFETY: dict[str, Any] = {"category": "self_harm"}
UNSAFE = Safety("self_harm", "pattern", "want-to-die", 1.0, ((0, 4),))


def as_it_is(text: str) -> str:
    return text


def visitor(text: str, **more: Any) -> Before:
    return Before("visitor", text, **more)


BOT = Before("bot", "So.")


@pytest.mark.parametrize(
    ("before", "found"),
    [
        ([], None),
        ([BOT], None),
        ([visitor("b"), BOT, visitor("a")], "b"),
        ([visitor("and how?"), visitor("is it safe"), BOT, visitor("a")], "is it safe\nand how?"),
        ([BOT, Before("system", "note"), visitor("b"), BOT, visitor("a")], "b"),
        ([visitor("b", safety=SAFETY)], None),
        ([visitor("b"), visitor("a", safety=SAFETY)], None),
        ([visitor("b"), BOT, visitor("a", safety=SAFETY)], "b"),
        ([visitor("b", answered=False), visitor("a")], None),
        # Its key is missing.
        ([visitor("b"), visitor(UNREADABLE)], None),
    ],
)
def test_what_led_to_a_turn(before: list[Before], found: str | None) -> None:
    assert led_to(before) == found


def test_an_example_is_one_line_and_short() -> None:
    assert shown("how\n does  it work", as_it_is) == "how does it work"
    long = shown("word " * 100, as_it_is)
    assert len(long) <= LONGEST
    assert long.endswith("word\u2026")
    assert len(shown("x" * 500, as_it_is)) == LONGEST


def test_details_are_taken_out_before_the_cut() -> None:
    text = "a" * 190 + " jo.smith@example.com"
    assert "jo" not in shown(text, lambda t: t.replace("jo.smith@example.com", "[email]"))


@pytest.mark.parametrize("text", ["[phone]", "[name], [email].", "?!", "  "])
def test_marks_alone_are_no_example(text: str) -> None:
    assert shown(text, as_it_is) == ""


@pytest_asyncio.fixture
async def db(settings: Settings) -> AsyncIterator[Database]:
    database = Database(settings.database_url)
    yield database
    await database.close()


async def ask(
    db: Database, text: str, safety: Safety | None = None, level: Level | None = None
) -> str:
    """A conversation in which a question is not covered."""
    async with db.write() as session:
        conversation_id, _ = await log.start_conversation(session)
        said = [NewEvent("visitor", text, answered=False)]
        [seq] = await log.append(session, conversation_id, said)
        await waiting.mark_answered(session, conversation_id, seq, safety)
        told = [NewEvent("bot", "Nothing here.", "not_in_source:mechanism")]
        await log.append(session, conversation_id, told)
        if level is not None:
            await handovers.open_or_raise(session, conversation_id, seq, Call("request", level))
    return conversation_id


async def examples(db: Database, most: int = 10) -> list[str]:
    async with db.read() as session:
        turns = await read_gap_turns(session, now().replace(year=2020), [])
        return await read_examples(session, turns, most, as_it_is)


async def test_the_newest_come_first_and_none_twice(db: Database) -> None:
    for text in ("How does it work?", "what does it do", "how does it work", "WHAT DOES IT DO?"):
        await ask(db, text)
    assert await examples(db) == ["WHAT DOES IT DO?", "how does it work"]
    assert await examples(db, most=1) == ["WHAT DOES IT DO?"]
    assert await examples(db, most=0) == []


async def test_nothing_that_safety_saw_is_an_example(db: Database) -> None:
    await ask(db, "how does it kill", safety=UNSAFE)
    await ask(db, "how does it work")
    assert await examples(db) == ["how does it work"]


@pytest.mark.parametrize("level", ["P0", "P1"])
async def test_a_conversation_with_a_crisis_gives_no_example(db: Database, level: Level) -> None:
    await ask(db, "before the crisis", level=level)
    await ask(db, "a request", level="P3")
    assert await examples(db) == ["a request"]


async def test_a_crisis_that_came_later_or_is_over_counts_too(db: Database) -> None:
    conversation_id = await ask(db, "before the crisis", level="P3")
    async with db.write() as session:
        told = [NewEvent("visitor", "help")]
        [seq] = await log.append(session, conversation_id, told)
        opened = await handovers.open_or_raise(session, conversation_id, seq, Call("crisis", "P1"))
        assert opened.level == "P1"
    assert await examples(db) == []
