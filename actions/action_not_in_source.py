"""Says honestly that our material does not answer a question, and offers staff."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.files import topic_phrases
from actions.topic import topic_of


class ActionNotInSource(Action):
    """`action_not_in_source`: mechanism, routes, legality and the like."""

    def name(self) -> str:
        """Give the action's name in the domain."""
        return "action_not_in_source"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Send the reply with the topic's name; no events."""
        topic = topic_of(tracker.get_intent_of_latest_message(), "not_in_source")
        dispatcher.utter_message(
            response="utter_not_in_source", topic=topic, phrase=topic_phrases()[topic]
        )
        return []
