"""Meets a message that was not understood: asks, then offers staff, then hands over."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.doubt import RESPONSES, in_doubt, nearest
from actions.files import conditions, questions
from actions.history import misses_before, turns_before
from actions.reply import Reply
from actions.sending import CLARIFY, send, send_options


class ActionUnclear(Action):
    """`action_unclear`: a near tie, or nothing that is known."""

    def name(self) -> str:
        """Give the action's name in the domain."""
        return "action_unclear"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Send the reply; no events."""
        rows = tracker.latest_message.get("intent_ranking") or []
        ranking = [(row["name"], row["confidence"]) for row in rows]
        doubt = in_doubt(
            [(name, confidence) for name, confidence in ranking if name in questions()],
            misses_before(turns_before(tracker.events)),
        )
        if doubt.act == "ask":
            asked = list(tracker.get_latest_entity_values("condition"))
            display = conditions().display
            send_options(dispatcher, CLARIFY, doubt.options, questions(), asked, display)
        else:
            send(dispatcher, Reply(RESPONSES[doubt.act], {"nearest": nearest(ranking)}))
        return []
