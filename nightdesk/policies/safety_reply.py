"""Which reply a safety intent gets: a pure decision. The texts are in data/safety/replies.yml."""

from collections.abc import Sequence
from dataclasses import dataclass

from nightdesk_contract.outcome import Level

LANGUAGES = ("es", "fr", "pt", "de")
"""Languages beside English that crisis replies are written in."""

_TRANSLATED: tuple[tuple[str, Level], ...] = (("", "P1"), ("emergency", "P0"))
"""Kinds of crisis that have texts in those languages, with their levels."""

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

    A crisis after another one begins with `later[0]`, which no other crisis shares: it holds what
    this kind needs (call now, poison help, a hotline of its own).
    """

    intent: str
    level: Level
    first: str
    later: tuple[str, ...]
    language: str = ""

    @property
    def replies(self) -> frozenset[str]:
        """Give every reply of the series."""
        return frozenset({self.first, *self.later})

    @property
    def own(self) -> frozenset[str]:
        """Give the replies that tell this crisis from others."""
        return frozenset({self.first, self.later[0]})


def _crisis(kind: str, level: Level, language: str = "") -> Series:
    name = "_".join(filter(None, ("crisis", kind)))
    ending = f"_{language}" if language else ""
    # In danger now, no text puts an "if" before the emergency number.
    still = "crisis_still_here" if level == "P1" else "crisis_emergency_still_here"
    later = (f"utter_{name}_again{ending}", f"utter_{still}{ending}")
    return Series(f"{name}{ending}", level, f"utter_{name}{ending}", later, language)


_ALL = [
    _crisis("", "P1"),
    _crisis("emergency", "P0"),
    _crisis("overdose", "P0"),
    _crisis("body", "P0"),
    _crisis("after_session", "P0"),
    _crisis("third_person", "P1"),
    _crisis("third_person_emergency", "P0"),
    _crisis("abuse", "P1"),
    _crisis("abuse_emergency", "P0"),
    _crisis("others", "P1"),
    _crisis("others_emergency", "P0"),
    *(_crisis(kind, level, language) for language in LANGUAGES for kind, level in _TRANSLATED),
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
_OWNER = {
    reply: series.intent
    for series in _ALL
    if series.first in CRISIS_REPLIES
    for reply in series.own
}


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
    """Give the crisis that the talk is in: the one whose own text was said last."""
    said = (_OWNER[reply] for reply in reversed(earlier_replies) if reply in _OWNER)
    return next(said, "crisis")


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

    After the first crisis reply come other, shorter texts, never the block that was just said; of a
    crisis of another kind too: what is new in it, above all whom to call, stands in its own text.
    """
    series = SERIES.get(intent or "")
    if series is None:
        return None
    if series.first not in CRISIS_REPLIES:
        if series.first not in earlier_replies:
            return series.first
        last = [reply for reply in earlier_replies if reply in series.replies][-1]
        return next((reply for reply in series.later if reply != last), series.first)
    if CRISIS_REPLIES.isdisjoint(earlier_replies):
        return series.first
    return next(reply for reply in series.later if reply != earlier_replies[-1])
