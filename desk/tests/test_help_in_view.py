"""What stands below the bot's replies after a crisis: help in view, in the crisis's language."""

from collections.abc import Callable
from typing import Any

import pytest
from desk_in_process import Visitor
from fake_rasa import FakeRasa, answer, handover
from sqlalchemy import update
from test_turns import give_to_staff

from nightdesk_desk import log
from nightdesk_desk.expected_wait import Wait
from nightdesk_desk.models import Conversation

Say = Callable[[list[Any]], Any]


@pytest.fixture
def say(visitor: Visitor, rasa: FakeRasa) -> Say:
    """Say something that the bot answers so; gives the desk's own texts below it."""

    async def said(replies: list[Any]) -> list[str]:
        rasa.script = lambda *_: replies
        return [e["text"] for e in await visitor.chat("x") if e["from"] == "system"]

    return said


def in_view(visitor: Visitor, language: str = "en") -> str:
    return visitor.desk.words.say("crisis_in_view", language)


async def test_help_comes_into_view_once_after_each_crisis(visitor: Visitor, say: Say) -> None:
    crisis = handover("crisis", "P1")
    assert await say(crisis) == [visitor.desk.words.say("crisis_open")]
    assert await say(answer()) == [in_view(visitor)]
    assert await say(answer()) == []
    # The desk's other text is not pasted again.
    assert await say(crisis) == []
    assert await say(answer()) == [in_view(visitor)]
    assert await say(answer()) == []


async def test_a_wish_for_a_person_keeps_help_in_view(visitor: Visitor, say: Say) -> None:
    told = visitor.desk.words.say("handover_open")
    await say(handover("crisis", "P1"))
    assert await say(handover("request")) == [told, in_view(visitor)]
    assert await say(handover("request")) == []
    await say(handover("crisis", "P1"))
    assert await say(handover("request")) == [in_view(visitor)]


async def test_messages_sent_before_the_crisis_was_answered(
    visitor: Visitor, rasa: FakeRasa
) -> None:
    """The reply to a crisis can come after help was put in view for an earlier answer."""
    async with visitor.desk.db.write() as session:
        for text in ("crisis", "question", "crisis"):
            await log.append(session, visitor.id, [log.NewEvent("visitor", text, answered=False)])
    rasa.script = lambda _, text: handover("crisis", "P1") if text == "crisis" else answer()
    await visitor.desk.turns.sweep(older_than=0)
    await visitor.desk.turns.idle()
    said = [e["text"] for e in await visitor.events()]
    assert said.count(in_view(visitor)) == 1
    assert said[-1] != in_view(visitor)
    last = (await visitor.chat("question"))[-1]
    assert last["text"] == in_view(visitor)


async def test_a_crisis_that_staff_answered_counts_when_the_bot_answers_again(
    visitor: Visitor, say: Say
) -> None:
    await say(handover("crisis", "P1"))
    assert await say(answer()) == [in_view(visitor)]
    await give_to_staff(visitor)
    assert await say(handover("crisis", "P1")) == []
    async with visitor.desk.db.write() as session:
        await session.execute(
            update(Conversation).where(Conversation.id == visitor.id).values(state="bot")
        )
    assert await say(answer()) == [in_view(visitor)]


@pytest.mark.parametrize("language", ["es", "fr", "pt", "de"])
async def test_the_desk_speaks_the_language_of_the_last_crisis(
    visitor: Visitor, say: Say, language: str
) -> None:
    words = visitor.desk.words
    foreign = handover("crisis", "P1", category=f"crisis_{language}")
    assert await say(foreign) == [words.say("crisis_open", language)]
    assert await say(answer()) == [in_view(visitor, language)]
    assert await say(answer()) == []
    urgent = handover("crisis", "P0", category=f"crisis_emergency_{language}")
    assert await say(urgent) == []
    # A message that nobody could judge hides no language.
    assert len(await say([])) == 1
    assert await say(answer()) == [in_view(visitor, language)]
    assert await say(handover("crisis", "P1")) == [words.say("crisis_open")]
    assert await say(answer()) == [in_view(visitor)]


async def test_a_medical_question_in_spanish(visitor: Visitor, say: Say) -> None:
    spanish = handover("medical_advice", category="medical_advice_es")
    words = visitor.desk.words
    aim = words.wait_words(Wait(15, measured=False), "es")
    assert await say(spanish) == [f"{words.say('handover_open', 'es')} {aim}"]
    assert await say(spanish) == []
