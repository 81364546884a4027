"""Takes names out of a text that are given as such: "my name is …", "it's Jo Lee", a sign-off."""

import re
from dataclasses import dataclass
from pathlib import Path

from nightdesk_desk.form_words import NotNames

NAME = "[name]"

_I = re.IGNORECASE
_SPACE = r"[^\S\n]+"
_WORD = r"[^\W\d_](?:[^\W\d_]|['\u2019.\-](?=[^\W\d_]))*\.?"
_UPPER = r"(?-i:(?=[^\W\d_])(?![a-z\u00df-\u00f6\u00f8-\u00ff]))"
_CASED = rf"{_UPPER}{_WORD}"
_UP_TO_4 = rf"(?P<name>{_WORD}(?:{_SPACE}{_WORD}){{0,3}})"
_CASED_UP_TO_4 = rf"(?P<name>{_CASED}(?:{_SPACE}{_CASED}){{0,3}})"

_SURE = re.compile(
    r"(?P<cue>\b(?:(?:my|his|her|their|full|first|last|given|family|patient|patient's|sur|maiden|"
    r"legal|the|preferred)\s?){0,3}names?(?:\s+(?:is|was|are|would\s+be)|['\u2019]s|\s*[:=])\s*"
    r"|\bmy\s+names?\s+(?!on\b|in\b|to\b|down\b|and\b|off\b|from\b)"
    r"|\b(?:i|they|you|people|everyone)\s+(?:can\s+)?(?:go\s+by|call\s+me)\s+"
    r"|\bcall\s+me\s+(?!back|at|on|when|if|please|asap|today|tomorrow|now|later|tonight|in\b|to\b|for\b)"
    r"|\bi\s+am\s+called\s+"
    r"|\bme\s+llamo\s+|\bmi\s+nombre\s+es\s+|\bje\s+m['\u2019]appelle\s+|\bmon\s+nom\s+est\s+"
    r"|\bmeu\s+nome\s+(?:\u00e9|e)\s+|\bme\s+chamo\s+|\bich\s+hei(?:\u00df|ss)e\s+"
    rf"|\bmein\s+name\s+ist\s+){_UP_TO_4}",
    _I,
)
"""Introductions after which a name comes, however it is written."""

_PERHAPS = re.compile(
    r"(?P<cue>\b(?:i\s*['\u2019]?\s?m|i\s+am|this\s+is|it['\u2019]?s|it\s+is|here\s+is|soy|sou|"
    rf"ich\s+bin|je\s+suis|c['\u2019]est)\s+){_CASED_UP_TO_4}",
    _I,
)
"""What a name or anything else follows: only capital letters tell."""

_CALLING = re.compile(
    r"(?P<cue>\b(?:i['\u2019]?m|i\s+am|this\s+is|it['\u2019]?s)\s+)"
    rf"(?P<name>{_WORD}(?:{_SPACE}{_WORD}){{0,2}})"
    r"(?=,?\s+(?:calling|speaking|writing|texting|from\b|again\b))",
    _I,
)

