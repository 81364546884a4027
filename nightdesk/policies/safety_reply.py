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
        *("affirm", "deny", "greet", "thanks", "goodbye", "bot_challenge", "none_of_these"),
    }
)
LEANING = "followup_"
"""Both may still be about the crisis that the bot has just answered: "i really do", "no", "why?".
"""

MANNERS = {"thanks": "utter_crisis_thanks", "bot_challenge": "utter_crisis_bot"}
"""What is said in English right after a crisis reply instead of small talk, which would be cold."""

AT_ITS_WORD = "request_human"
"""Whoever wants a person is taken at their word, however it is put."""

SURE = 0.9
"""Confidence from which on a question right after a crisis reply is answered as one. Below it, "why
should i" is about the help that was just named and not about the benefits of a treatment."""

RECENT = 6
"""Replies for which "just kidding" may still be about the crisis before it."""


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
_THEIRS_URGENT = ("utter_crisis_third_person_emergency_again", _STILL)
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
    Series(
        "crisis_third_person_emergency",
        "P0",
        "utter_crisis_third_person_emergency",
        _THEIRS_URGENT,
    ),
    Series("crisis_abuse", "P1", "utter_crisis_abuse", _ABUSE, names_a_number=True),
    Series(
        "crisis_abuse_emergency",
        "P0",
        "utter_crisis_abuse_emergency",
        _ABUSE,
        names_a_number=True,
    ),
    Series("crisis_others", "P1", "utter_crisis_others", _OWN),
    Series("crisis_others_emergency", "P0", "utter_crisis_others_emergency", _URGENT),
    *(series for language in LANGUAGES for series in _in(language)),
    Series(
        MEDICAL,
        "P2",
        "utter_medical_advice",
        ("utter_medical_advice_again", "utter_medical_advice_still"),
    ),
    Series(
        f"{MEDICAL}_es",
        "P2",
        f"utter_{MEDICAL}_es",
        (f"utter_{MEDICAL}_again_es", f"utter_{MEDICAL}_es"),
        "es",
    ),
    Series(NOT_JUDGED, "P1", "utter_not_judged", ("utter_not_judged",)),
]
SERIES = {series.intent: series for series in _ALL}
"""By intent; the safety detector sets no other."""

SAFETY_REPLIES = frozenset(MANNERS.values()).union(*(series.replies for series in _ALL))
CRISIS_REPLIES = frozenset(MANNERS.values()).union(
    *(series.replies for series in _ALL if series.intent.startswith("crisis"))
)
_URGENT_FIRST = frozenset(
    series.first for series in _ALL if series.level == "P0" and series.first in CRISIS_REPLIES
)


def meant_intent(
    intent: str | None,
    earlier_replies: Sequence[str],
    taken_back: bool = False,
    confidence: float = 1.0,
) -> str | None:
    """Give the intent as it is meant after the replies so far (oldest first, without listening).

    Right after a crisis reply an unclear message still belongs to the crisis: nobody who has just
    said that they want to die is told that they were not understood. So does one that was taken
    for a question with little `confidence`. `taken_back` says that the message does nothing but
    wave it off ("just kidding", "i'm safe"): that ends no crisis, whatever it was taken for.
    """
    if intent is None or intent.startswith("crisis"):
        return intent
    if taken_back and CRISIS_REPLIES.intersection(earlier_replies[-RECENT:]):
        return _crisis_so_far(earlier_replies)
    unclear = intent in UNCLEAR or intent.startswith(LEANING)
    doubtful = confidence < SURE and intent not in SERIES and intent != AT_ITS_WORD
    in_crisis = bool(earlier_replies) and earlier_replies[-1] in CRISIS_REPLIES
    if in_crisis and (unclear or doubtful):
        return _crisis_so_far(earlier_replies)
    return intent


def _crisis_so_far(earlier_replies: Sequence[str]) -> str:
    """Give the crisis that the last crisis reply belongs to.

    Later texts are shared by several: then it is the one whose first text was said last.
    """
    said = [reply for reply in earlier_replies if reply in CRISIS_REPLIES]
    last = next((reply for reply in reversed(said) if reply not in MANNERS.values()), "")
    candidates = [series for series in _ALL if last in series.replies]
    firsts = {series.first: series.intent for series in candidates}
    return next(
        (firsts[reply] for reply in reversed(said) if reply in firsts),
        candidates[0].intent if candidates else "crisis",
    )


def reply_to(intent: str | None, meant: str | None, earlier_replies: Sequence[str]) -> str | None:
    """Give the response to a message of `intent` that is `meant` so, or None when it is not safety.

    Thanks and "are you a person?" within a crisis get words of their own, in English; said a second
    time running, they get what any other unclear message gets.
    """
    manners = MANNERS.get(intent or "")
    series = SERIES.get(meant or "")
    in_english_crisis = series and not series.language and series.first in CRISIS_REPLIES
    if manners and in_english_crisis and manners != earlier_replies[-1]:
        return manners
    return safety_reply(meant, earlier_replies)


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
        if series.first not in earlier_replies:
            return series.first
        last = [reply for reply in earlier_replies if reply in series.replies][-1]
        return next((reply for reply in series.later if reply != last), series.first)
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
