"""Answers a question that leans on the talk so far ("how long?"), or asks what is meant."""

from collections.abc import Mapping
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.doubt import RESPONSES, missed_again
from actions.files import conditions, followups, material, questions
from actions.followup import SAME, meant
from actions.history import misses_before, topic_before, turns_before
from actions.reply import PASSAGE_OF, Reply, reply_about
from actions.sending import CLARIFY, send, send_options


class ActionFollowup(Action):
    """`action_followup`: "how long?", "is that safe?", "and for anxiety?", "why?"."""

    def name(self) -> str:
        """Give the action's name in the domain."""
        return "action_followup"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Send the answer or a clarifying question; no events."""
        turns = turns_before(tracker.events)
        before = topic_before(turns)
        asked = list(tracker.get_latest_entity_values("condition"))
        intent = tracker.get_intent_of_latest_message() or ""
        found = meant(intent, before, followups())
        if found.intent == SAME and before is not None:
            send(dispatcher, nothing_more(before, material().phrases))
        elif found.intent:
            send(dispatcher, reply_about(found.intent, asked, material()))
        elif again := missed_again(misses_before(turns)):
            # What is asked leans on something that is not there: it is near to no topic.
            send(dispatcher, Reply(RESPONSES[again.act], {"nearest": ""}))
        else:
            display = conditions().display
            send_options(dispatcher, CLARIFY, found.ask, questions(), asked, display)
        return []


def nothing_more(before: str, phrases: Mapping[str, str]) -> Reply:
    """Give the reply to "why?" or "tell me more": that was all, and a person can say more.

    Only an answer from a document has a source that the visitor can open.
    """
    kind, _, topic = before.partition(":")
    asked = [name for name, passage in PASSAGE_OF.items() if passage == topic]
    names = [topic, *(f"faq_{name}" for name in (topic, *asked))]
    phrase = next((phrases[name] for name in names if name in phrases), topic.replace("_", " "))
    response = "utter_nothing_more" if kind == "answer" else "utter_nothing_more_here"
    return Reply(response, {"phrase": phrase})
