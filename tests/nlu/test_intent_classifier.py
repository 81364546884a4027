"""The Rasa component: what it sets on a message."""

from collections.abc import Sequence
from dataclasses import asdict

import pytest
from rasa.shared.nlu.training_data.message import Message

from nightdesk.nlu.intent_classifier import QUESTIONS, RANKING_LENGTH, SentenceIntentClassifier
from nightdesk.nlu.questions import SEVERAL, Limits
from nightdesk.nlu.understanding import Understanding

KNOWN = {
    "how long is it": ("logistics_session_length", 0.9),
    "is it safe": ("faq_safety", 0.8),
    "how much is one infusion?": ("logistics_cost", 0.9),
}
OTHERS = [(f"answers_{i}", 0.001) for i in range(20)]


class Fake:
    """Knows a few lines, all of them near to what was taught."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def understand(self, texts: Sequence[str]) -> list[Understanding]:
        self.heard += texts
        found = [KNOWN.get(text, ("nonsense", 0.3)) for text in texts]
        return [Understanding([first, *OTHERS], 0.9) for first in found]


@pytest.fixture
def fake():
    return Fake()


def processed(fake: Fake | None, text: str | None, **config) -> Message:
    component = SentenceIntentClassifier(config, None, None, fake)
    (message,) = component.process([Message({"text": text})])
    return message


def test_one_question(fake):
    message = processed(fake, "is it safe")
    assert message.get("intent") == {"name": "faq_safety", "confidence": 0.8}
    assert message.get("intent_ranking")[0] == message.get("intent")
    assert len(message.get("intent_ranking")) == RANKING_LENGTH
    assert message.get(QUESTIONS) is None


def test_two_questions_with_their_words_in_their_order(fake):
    message = processed(fake, "how long is it and is it safe")
    assert message.get("intent") == {"name": SEVERAL, "confidence": 0.8}
    assert message.get("intent_ranking")[0]["name"] == SEVERAL
    assert message.get(QUESTIONS) == [
        {"intent": "logistics_session_length", "confidence": 0.9, "text": "how long is it"},
        {"intent": "faq_safety", "confidence": 0.8, "text": "is it safe"},
    ]


def test_what_it_sets_reaches_the_policies_and_actions(fake):
    message = processed(fake, "how long is it and is it safe")
    assert {"intent", "intent_ranking", QUESTIONS} <= message.output_properties


def test_of_a_pasted_email_only_the_visitors_own_words_are_read(fake):
    text = "Dear clinic,\nHow much is one infusion?\n\nKind regards,\nAnn\n> is it safe"
    message = processed(fake, text.replace("How", "how"))
    assert message.get("intent")["name"] == "logistics_cost"
    assert fake.heard == ["how much is one infusion?"]
    # What is stored, and what safety reads, is the whole of it.
    assert message.get("text") == text.replace("How", "how")


@pytest.mark.parametrize("text", ["", None, " ", "?!"])
def test_any_message_gets_an_intent(fake, text):
    assert processed(fake, text).get("intent") == {"name": "nonsense", "confidence": 0.3}


def test_from_which_confidence_on_a_part_counts_can_be_set(fake):
    strict = {**asdict(Limits()), "clause": 0.85}
    message = processed(fake, "how long is it and is it safe", questions=strict)
    assert message.get(QUESTIONS) is None


def test_every_message_of_a_batch_is_judged(fake):
    component = SentenceIntentClassifier({}, None, None, fake)
    messages = component.process([Message({"text": "is it safe"}), Message({"text": "x"})])
    assert [m.get("intent")["name"] for m in messages] == ["faq_safety", "nonsense"]


def test_untrained_it_fails():
    with pytest.raises(RuntimeError, match="not trained"):
        processed(None, "is it safe")
