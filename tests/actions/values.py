"""Plain values that the tests of the actions share."""

from typing import Any

from actions.reply import Conditions, Material
from nightdesk_contract.answers import AddedAnswer
from nightdesk_contract.clinic import Clinic
from nightdesk_contract.passages import Passage

KNOWN = Conditions(
    named=("depression", "ptsd", "ocd"),
    display={"depression": "depression", "ptsd": "PTSD", "ocd": "OCD", "adhd": "ADHD"},
)
PHRASES = {
    "cost": "the cost of treatment",
    "hours": "opening hours",
    "mechanism": "how it works in the brain",
    "other_conditions": "using ketamine for that condition",
    "faq_safety": "safety",
    "faq_side_effects": "side effects",
    "faq_conditions": "what it is used for",
    "faq_what_is": "what ketamine therapy is",
}


def clinic(topics: dict[str, str] | None = None, **logistics: str) -> Clinic:
    return Clinic(
        name="x",
        country="US",
        time_zone="America/Chicago",
        hours="24/7",
        phone="(555) 010-0142",
        mode="demo",
        logistics=logistics,
        topics=topics or {},
    )


def added(topic: str, answer: str = "Yes.") -> AddedAnswer:
    passage = Passage(topic, "Title", "Its words.", "Leaflet")
    return AddedAnswer(topic, "Title", "Is it?", answer, passage, ("x",) * 10)


def material(
    settings: Clinic | None = None, *answers: AddedAnswer, phrases: dict[str, str] | None = None
) -> Material:
    known = {answer.topic: answer for answer in answers}
    return Material(settings or clinic(), known, phrases or PHRASES, KNOWN)


def user(intent: str | None, text: str = "x") -> dict[str, Any]:
    """Give a visitor's message as Rasa tells the action server of it."""
    found = {"name": intent, "confidence": 0.9}
    return {
        "event": "user",
        "timestamp": 1732000000.0,
        "metadata": {"model_id": "5f", "assistant_id": "nightdesk"},
        "text": text,
        "parse_data": {
            "intent": found,
            "entities": [],
            "text": text,
            "message_id": "a1",
            "metadata": {},
            "intent_ranking": [found],
        },
        "input_channel": "rest",
        "message_id": "a1",
    }


def bot(outcome: str | None, text: str = "y", **custom: Any) -> dict[str, Any]:
    """Give a reply of the bot as Rasa tells the action server of it; None: without `custom`."""
    said = {"outcome": outcome, **custom} if outcome else None
    return {
        "event": "bot",
        "timestamp": 1732000001.0,
        "metadata": {"utter_action": "utter_x", "model_id": "5f", "assistant_id": "nightdesk"},
        "text": text,
        "data": {
            "elements": None,
            "quick_replies": None,
            "buttons": [{"title": "a", "payload": "a"}],
            "attachment": None,
            "image": None,
            "custom": said,
        },
    }


def action(name: str) -> dict[str, Any]:
    return {
        "event": "action",
        "timestamp": 1732000001.0,
        "metadata": {"model_id": "5f"},
        "name": name,
        "policy": "RulePolicy",
        "confidence": 1.0,
        "action_text": None,
        "hide_rule_turn": False,
    }


def turn(intent: str | None, *replies: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the events of one finished turn."""
    said = [event for reply in replies for event in (action("utter_x"), reply)]
    return [user(intent), *said, action("action_listen")]


def talk(*turns: list[dict[str, Any]], now: str = "followup_how_long") -> list[dict[str, Any]]:
    """Give a conversation's events up to the message that is being answered."""
    start = [action("action_session_start"), {"event": "session_started"}, action("action_listen")]
    return [*start, *(event for events in turns for event in events), user(now)]
