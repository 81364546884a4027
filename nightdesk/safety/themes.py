"""What a crisis is about: whose, of which sort, or in which language. It decides the first text.

Whether a message is a crisis at all is never decided here: this is asked only of one that is.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from nightdesk.safety.examples import Example
from nightdesk.safety.kinds import KindsError, read_kinds
from nightdesk.safety.verdict import CRISIS, EMERGENCY

OWN = "own"
"""The visitor's own distress: the theme of what fits no other."""

ALWAYS_URGENT = ("overdose", "body", "after_session")
WITH_LEVELS = ("third_person", "abuse", "others")
LANGUAGES = ("es", "fr", "pt", "de")
CRISES = (CRISIS, EMERGENCY)
THEMES = (OWN, *ALWAYS_URGENT, *WITH_LEVELS, *LANGUAGES)

SURE = 0.6
"""From which probability on the model's theme is believed; below it the plain text is said."""


def load_kinds(path: Path) -> dict[str, str]:
    """Give the theme of each kind of example. Raises OSError, KindsError."""
    themes = read_kinds(path)
    unknown = sorted(set(themes.values()) - set(THEMES))
    if unknown:
        raise KindsError(f"{path}: unknown theme {unknown[0]}; allowed: {', '.join(THEMES)}")
    return themes


def themed(examples: Sequence[Example], kinds: Mapping[str, str]) -> list[tuple[str, str]]:
    """Give (text, theme) of the crisis examples whose kind says what they are about."""
    return [
        (example.text, kinds[example.kind])
        for example in examples
        if example.kind in kinds and example.label.startswith("crisis")
    ]


def surest(likely: Mapping[str, float], category: str) -> str:
    """Give the theme that is sure among those that a crisis of `category` has texts for, else OWN.

    `likely` holds each theme's probability. What no text could be said for is left out of the
    count: between too much taken and somebody else, a message that is no emergency is about the
    latter.
    """
    open_to = {theme: p for theme, p in likely.items() if has_text(category, theme)}
    best = max(open_to, key=lambda theme: open_to[theme])
    return best if open_to[best] >= SURE * sum(open_to.values()) else OWN


def has_text(category: str, theme: str) -> bool:
    """Say whether a crisis of `category` has a text for `theme`."""
    return theme == OWN or intent_of(category, theme) != category


def theme_of(intent: str | None) -> str | None:
    """Give the theme of a crisis intent, the other way round of `intent_of`; None of any other."""
    by_intent = {intent_of(category, t): t for t in reversed(THEMES) for category in CRISES}
    return by_intent.get(intent or "")


def intent_of(category: str, theme: str) -> str:
    """Give the intent (see nightdesk.policies.safety_reply.SERIES) of a crisis with a theme.

    `category` is "crisis" or "crisis_emergency". A theme that is always urgent does not raise what
    is no emergency: "I think of taking pills" has taken none.
    """
    urgent = category == EMERGENCY
    if theme in LANGUAGES:
        return f"{category}_{theme}"
    if theme in ALWAYS_URGENT and urgent:
        return f"crisis_{theme}"
    if theme in WITH_LEVELS:
        return f"crisis_{theme}_emergency" if urgent else f"crisis_{theme}"
    return category
