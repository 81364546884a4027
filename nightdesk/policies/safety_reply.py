"""Which reply a safety intent gets: a pure decision."""

from collections.abc import Sequence

FIRST_REPLY = {
    "crisis_emergency": "utter_crisis_emergency",
    "crisis": "utter_crisis",
    "medical_advice": "utter_medical_advice",
    "not_judged": "utter_not_judged",
}
"""The reply to the first message of a kind."""

LATER_REPLIES = {
    "crisis_emergency": ("utter_crisis_emergency_again", "utter_crisis_still_here"),
    "crisis": ("utter_crisis_again", "utter_crisis_still_here"),
    "medical_advice": ("utter_medical_advice_again",),
    "not_judged": ("utter_not_judged",),
}
"""The replies after that: other, shorter texts, never the block that was just said."""

UNCLEAR = frozenset(
    {
        *("nlu_fallback", "nonsense", "out_of_scope", "other_language"),
        *("affirm", "deny", "goodbye", "none_of_these"),
    }
)
LEANING = "followup_"
"""Both may still be about the crisis that the bot has just answered: "i really do", "no", "why?".
"""


def meant_intent(intent: str | None, earlier_replies: Sequence[str]) -> str | None:
    """Give the intent as it is meant after the replies so far (oldest first, without listening).

    Right after a crisis reply an unclear message still belongs to the crisis: nobody who has just
    said that they want to die is told that they were not understood.
    """
    if intent is None or not earlier_replies:
        return intent
    if intent not in UNCLEAR and not intent.startswith(LEANING):
        return intent
    last = earlier_replies[-1]
    if last in (FIRST_REPLY["crisis_emergency"], *LATER_REPLIES["crisis_emergency"][:1]):
        return "crisis_emergency"
    if last in (FIRST_REPLY["crisis"], *LATER_REPLIES["crisis"]):
        return "crisis"
    return intent


def safety_reply(intent: str | None, earlier_replies: Sequence[str]) -> str | None:
    """Give the action that answers `intent`, or None when it is not a safety intent.

    An emergency after a crisis still gets the emergency's own first text, because it says something
    new (call 911 first); a crisis after an emergency gets a later text.
    """
    if intent not in FIRST_REPLY:
        return None
    family = {FIRST_REPLY[intent], *LATER_REPLIES[intent]}
    if intent == "crisis":
        family |= {FIRST_REPLY["crisis_emergency"], *LATER_REPLIES["crisis_emergency"]}
    if intent == "crisis_emergency":
        family.discard("utter_crisis_still_here")
    said = [reply for reply in earlier_replies if reply in family]
    if not said:
        return FIRST_REPLY[intent]
    later = LATER_REPLIES[intent]
    fresh = [reply for reply in later if reply != earlier_replies[-1]]
    return fresh[0] if fresh else later[0]
