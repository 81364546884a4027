"""Takes a "no": of what was offered nothing is wanted, or none of the questions was meant."""

from collections.abc import Mapping
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.history import offered, turns_before
from actions.reply import Reply
from actions.sending import send


class ActionDeny(Action):
    """`action_deny`: "no thanks", and "none of these" after a clarifying question."""

    def name(self) -> str:
        """Give the action's name in the domain."""
        return "action_deny"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Send the reply; no events."""
        intent = tracker.get_intent_of_latest_message() or ""
        send(dispatcher, declined(intent, offered(turns_before(tracker.events))))
        return []


def declined(intent: str, offer: Mapping[str, Any]) -> Reply:
    """Give the reply to "no" or "none of these".

    Who is offered something and says none of these gets a person, and who says it of nothing is
    offered one. A plain no to a choice of questions is offered one, too.
    """
    offer_staff = Reply("utter_offer_staff", {"nearest": ""})
    if intent == "none_of_these":
        something = offer.get("options") or offer.get("offers") == "staff"
        return Reply("utter_none_of_these", {}) if something else offer_staff
    return offer_staff if offer.get("options") else Reply("utter_deny", {})
