"""Answers a question that leans on the talk so far ("how long?"), or asks what is meant."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.files import followups, material, questions
from actions.followup import SAME, meant
from actions.history import topic_before, turns_before
from actions.reply import Reply, reply_about
from actions.sending import send, send_options


class ActionFollowup(Action):
    """`action_followup`: "how long?", "is that safe?", "and for anxiety?", "why?"."""

    def name(self) -> str:
        """Give the action's name in the domain."""
        return "action_followup"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Send the answer or a clarifying question; no events."""
        before = topic_before(turns_before(tracker.events))
        asked = list(tracker.get_latest_entity_values("condition"))
        intent = tracker.get_intent_of_latest_message() or ""
        found = meant(intent, before, followups())
        if found.intent == SAME and before is not None:
            send(dispatcher, nothing_more(before, material().phrases))
        elif found.intent:
            send(dispatcher, reply_about(found.intent, asked, material()))
        else:
            known = material().conditions
            condition = known.display.get(asked[0], asked[0]) if asked else None
            send_options(dispatcher, "utter_clarify", found.ask, questions(), condition)
        return []


def nothing_more(before: str, phrases: dict[str, str] | Any) -> Reply:
    """Give the reply to "why?" or "tell me more": that was all, and a person can say more."""
    topic = before.partition(":")[2]
    phrase = phrases.get(topic) or phrases.get(f"faq_{topic}") or topic.replace("_", " ")
    return Reply("utter_nothing_more", {"topic": topic, "phrase": phrase})
