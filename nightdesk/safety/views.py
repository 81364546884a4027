"""The ways a message is read before it is judged, each with its way back to the original."""

import re
import unicodedata
from dataclasses import dataclass

# Cyrillic and Greek letters that pass for Latin ones on a screen.
_LOOK_ALIKES = dict(
    zip(
        "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0455\u0458\u0501\u051b\u0432\u043a\u043c"
        "\u043d\u0442\u0433\u03b1\u03b5\u03b9\u03ba\u03bd\u03bf\u03c1\u03c4\u03c5\u03c7\u0131\u0269",
        "aeopcyxisjdqbkmhtraeikvoptuxii",
        strict=True,
    )
)
_QUOTES = {"\u2018": "'", "\u2019": "'", "\u02bc": "'", "`": "'", "\u00b4": "'"}
_QUOTES |= {"\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-", "\u2026": "..."}
_LEET = {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i"}
_SPACED_OUT = re.compile(r"(?<!\w)(?:\w[ ._*-]){3,}\w(?!\w)")
_LEET_WORD = re.compile(r"[a-z0-9@$!]*[a-z][a-z0-9@$!]*")


@dataclass(frozen=True)
class View:
    """A reading of a message: `text`, and for each of its characters where it came from."""

    text: str
    origins: tuple[int, ...]

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """Give the (start, end) in the original message that a span of this view covers."""
        if start >= end or not self.origins:
            return (0, 0)
        return (self.origins[start], self.origins[end - 1] + 1)


def plain(message: str) -> View:
    """Lower case, straight quotes, look-alike letters as Latin, single spaces; accents kept."""
    chars: list[str] = []
    origins: list[int] = []
    for i, original in enumerate(message):
        for char in _folded(original):
            if char.isspace():
                if chars and chars[-1] != " ":
                    chars.append(" ")
                    origins.append(i)
            elif unicodedata.category(char) not in ("Cf", "Mn", "Cc"):
                chars.append(char)
                origins.append(i)
    return View("".join(chars), tuple(origins))


def undisguised(view: View, keep_gaps: bool = False) -> View:
    """The same with spaced-out words joined, then digits and signs inside words read as letters.

    With `keep_gaps`, where more than one character parted two letters, a space stays: it may be
    the one between two words.
    """
    dropped: set[int] = set()
    for run in _SPACED_OUT.finditer(view.text):
        for i in range(run.start() + 1, run.end(), 2):
            if not keep_gaps or view.origins[i + 1] == view.origins[i] + 1:
                dropped.add(i)
    kept = [i for i in range(len(view.text)) if i not in dropped]
    chars = [view.text[i] for i in kept]
    for word in _LEET_WORD.finditer("".join(chars)):
        # "!" at a word's end is punctuation, and a bare number stays one.
        start, end = word.start(), word.end()
        while end > start and chars[end - 1] == "!":
            end -= 1
        letters = sum(chars[i].isalpha() for i in range(start, end))
        if letters * 2 >= end - start and letters >= 2:
            for i in range(start, end):
                chars[i] = _LEET.get(chars[i], chars[i])
    return View("".join(chars), tuple(view.origins[i] for i in kept))


def views_of(message: str) -> list[View]:
    """Give every reading of a message that differs from the others, the plain one first."""
    first = plain(message)
    unique = {first.text: first}
    for view in (undisguised(first), undisguised(first, keep_gaps=True)):
        unique.setdefault(view.text, view)
    return list(unique.values())


def bare(text: str) -> str:
    """Give the words of a text alone, in lower case: what "Goodbye!" and "goodbye" share."""
    return " ".join(re.findall(r"\w+", plain(text).text))


def _folded(char: str) -> str:
    if char in _QUOTES:
        return _QUOTES[char]
    folded = unicodedata.normalize("NFKC", char).lower()
    return "".join(_LOOK_ALIKES.get(c, c) for c in folded)
