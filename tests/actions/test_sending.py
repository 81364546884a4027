"""Replies and clarifying questions on their way out."""

import pytest
from rasa_sdk.executor import CollectingDispatcher

from actions.reply import Reply
from actions.sending import send, send_options

QUESTIONS = {
    "logistics_cost": "How much is it?",
    "faq_safety": "Is it safe?",
    "faq_conditions": "What is it used for?",
    "faq_conditions:named": "Does it help with {condition}?",
}


DISPLAY = {"ptsd": "PTSD", "crps": "complex regional pain syndrome (CRPS), a pain in a limb"}


def options(*intents: str, condition: str | None = None) -> dict:
    dispatcher = CollectingDispatcher()
    asked = [condition] if condition else []
    send_options(dispatcher, "utter_clarify", intents, QUESTIONS, asked, DISPLAY)
    (sent,) = dispatcher.messages
    return sent


def titles(sent: dict) -> list[str]:
    return [button["title"] for button in sent["buttons"]]


def test_a_reply_goes_out_as_the_domain_words_it():
    dispatcher = CollectingDispatcher()
    send(dispatcher, Reply("utter_logistics", {"topic": "cost", "answer": "It is $5."}))
    (sent,) = dispatcher.messages
    assert (sent["response"], sent["topic"], sent["answer"]) == (
        "utter_logistics",
        "cost",
        "It is $5.",
    )
    assert not sent["text"]


def test_options_are_in_peoples_words_and_remembered_as_intents():
    sent = options("faq_safety", "logistics_cost")
    assert sent["response"] == "utter_clarify"
    assert titles(sent) == ["Is it safe?", "How much is it?"]
    assert sent["options"] == "faq_safety,logistics_cost"
    assert all(button["payload"] == button["title"] for button in sent["buttons"])


@pytest.mark.parametrize(
    ("condition", "title"),
    [
        ("ptsd", "Does it help with PTSD?"),
        ("gout", "Does it help with gout?"),
        ("crps", "Does it help with CRPS?"),
        (None, "What is it used for?"),
    ],
)
def test_a_condition_that_was_named_is_asked_about(condition, title):
    assert titles(options("faq_conditions", condition=condition)) == [title]


def test_a_condition_that_was_named_is_remembered():
    assert options("faq_conditions", condition="ptsd")["about"] == "ptsd"
    assert options("faq_safety")["about"] == ""


def test_a_condition_changes_no_other_question():
    assert titles(options("faq_safety", condition="ptsd")) == ["Is it safe?"]


def test_what_nobody_can_tap_is_not_remembered_as_offered():
    sent = options("answers_gone", "faq_safety")
    assert titles(sent) == ["Is it safe?"]
    assert sent["options"] == "faq_safety"
