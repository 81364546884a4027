"""Whether a text that is about to be said is one that was signed, whichever process has it."""

import re
from collections.abc import Mapping

_LABELLED = re.compile(r"^text: (.*(?:\n  .*)*)", re.MULTILINE)
"""A text within an item's content; its further lines are indented (see signed_items)."""
_FIELD = re.compile(r"\{(\w+)\}")
_FILLS = re.compile(r"^\{(\w+)\}: (.*(?:\n  .*)*)", re.MULTILINE)
"""All that a field was signed to be filled with, with commas between."""
_FILLED = r".{1,400}"
"""What any other field may be filled with: a list of conditions at most."""
_PASSAGE = re.compile(r"^passage (\w+) \(", re.MULTILINE)


def says(content: str, text: str) -> bool:
    """Say whether `text` is one of the texts in an item's `content`, its fields filled with words.

    A field whose words were signed is filled with some of them alone. Where lines end makes no
    difference.
    """
    said = _folded(text)
    fills = {name: _some_of(_folded(words)) for name, words in _FILLS.findall(content)}
    signed = (_pattern(_folded(template), fills) for template in _LABELLED.findall(content))
    return any(pattern.fullmatch(said) for pattern in signed)


def passages_in(content: str) -> list[str]:
    """Give the ids of the passages that an item was signed with."""
    return _PASSAGE.findall(content)


def _pattern(template: str, fills: Mapping[str, str]) -> re.Pattern[str]:
    # Texts and names of fields take turns.
    parts = enumerate(_FIELD.split(template))
    written = (fills.get(part, _FILLED) if place % 2 else re.escape(part) for place, part in parts)
    return re.compile("".join(written))


def _some_of(words: str) -> str:
    one = "|".join(map(re.escape, words.split(", ")))
    return f"(?:{one})(?:(?:, | and )(?:{one}))*"


def _folded(text: str) -> str:
    return " ".join(text.split())
