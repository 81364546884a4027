"""Answers a question about visits from the clinic's settings."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.files import clinic_file, topic_phrases
from actions.topic import topic_of
from nightdesk_contract.clinic import Clinic


def reply_for(topic: str, clinic: Clinic, phrases: dict[str, str]) -> tuple[str, dict[str, str]]:
    """Give the response's name and its fields: the clinic's text, or that it is not known here."""
    answer = clinic.logistics.get(topic)
    if answer:
        return "utter_logistics", {"topic": topic, "answer": answer}
    return "utter_logistics_unset", {"topic": topic, "phrase": phrases[topic]}


class ActionLogistics(Action):
    """`action_logistics`: session length, cost, hours and the like."""

    def name(self) -> str:
        """Give the action's name in the domain."""
        return "action_logistics"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Send the answer; no events."""
        topic = topic_of(tracker.get_intent_of_latest_message(), "logistics")
        response, fields = reply_for(topic, clinic_file().current(), topic_phrases())
        dispatcher.utter_message(response=response, **fields)
        return []
