"""What a visitor would get, judged as the desk judges it."""

import asyncio
import json
from types import SimpleNamespace

import pytest

from nightdesk.bot.answer import Answer, answer_from, refused
from nightdesk.bot.in_process import Bot
from nightdesk_contract.cautions import Caution, PublicSource

PARSED = {"intent": {"name": "faq_safety", "confidence": 0.83}}
SAFE = [
    {"text": "It is generally safe."},
    {"custom": {"outcome": "answer:safety", "passages": ["safety", "what_is"]}},
]


def test_an_answer_rests_on_a_passage():
    answer = answer_from("is it safe", SAFE, PARSED)
    assert answer == Answer(
        "is it safe", "answer:safety", None, "safety", 0.83, "It is generally safe.", "faq_safety"
    )


def test_an_added_answer_rests_on_the_passage_of_its_own_name():
    replies = [{"text": "Behind it.", "custom": {"outcome": "answer:parking"}}]
    assert answer_from("parking", replies, PARSED).source == "parking"


def test_an_answer_from_the_clinics_settings():
    replies = [{"text": "It is $5.", "custom": {"outcome": "logistics:cost"}}]
    assert answer_from("cost", replies, PARSED).source == "clinic"


def test_what_rests_on_nothing_has_no_source():
    replies = [{"text": "Not known.", "custom": {"outcome": "unknown"}}]
    answer = answer_from("x", replies, PARSED)
    assert (answer.outcome, answer.source, answer.level) == ("unknown", None, None)


def test_a_hand_over_speaks_for_the_turn_and_all_texts_are_shown():
    replies = [
        *SAFE,
        {"text": "Call 911.", "custom": {"outcome": "handover:crisis", "level": "P0"}},
    ]
    answer = answer_from("x", replies, PARSED)
    assert (answer.outcome, answer.level) == ("handover:crisis", "P0")
    assert answer.reply == "It is generally safe.\n\nCall 911."


@pytest.mark.parametrize("replies", [[], None, "x", [{"text": "no outcome"}], [{}]])
def test_what_the_desk_cannot_use_ends_at_a_person(replies):
    answer = answer_from("x", replies, PARSED)
    assert (answer.outcome, answer.level, answer.reply) == ("handover:bot_unavailable", "P1", "")


@pytest.mark.parametrize("parsed", [{}, {"intent": None}, {"intent": {}}])
def test_without_an_intent_there_is_no_confidence(parsed):
    answer = answer_from("x", SAFE, parsed)
    assert (answer.intent, answer.confidence) == (None, None)


def test_a_refused_message():
    assert refused("  ", "empty").outcome == "refused:empty"
    assert refused(5, "not_text").text == ""


def caution(id: str, *beside: str) -> Caution:
    return Caution(id, f"Know {id}.", (PublicSource("A label", "https://a"),), beside)


CAUTIONS = (caution("misuse", "safety"), caution("parking", "parking"), caution("so", "uses"))


def test_cautions_beside_every_passage_that_the_replies_rest_on():
    more = {"text": "Behind it.", "custom": {"outcome": "answer:parking"}}
    answer = answer_from("x", [more, *SAFE], PARSED, CAUTIONS)
    assert [found.id for found in answer.cautions] == ["misuse", "parking"]
    assert answer.reply == "Behind it.\n\nIt is generally safe."


@pytest.mark.parametrize("outcome", ["logistics:parking", "not_in_source:parking", "unknown"])
def test_no_caution_beside_what_rests_on_no_passage(outcome):
    replies = [{"text": "So.", "custom": {"outcome": outcome}}]
    assert answer_from("x", replies, PARSED, CAUTIONS).cautions == ()


def test_a_row_is_a_json_object_with_every_field():
    row = json.loads(json.dumps(answer_from("x", SAFE, PARSED, CAUTIONS).to_row()))
    assert row.pop("cautions") == ["misuse"]
    assert set(row) == {"text", "outcome", "level", "source", "confidence", "reply", "intent"}


class FakeAgent:
    """Stands for a loaded model: answers, keeps a tracker for each sender, or fails."""

    def __init__(self, replies: object = SAFE) -> None:
        self.replies = replies
        self.heard: list[tuple[str, str]] = []
        self.metadata: list[object] = []
        self.tracker_store = self

    async def handle_message(self, message):
        self.heard.append((message.text, message.sender_id))
        self.metadata.append(message.metadata)
        if isinstance(self.replies, Exception):
            raise self.replies
        return self.replies

    async def retrieve(self, sender):
        if isinstance(self.replies, Exception):
            return None
        return SimpleNamespace(latest_message=SimpleNamespace(parse_data=PARSED))


def ask(agent: FakeAgent, *arguments) -> Answer:
    return asyncio.run(Bot(agent).ask(*arguments))


class TestBot:
    def test_messages_go_through_the_door(self):
        agent = FakeAgent()
        answer = ask(agent, "  /is it\u200b safe ")
        assert agent.heard[0][0] == "is it safe"
        assert (answer.text, answer.outcome) == ("  /is it\u200b safe ", "answer:safety")

    @pytest.mark.parametrize(
        ("text", "code"),
        [("", "empty"), (None, "not_text"), ("x" * 2001, "too_long")],
        ids=["empty", "none", "long"],
    )
    def test_what_the_door_refuses_never_reaches_the_model(self, text, code):
        agent = FakeAgent()
        assert ask(agent, text).outcome == f"refused:{code}"
        assert agent.heard == []

    def test_an_answer_has_its_cautions(self):
        answer = asyncio.run(Bot(FakeAgent(), CAUTIONS).ask("is it safe"))
        assert [found.id for found in answer.cautions] == ["misuse"]

    def test_a_failing_turn_ends_at_a_person(self):
        assert ask(FakeAgent(RuntimeError("x")), "hello").outcome == "handover:bot_unavailable"

    def test_each_message_without_a_conversation_begins_one(self):
        agent = FakeAgent()
        ask(agent, "one")
        ask(agent, "two")
        ask(agent, "three", "mine")
        senders = [sender for _, sender in agent.heard]
        assert len(set(senders)) == 3
        assert senders[2] == "mine"

    def test_short_messages_of_a_conversation_are_heard_together(self):
        agent = FakeAgent()
        bot = Bot(agent)
        for text, conversation in [("i want to", "a"), ("end", "a"), ("it all", "a"), ("hi", "b")]:
            asyncio.run(bot.ask(text, conversation))
        assert [m and m["earlier"] for m in agent.metadata] == [
            None,
            ["i want to"],
            ["i want to", "end"],
            None,
        ]
