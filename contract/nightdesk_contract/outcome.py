"""The outcomes of a turn, and how Rasa's replies carry them."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, cast

Level = Literal["P0", "P1", "P2", "P3"]
"""P0 emergency, P1 crisis, P2 medical advice, P3 request."""

LEVELS: tuple[Level, ...] = ("P0", "P1", "P2", "P3")
"""Most serious first."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
_ITEM = re.compile(r"(?:answer|added|clinic):\w{1,80}", re.ASCII)

PASSAGES = (
    "what_is",
    "rapid_relief",
    "treatment_resistant",
    "improved_mood",
    "enhanced_therapy",
    "fewer_side_effects",
    "lasting_effects",
    "safety",
    "consult_professional",
)
"""The passages of the clinic's own document; added answers bring passages of their own."""

LOGISTICS_TOPICS = (
    "session_length",
    "number_of_sessions",
    "what_to_expect",
    "preparation",
    "after_session",
    "driving_home",
    "who_administers",
    "location",
    "hours",
    "booking",
    "cost",
    "insurance",
    "cancel_reschedule",
    "companion",
    "referral",
    "telehealth_home",
    "eligibility_process",
    "contact",
    "privacy",
)

HANDOVER_REASONS = ("crisis", "medical_advice", "request", "bot_unavailable")

HANDOVER_LEVEL: dict[str, Level] = {
    "crisis": "P1",
    "medical_advice": "P2",
    "request": "P3",
    # Nobody has judged the message, so it waits like a crisis until a person has read it.
    "bot_unavailable": "P1",
}

ENGLISH = "en"
LANGUAGES = (ENGLISH, "es", "fr", "pt", "de")
"""Languages that a reply to a crisis or a medical question may be written in."""

NOT_GIVEN = "not_given"
"""In a message's metadata: an answer that the bot gave before it did not reach the visitor."""

BOT_UNAVAILABLE = "handover:bot_unavailable"
UNKNOWN = "unknown"


class BadReply(ValueError):
    """Rasa's answer cannot be used; the turn must end at a person."""


@dataclass(frozen=True)
class Safety:
    """What the safety detector saw in a visitor's message.

    `spans` are (start, end) character offsets into the message as the door gave it; they mark the
    triggering words. `rule` names the pattern, or "model". `score` lies in 0..1.
    """

    category: str
    detector: str
    rule: str
    score: float
    spans: tuple[tuple[int, int], ...] = ()

    def to_json(self) -> str:
        """Give the compact JSON text in which it travels through a Rasa response."""
        return json.dumps(
            {
                "category": self.category,
                "detector": self.detector,
                "rule": self.rule,
                "score": round(self.score, 4),
                "spans": [list(span) for span in self.spans],
            },
            separators=(",", ":"),
        )

    @staticmethod
    def from_json(text: object) -> "Safety | None":
        """Read what `to_json` wrote; None for anything else (the hand-over stands without it)."""
        if not isinstance(text, str):
            return None
        try:
            row = json.loads(text)
            spans = tuple((int(start), int(end)) for start, end in row["spans"])
            score = float(row["score"])
            return Safety(
                category=str(row["category"]),
                detector=str(row["detector"]),
                rule=str(row["rule"]),
                score=score if math.isfinite(score) else 1.0,
                spans=spans,
            )
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
            return None


def language_of(category: str | None) -> str:
    """Give the language of the reply to a safety category: the one that it ends with, else English.

    "crisis_emergency_fr" gives "fr", "crisis" and None give "en".
    """
    name, _, ending = (category or "").rpartition("_")
    return ending if name and ending in LANGUAGES else ENGLISH


@dataclass(frozen=True)
class BotReply:
    """One message of the bot, with what it rests on.

    `item` is what an answer is called where it is signed. `nearest` are the intents that a message
    which was not understood came nearest to. `basis` is what the desk records beside the text.
    """

    text: str
    outcome: str
    passages: list[str] = field(default_factory=list)
    level: Level | None = None
    quick_replies: list[str] = field(default_factory=list)
    safety: Safety | None = None
    item: str | None = None
    nearest: list[str] = field(default_factory=list)
    basis: Mapping[str, Any] | None = None


