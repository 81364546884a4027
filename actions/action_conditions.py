"""Answers whether ketamine therapy is for a condition: as the document names it, or not."""

from collections.abc import Sequence
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.files import Conditions, conditions, topic_phrases

GENERAL = "faq_conditions"


def reply_for(
    intent: str, asked: Sequence[str], known: Conditions, that_condition: str
) -> tuple[str, dict[str, str]]:
    """Give the response's name and its fields.

    Takes the conditions found in the question (canonical names), the conditions we know, and the
    phrase for one that could not be made out. A condition that the document does not name is never
    answered as if it did.
    """
    asked = list(dict.fromkeys(name.lower() for name in asked))
    named = [_shown(name, known) for name in asked if name in known.named]
    other = [_shown(name, known) for name in asked if name not in known.named]
    if named and other:
        fields = {"named": _listed(named), "other": _listed(other)}
        return "utter_condition_partly_named", fields
    if named:
        return "utter_condition_named", {"named": _listed(named)}
    if other:
        return "utter_condition_not_named", {"other": _listed(other)}
    if intent == GENERAL:
        return "utter_faq_conditions", {}
    return "utter_condition_not_named", {"other": that_condition}


def _shown(name: str, known: Conditions) -> str:
    return known.display.get(name, name)


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]


class ActionConditions(Action):
    """`action_conditions`: which conditions, and whether one is among them."""

    def name(self) -> str:
        """Give the action's name in the domain."""
        return "action_conditions"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Send the reply; no events."""
        asked = list(tracker.get_latest_entity_values("condition"))
        intent = tracker.get_intent_of_latest_message() or ""
        phrase = topic_phrases()["other_conditions"]
        response, fields = reply_for(intent, asked, conditions(), phrase)
        dispatcher.utter_message(response=response, **fields)
        return []
