"""Answers several questions of one message, in their order, each from its own source."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.files import followups, material, questions
from actions.followup import PREFIX, SAME, FollowUp, meant
from actions.reply import CONDITIONS, PASSAGE_OF, Material, Reply, group_and_topic, reply_about
from actions.sending import CLARIFY, send, send_options


class ActionSeveral(Action):
    """`action_several`: "how long is a session and do you take insurance?"."""

    def name(self) -> str:
        """Give the action's name in the domain."""
        return "action_several"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Send every answer; no events. Raises KeyError or ValueError when there is none."""
        message = tracker.latest_message
        entities = [e for e in message.get("entities", []) if e.get("entity") == "condition"]
        text = message.get("text") or ""
        named = [(text[e["start"] : e["end"]], e["value"]) for e in entities if "start" in e]
        for reply in replies_to(message["questions"], named, material(), followups()):
            if reply.response == CLARIFY:
                options = reply.fields["options"].split(",")
                send_options(dispatcher, CLARIFY, options, questions())
            else:
                send(dispatcher, reply)
        return []


def replies_to(
    asked: Sequence[Mapping[str, Any]],
    named: Sequence[tuple[str, str]],
    material: Material,
    table: Mapping[str, FollowUp],
) -> list[Reply]:
    """Give the replies to questions (`intent`, `text`) in their order, none twice.

    `named` are the conditions in the message: as they are written, and their canonical names. One
    that stands in no question belongs to the first question about conditions. A question that leans
    on the one before it ("… and how long?") is understood from that; where it can't be, the last
    reply asks which of `options` (intents) is meant.
    Raises ValueError when there is no question.
    """
    texts = [question["text"] for question in asked]
    loose = [name for written, name in named if not any(_holds(t, written) for t in texts)]
    replies: list[Reply] = []
    unclear: Reply | None = None
    before: str | None = None
    for question in asked:
        intent = question["intent"]
        if intent.startswith(PREFIX):
            found = meant(intent, before, table)
            if found.intent == SAME:
                continue
            if found.intent is None:
                unclear = Reply(CLARIFY, {"options": ",".join(found.ask)})
                continue
            intent = found.intent
        inside = [name for written, name in named if _holds(question["text"], written)]
        if intent in CONDITIONS:
            inside, loose = [*inside, *loose], []
        replies.append(reply_about(intent, inside, material))
        before = _outcome_of(intent)
    if not replies:
        raise ValueError("no question that can be answered")
    return [*_once(replies), *([unclear] if unclear else [])]


def _holds(text: str, written: str) -> bool:
    # By words: "ms" is no part of "symptoms".
    return re.search(rf"(?<!\w){re.escape(written)}(?!\w)", text) is not None


def _once(replies: Sequence[Reply]) -> list[Reply]:
    kept: list[Reply] = []
    for reply in replies:
        if reply not in kept:
            kept.append(reply)
    return kept


def _outcome_of(intent: str) -> str | None:
    found = group_and_topic(intent)
    if found is None:
        return None
    group, topic = found
    kind = {"faq": "answer", "answers": "answer"}.get(group, group)
    return f"{kind}:{PASSAGE_OF.get(topic, topic)}"
