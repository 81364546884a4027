"""Single characters as the plain letters that they are written for."""

import re
import unicodedata
from functools import lru_cache

# Cyrillic, Greek, Armenian and Cherokee letters that pass for Latin ones on a screen (lower case).
_LOOK_ALIKES = dict(
    zip(
        "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0455\u0458\u0501\u051b\u0432\u043a\u043c"
        "\u043d\u0442\u0433\u03b1\u03b5\u03b9\u03ba\u03bd\u03bf\u03c1\u03c4\u03c5\u03c7\u0131\u0269"
        "\u051d\u0475\u04cf\u04af\u04bb\u03c9\u03b7\u0578\u057d\u0585\u0570\u0581\u0584\u056c"
        "\uab70\uab71\uab75\uab7a\uab7b\uab7c\uab83\uab87\uab8b\uab8d\uab90\uab93\uaba9\uabaa\uabae"
        "\uabaf\uabb2\uabb6",
        "aeopcyxisjdqbkmhtraeikvoptuxiiwvlyhwnnuohgqldeiajewmhygzvslcpk",
        strict=True,
    )
)
_QUOTES = {"\u2018": "'", "\u2019": "'", "\u02bc": "'", "\u2032": "'", "\uff07": "'"}
_QUOTES |= {"`": "'", "\u00b4": "'"}
_QUOTES |= {"\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-", "\u2026": "..."}

_UNSEEN = frozenset(("Cf", "Mn", "Me", "Cc", "Cs"))
_FILLERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and signs by their category that show nothing."""

_LATIN = re.compile(
    r"(?:LATIN (?:SMALL |CAPITAL )?LETTER (?:SMALL CAPITAL )?|"
    r"(?:NEGATIVE (?:CIRCLED|SQUARED) |CROSSED NEGATIVE SQUARED )LATIN CAPITAL LETTER |"
    r"REGIONAL INDICATOR SYMBOL LETTER )(?:REVERSED |TURNED )?([A-Z])(?: WITH .+)?"
)


def unseen(char: str) -> bool:
    """Say whether a character shows nothing by itself: zero-width, a mark on others, a filler."""
    return char in _FILLERS or unicodedata.category(char) in _UNSEEN


@lru_cache(maxsize=4096)
def folded(char: str) -> str:
    """Give a character in lower case, straight and compatible; look-alikes as Latin letters.

    Accents stay: they belong to the words of other languages.
    """
    if char in _QUOTES:
        return _QUOTES[char]
    lower = unicodedata.normalize("NFKC", char).lower()
    # Some characters hold a quote: "\u0149" is an apostrophe and an n.
    return "".join(_QUOTES.get(c) or _LOOK_ALIKES.get(c, c) for c in lower)


@lru_cache(maxsize=4096)
def base(char: str) -> str:
    """Give the Latin letter below accents, strokes, small capitals or a box; others as they are."""
    if char.isascii():
        return char
    found = _LATIN.fullmatch(unicodedata.name(char, ""))
    return found.group(1).lower() if found else char
