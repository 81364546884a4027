"""Whether each text of the desk and its pages is there in Spanish, too, and says the same.

What a reader must judge it cannot: it looks for texts that are missing, and compares fields and
numbers. Where both stand is said in `_twin`.
"""

import re
from collections.abc import Iterable, Mapping

from nightdesk_contract.text_findings import TextFinding
from nightdesk_contract.visible_texts import VisibleText

MISSING = "no_spanish"
FIELDS = "other_fields_in_spanish"
NUMBERS = "other_numbers_in_spanish"
"""The rules' names."""

_WHY = {
    MISSING: "Who uses the chat in Spanish would read English, or nothing.",
    FIELDS: "A name, number or time that the English words give would be missing, or another.",
    NUMBERS: "A number must be the same in every language.",
}
_BY_ENDING = ("desk.yml", "pages.yml")
"""Files in which a Spanish text stands beside the English one, under its key with `_es`."""
_BY_FILE = {"crisis-protocol.md": "crisis-protocol.es.md", "figures.yml": "figures.es.yml"}
"""Files that have a Spanish one beside them, with the same keys."""
_BOTH_TOLD = ("other_language",)
"""Keys that hold both languages."""

_ENDINGS = re.compile(r"_(?:es|fr|pt|de)$")
_FIELD = re.compile(r"{(\w+)}")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_CRISIS_LINE = {"crisis_call": "reach", "crisis_text": "reach"}
"""What English says with two fields, Spanish says with one: whom to call and whom to text."""

_Place = tuple[str, str]


def spanish_findings(texts: Iterable[VisibleText]) -> list[TextFinding]:
    """Give what is missing or different in Spanish, in the order of the English texts."""
    listed = list(texts)
    by_place = {(text.path.name, text.key): text for text in listed}
    found = []
    for text in listed:
        place = _twin(text.path.name, text.key)
        if place is not None:
            found += _compared(text, place, by_place)
    return found


def _twin(file: str, key: str) -> _Place | None:
    """Give where the Spanish of an English text stands; None for a text that is looked at nowhere.

    The desk has what it says below a reply of the bot in more languages, under other endings.
    """
    first, dot, rest = key.partition(".")
    if file in _BY_FILE:
        return _BY_FILE[file], key
    if file in _BY_ENDING and first not in _BOTH_TOLD and not _ENDINGS.search(first):
        return file, f"{first}_es{dot}{rest}"
    return None


def _compared(
    text: VisibleText, place: _Place, by_place: Mapping[_Place, VisibleText]
) -> list[TextFinding]:
    spanish = by_place.get(place)
    if spanish is None:
        file = str(text.path.with_name(place[0]))
        instead = f"the Spanish of {text.path.name}: {text.key}"
        return [TextFinding(MISSING, file, place[1], "nothing", _WHY[MISSING], instead)]
    found = []
    for rule, told in ((FIELDS, _fields), (NUMBERS, _numbers)):
        ours, theirs = told(text.text), told(spanish.text)
        if ours != theirs:
            found.append(
                TextFinding(
                    rule,
                    str(spanish.path),
                    spanish.key,
                    ", ".join(theirs) or "none",
                    _WHY[rule],
                    f"as in English: {', '.join(ours) or 'none'}",
                    spanish.line,
                )
            )
    return found


def _fields(text: str) -> list[str]:
    return sorted({_CRISIS_LINE.get(name, name) for name in _FIELD.findall(text)})


def _numbers(text: str) -> list[str]:
    return sorted(set(_NUMBER.findall(_FIELD.sub(" ", text))))
