"""Which reply a safety intent gets: a pure decision. The texts are in data/safety/replies.yml."""

from collections.abc import Sequence
from dataclasses import dataclass

from nightdesk_contract.outcome import Level

LANGUAGES = ("es", "fr", "pt", "de")
"""Languages beside English that crisis replies are written in."""

MEDICAL, NOT_JUDGED = "medical_advice", "not_judged"

UNCLEAR = frozenset(
    {
        *("nlu_fallback", "nonsense", "out_of_scope", "other_language"),
        *("affirm", "deny", "goodbye", "none_of_these"),
    }
)
LEANING = "followup_"
"""Both may still be about the crisis that the bot has just answered: "i really do", "no", "why?".
"""


@dataclass(frozen=True)
class Series:
    """The replies to one safety intent: the first, then shorter ones for later messages, in order.

    `names_a_number` marks a first text with a number that no other text has.
    """

    intent: str
    level: Level
    first: str
    later: tuple[str, ...]
    language: str = ""
    names_a_number: bool = False

    @property
    def replies(self) -> frozenset[str]:
        """Give every reply of the series."""
        return frozenset({self.first, *self.later})


_STILL = "utter_crisis_still_here"
_OWN = ("utter_crisis_again", _STILL)
_URGENT = ("utter_crisis_emergency_again", _STILL)
_THEIRS = ("utter_crisis_third_person_again", _STILL)
_ABUSE = ("utter_crisis_abuse_again", _STILL)


def _in(language: str) -> list[Series]:
    later = (f"utter_crisis_again_{language}", f"utter_crisis_still_here_{language}")
    urgent, calm = f"crisis_emergency_{language}", f"crisis_{language}"
    return [
        Series(calm, "P1", f"utter_{calm}", later, language),
        Series(urgent, "P0", f"utter_{urgent}", later, language),
    ]


_ALL = [
    Series("crisis", "P1", "utter_crisis", _OWN),
    Series("crisis_emergency", "P0", "utter_crisis_emergency", _URGENT),
    Series("crisis_overdose", "P0", "utter_crisis_overdose", _URGENT, names_a_number=True),
    Series("crisis_body", "P0", "utter_crisis_body", _URGENT),
    Series("crisis_after_session", "P0", "utter_crisis_after_session", _URGENT),
    Series("crisis_third_person", "P1", "utter_crisis_third_person", _THEIRS),
    Series("crisis_third_person_emergency", "P0", "utter_crisis_third_person_emergency", _THEIRS),
    Series("crisis_abuse", "P1", "utter_crisis_abuse", _ABUSE, names_a_number=True),
    Series("crisis_abuse_emergency", "P0", "utter_crisis_abuse", _ABUSE, names_a_number=True),
    Series("crisis_others", "P1", "utter_crisis_others", _OWN),
    Series("crisis_others_emergency", "P0", "utter_crisis_others", _URGENT),
    *(series for language in LANGUAGES for series in _in(language)),
    Series(MEDICAL, "P2", "utter_medical_advice", ("utter_medical_advice_again",)),
    Series(f"{MEDICAL}_es", "P2", f"utter_{MEDICAL}_es", (f"utter_{MEDICAL}_es",), "es"),
    Series(NOT_JUDGED, "P1", "utter_not_judged", ("utter_not_judged",)),
]
SERIES = {series.intent: series for series in _ALL}
"""By intent; the safety detector sets no other."""

SAFETY_REPLIES = frozenset().union(*(series.replies for series in _ALL))
CRISIS_REPLIES = frozenset().union(
    *(series.replies for series in _ALL if series.intent.startswith("crisis"))
)
_URGENT_FIRST = frozenset(
    series.first for series in _ALL if series.level == "P0" and series.first in CRISIS_REPLIES
)


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
    if last not in CRISIS_REPLIES:
        return intent
    return next(series.intent for series in _ALL if last in series.replies)


def safety_reply(intent: str | None, earlier_replies: Sequence[str]) -> str | None:
    """Give the response that answers `intent`, or None when it is not a safety intent.

    After the first crisis reply come other, shorter texts, never the block that was just said. A
    first text comes later only where it brings something new: the emergency number first, a hotline
    that nobody has named yet, or the visitor's own language.
    """
    series = SERIES.get(intent or "")
    if series is None:
        return None
    if series.first not in CRISIS_REPLIES:
        return series.later[0] if series.first in earlier_replies else series.first
    before = CRISIS_REPLIES.intersection(earlier_replies)
    if series.first not in before and (not before or _is_new(series, before)):
        return series.first
    return next(reply for reply in series.later if reply != earlier_replies[-1])


def _is_new(series: Series, before: frozenset[str]) -> bool:
    if series.level == "P0" and not before & _URGENT_FIRST:
        return True
    same_language = frozenset().union(
        *(other.replies for other in _ALL if other.language == series.language)
    )
    return series.names_a_number or not before & same_language