_RELATED = re.compile(
    r"(?P<cue>\b(?:my|our|his|her)\s+(?:\w+\s+)?(?:husband|wife|spouse|partner|fianc\u00e9e?|"
    r"boyfriend|girlfriend|son|daughter|child|mother|mom|mum|father|dad|brother|sister|friend|aunt|"
    r"uncle|cousin|grand(?:mother|father|ma|pa|son|daughter)|doctor|psychiatrist|therapist|"
    rf"psychologist|nurse|boss),?\s+){_CASED_UP_TO_4}",
    _I,
)
_TITLED = re.compile(
    rf"(?P<cue>\b(?:dr|mr|mrs|ms|miss|mx|prof|doctor|nurse|sr|sra|herr|frau|mme)\b\.?\s+)"
    rf"{_CASED_UP_TO_4}",
    _I,
)
_SIGNED = re.compile(
    r"(?P<cue>(?:\b(?:thanks|thank\s+you|thx|ty|cheers|regards|best|wishes|sincerely|yours|truly|"
    r"respectfully|love|care|gracias|merci|obrigad[oa]|danke)(?:\s+(?:again|so\s+much|very\s+much|a"
    r"\s+lot|in\s+advance|you))?[^\S\n]*[,.!\-\u2013\u2014~\n]+\s*))"
    rf"(?P<name>{_WORD}(?:{_SPACE}{_WORD}){{0,2}})[\s.!]*$",
    _I,
)
_DASHED = re.compile(rf"(?P<cue>(?:^|[\s.!?])[\-\u2013\u2014~]{{1,2}}\s*){_CASED_UP_TO_4}[\s.!]*$")
_GREETED_HERE = re.compile(
    rf"(?P<cue>^\s*(?:hi|hello|hey)(?:\s+there)?[,.!]?\s+)(?P<name>{_WORD})(?=\s+here\b)", _I
)
_HERE = re.compile(rf"(?P<cue>^\s*)(?P<name>{_CASED})(?=\s+here\b)", _I)

_ENDINGS = ("ing", "ious", "ized", "essed", "ated", "ssful", "less", "ably", "ively")
_SHORTEST_ENDED = 7
"""Letters from which an ending tells: "feeling" is no name, "Ming" is."""
_INITIAL = 2
"""Characters of an initial with its full stop: a longer word with one ends the sentence."""
_LETTERS = re.compile(r"[^\W\d_]+(?:['\u2019\-][^\W\d_]+)*")


@dataclass(frozen=True)
class NoNames:
    """Words that are no name after "I'm" or at a text's end."""

    lists: tuple[NotNames, ...]

    @staticmethod
    def load(data: Path) -> "NoNames":
        """Read the lists in the data folder. Raises OSError, TextsError."""
        files = (data / "safety" / "not_names.yml", data / "not_introduced.yml")
        return NoNames(tuple(NotNames.load(path) for path in files))

    def hold(self, word: str) -> bool:
        """Say whether a word is in one of the lists."""
        return any(words.are_in(word) for words in self.lists)


def without_names(text: str, no_names: NoNames) -> str:
    """Give the text with "[name]" in place of each name that is given as one."""

    def sure(match: re.Match[str]) -> str:
        return _named(match, no_names, cased=False)

    def perhaps(match: re.Match[str]) -> str:
        return _named(match, no_names, cased=True)

    for pattern in (_SURE, _CALLING, _GREETED_HERE, _SIGNED):
        text = pattern.sub(sure, text)
    if text.upper() == text:
        # All in capitals: they tell nothing.
        return text
    for pattern in (_TITLED, _RELATED, _PERHAPS, _HERE, _DASHED):
        text = pattern.sub(perhaps, text)
    return text


def _named(match: re.Match[str], no_names: NoNames, *, cased: bool) -> str:
    """Give the match with its name's words replaced, up to the first word that is no name."""
    words = re.split(rf"({_SPACE})", match["name"])
    kept = 0
    for word in words[::2]:
        if not _is_name(word, no_names, cased=cased):
            break
        kept += 1
        if word.endswith(".") and len(word) > _INITIAL:
            break
    if not kept:
        return match[0]
    rest = "".join(words[2 * kept - 1 :])
    end = match.end("name") - match.start()
    # The full stop after a name is the sentence's.
    stop = "." if words[2 * kept - 2].endswith(".") else ""
    return f"{match['cue']}{NAME}{stop}{rest}{match[0][end:]}"


def _is_name(word: str, no_names: NoNames, *, cased: bool) -> bool:
    found = _LETTERS.search(word)
    if found is None:
        return False
    plain = found[0].replace("\u2019", "'")
    low = plain.casefold()
    if no_names.hold(plain):
        return False
    if len(low) >= _SHORTEST_ENDED and low.endswith(_ENDINGS):
        return False
    # PTSD, IV: letters of a diagnosis or a treatment, not of a name.
    acronym = plain.isupper() and 1 < len(plain) <= 5
    return not (cased and acronym)
