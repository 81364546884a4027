"""Takes a "yes" for what was offered: a person, or the one question that was asked about."""

from collections.abc import Mapping
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.files import conditions, material, questions
from actions.history import offered, turns_before
from actions.reply import Material, Reply, reply_about
from actions.sending import send, send_options

WHICH = "utter_which"
"""The response to "yes" after several questions: they are offered once more."""


class ActionAffirm(Action):
    """`action_affirm`: "yes please" after an offer."""

    def name(self) -> str:
        """Give the action's name in the domain."""
        return "action_affirm"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Send the reply; no events."""
        offer = offered(turns_before(tracker.events))
        reply = taken_up(offer, material())
        if reply.response == WHICH:
            options, about = _named(offer)
            send_options(dispatcher, WHICH, options, questions(), about, conditions().display)
        else:
            send(dispatcher, reply)
        return []


def taken_up(offer: Mapping[str, Any], material: Material) -> Reply:
    """Give the reply to "yes": what was offered, or the question what to talk about."""
    options, about = _named(offer)
    if len(options) == 1:
        return reply_about(options[0], about, material)
    if offer.get("offers") == "staff":
        return Reply("utter_request_human", {})
    return Reply(WHICH if options else "utter_affirm", {})


def _named(offer: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Give the intents that were offered, and the conditions that they were offered about."""
    options, about = (str(offer.get(key) or "").split(",") for key in ("options", "about"))
    return [name for name in options if name], [name for name in about if name]
