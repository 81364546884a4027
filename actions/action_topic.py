"""Answers a question about one topic from the clinic's material, or says that it cannot."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.files import material
from actions.reply import reply_about


class ActionTopic(Action):
    """`action_topic`: conditions, session length, cost, mechanism, added answers and the like."""

    def name(self) -> str:
        """Give the action's name in the domain."""
        return "action_topic"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Send the reply; no events. Raises ValueError for an intent about no topic."""
        asked = list(tracker.get_latest_entity_values("condition"))
        intent = tracker.get_intent_of_latest_message() or ""
        reply = reply_about(intent, asked, material())
        dispatcher.utter_message(response=reply.response, **reply.fields)
        return []
