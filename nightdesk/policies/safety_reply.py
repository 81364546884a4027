"""Which reply a safety intent gets: a pure decision."""

from collections.abc import Iterable

FIRST_REPLY = {
    "crisis_emergency": "utter_crisis_emergency",
    "crisis": "utter_crisis",
    "medical_advice": "utter_medical_advice",
    "not_judged": "utter_not_judged",
}
"""The reply to the first message of a kind."""

AGAIN_REPLY = {
    "crisis_emergency": "utter_crisis_emergency_again",
    "crisis": "utter_crisis_again",
    "medical_advice": "utter_medical_advice_again",
    "not_judged": "utter_not_judged",
}
"""The reply after that: another, shorter text, never the same block twice."""


def safety_reply(intent: str | None, earlier_actions: Iterable[str]) -> str | None:
    """Give the action that answers `intent`, or None when it is not a safety intent.

    `earlier_actions` are the names of all actions of the conversation so far. An emergency after a
    crisis still gets the emergency's own first text: it says something new (call 911 first).
    """
    if intent not in FIRST_REPLY:
        return None
    earlier = set(earlier_actions)
    said = {FIRST_REPLY[intent], AGAIN_REPLY[intent]}
    if intent == "crisis":
        said |= {FIRST_REPLY["crisis_emergency"], AGAIN_REPLY["crisis_emergency"]}
    return AGAIN_REPLY[intent] if earlier & said else FIRST_REPLY[intent]