def is_outcome(value: object) -> bool:
    """Say whether `value` is an outcome of the design's vocabulary."""
    if not isinstance(value, str):
        return False
    if value in (UNKNOWN, "smalltalk"):
        return True
    kind, _, name = value.partition(":")
    if kind == "handover":
        return name in HANDOVER_REASONS
    return kind in ("answer", "logistics", "not_in_source") and is_name(name)


def is_name(value: object) -> bool:
    """Say whether `value` can name a passage or a topic: small letters, digits, underscores."""
    return isinstance(value, str) and _NAME.fullmatch(value) is not None


def is_item(value: str) -> bool:
    """Say whether `value` can name an answer that is signed, such as `answer:utter_faq_safety`."""
    return _ITEM.fullmatch(value) is not None


def rests_on(reply: BotReply) -> list[str]:
    """Give the passages that a reply rests on; an answer names one in its outcome, too."""
    kind, _, name = reply.outcome.partition(":")
    return reply.passages or ([name] if kind == "answer" else [])


def handover_reason(outcome: str) -> str | None:
    """Give the reason of a `handover:` outcome, or None for any other outcome."""
    kind, _, reason = outcome.partition(":")
    return reason if kind == "handover" else None


def more_serious(a: Level, b: Level) -> Level:
    """Give the more serious of two levels."""
    return min(a, b, key=LEVELS.index)


def turn_outcome(replies: Sequence[BotReply]) -> BotReply:
    """Give the reply that speaks for a turn: the most serious hand-over, else the first."""

    def rank(item: tuple[int, BotReply]) -> tuple[int, int]:
        index, reply = item
        serious = LEVELS.index(reply.level) if reply.level else len(LEVELS)
        return (serious, index)

    return min(enumerate(replies), key=rank)[1]


def read_replies(replies: object) -> list[BotReply]:
    """Turn the list that Rasa's REST channel gives into bot messages.

    Takes the decoded JSON: entries with `text`, `buttons`, `custom`; a response with text and
    custom arrives as two entries, and text is split at blank lines into several. Texts before a
    `custom` belong to it.
    Raises BadReply for everything that cannot be shown as it is: not a list, empty, no text, no
    outcome, an unknown outcome or level.
    """
    if not isinstance(replies, list) or not replies:
        raise BadReply("no replies")
    messages: list[BotReply] = []
    texts: list[str] = []
    buttons: list[str] = []
    for entry in replies:
        if not isinstance(entry, Mapping):
            raise BadReply("a reply is not an object")
        text = entry.get("text")
        if isinstance(text, str) and text.strip():
            texts.append(text.strip())
        buttons += [title for title in _titles(entry.get("buttons")) if title not in buttons]
        custom = entry.get("custom")
        if custom is not None:
            if not isinstance(custom, Mapping):
                raise BadReply("custom is not an object")
            messages.append(_message("\n\n".join(texts), buttons, custom))
            texts, buttons = [], []
    if texts or not messages:
        raise BadReply("a text without an outcome")
    return messages


def _message(text: str, buttons: list[str], custom: Mapping[str, object]) -> BotReply:
    outcome, level = custom.get("outcome"), custom.get("level")
    if not text:
        raise BadReply("an outcome without a text")
    if not is_outcome(outcome):
        raise BadReply("unknown outcome")
    outcome = cast(str, outcome)
    reason = handover_reason(outcome)
    if reason and level is None:
        level = HANDOVER_LEVEL[reason]
    if level is not None and level not in LEVELS:
        raise BadReply("unknown level")
    passages = custom.get("passages") or []
    if not isinstance(passages, list) or not all(map(is_name, passages)):
        raise BadReply("unknown passage")
    item = custom.get("item")
    return BotReply(
        text=text,
        outcome=outcome,
        passages=list(passages),
        level=level,
        quick_replies=buttons,
        safety=Safety.from_json(custom.get("safety")),
        item=item if isinstance(item, str) and is_item(item) else None,
        nearest=_names(custom.get("nearest")) or _names(custom.get("options")),
    )


def _names(listed: object) -> list[str]:
    """Give the names in a text with commas between them, without what can be none."""
    return [name for name in listed.split(",") if is_name(name)] if isinstance(listed, str) else []


def _titles(buttons: object) -> list[str]:
    if not isinstance(buttons, list):
        return []
    return [
        b["title"] for b in buttons if isinstance(b, Mapping) and isinstance(b.get("title"), str)
    ]
