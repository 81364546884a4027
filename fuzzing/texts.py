"""Odd texts, made by a random generator: the same generator state gives the same text.

The generator may be Python's own (fast: `make fuzz`) or Hypothesis' (it makes a failing text
smaller: the test suites).
"""

from collections.abc import Callable
from random import Random

from fuzzing.words import HARMLESS, SAID

Made = Callable[[Random], str]

LONGEST = 2100
"""Characters of most long texts: a little over what the door lets in."""

FAR_TOO_LONG = 17_000
"""Characters of a few: over what the door looks at."""

_BLOCKS = (
    *((0x20, 0x7E), (0x20, 0x7E), (0x00, 0x1F), (0x7F, 0xA0), (0xA0, 0x24F), (0x250, 0x2FF)),
    *((0x300, 0x36F), (0x370, 0x3FF), (0x400, 0x52F), (0x530, 0x58F), (0x590, 0x6FF)),
    *((0x900, 0xDFF), (0xE00, 0xFFF), (0x1100, 0x11FF), (0x13A0, 0x13FF), (0x1780, 0x180F)),
    *((0x1AB0, 0x1AFF), (0x1D00, 0x1DFF), (0x1E00, 0x1FFF), (0x2000, 0x206F), (0x20D0, 0x20FF)),
    *((0x2100, 0x218F), (0x2190, 0x22FF), (0x2460, 0x24FF), (0x2600, 0x27BF), (0x2800, 0x28FF)),
    *((0x3000, 0x30FF), (0x3130, 0x318F), (0x3300, 0x33FF), (0x4E00, 0x9FFF), (0xAB30, 0xABBF)),
    *((0xAC00, 0xD7FB), (0xD800, 0xDFFF), (0xE000, 0xE010), (0xF900, 0xFAFF), (0xFB00, 0xFDFF)),
    *((0xFE00, 0xFE2F), (0xFE70, 0xFEFF), (0xFF00, 0xFFEF), (0xFFF0, 0xFFFF), (0x10300, 0x103FF)),
    *((0x1D150, 0x1D1FF), (0x1D400, 0x1D7FF), (0x1F100, 0x1F1FF), (0x1F300, 0x1F6FF)),
    *((0x1F900, 0x1FAFF), (0x20000, 0x2A000), (0xE0000, 0xE01EF), (0x10FFF0, 0x10FFFF)),
)
"""Parts of Unicode: every script that is read by itself, all that hides, and single surrogates."""

HIDDEN = (
    *("\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u034f", "\u061c", "\u115f"),
    *("\u180e", "\u200e", "\u200f", "\u202a", "\u202d", "\u202e", "\u2066", "\u2069", "\u3164"),
    *("\ufe0f", "\ufe0e", "\U000e0001", "\U000e0061", "\U000e007f", "\U000e0100", "\u0000", "\x1b"),
)
MARKS = (
    *("\u0300", "\u0301", "\u0308", "\u0327", "\u0336", "\u0338", "\u0345", "\u035c", "\u0489"),
    *("\u05b0", "\u064b", "\u093c", "\u0e31", "\u1ab0", "\u20dd", "\u20e3", "\u3099", "\ufe20"),
)
SPACES = (
    *(" ", " ", " ", "\n", "\t", "\r\n", "\u00a0", "\u1680", "\u2003", "\u2028", "\u2029"),
    *("\u202f", "\u205f", "\u3000", "\x0b", "\x0c", "\x1c", "\x85"),
)
_EMOJI = (
    *(
        "\U0001f642",
        "\U0001f480",
        "\U0001f52b",
        "\U0001f48a",
        "\u2764\ufe0f",
        "\U0001f44d\U0001f3fd",
    ),
    *(
        "\U0001f468\u200d\U0001f469\u200d\U0001f467",
        "\U0001f3f3\ufe0f\u200d\U0001f308",
        "1\ufe0f\u20e3",
    ),
    *("\U0001f1fa\U0001f1f8", "\U0001f3f4\U000e0067\U000e0062\U000e007f", "\u200d\u2640"),
)
_MARKUP = (
    *("<b>", "</b>", "<br/>", "<p class='x'>", "<!--", "-->", "<script>", "</", "<", ">", "<<a"),
    *("&amp;", "&#107;", "&#x6b;", "&nbsp;", "&#1114112;", "&#xd800;", "&#0;", "&#", "&lt", "&"),
    *("\\u0041", "\\ud83d", "\\n", "\\\\", "\\", "%20", "%F0%9F%98%80", "%ff", "%", "%%%", "%2"),
    *("```", "**", "__", "~~", "[", "](", "](javascript:x)", "{{", "}}", "{%", "${", "{0}", "#"),
    *("/", "//", "/greet", '/intent{"a": 1}', "/ /", "\\/", "../", "' OR 1=1 --", '"', "'", "`"),
)
_CONTACT = (
    *(
        "555-010-0142",
        "+1 (555) 010 0142",
        "ann@mail.example",
        "@ann",
        "www.x.example",
        "12/31/1999",
    ),
    *(
        "1 Main Street",
        "i'm Ann",
        "my name is Ann Lee",
        "this is Dr. Lee",
        "MRN 123456",
        "$450",
        "20mg",
    ),
    *(
        "five five five oh one oh",
        "5pm",
        "0" * 16,
        "4111 1111 1111 1111",
        "123-45-6789",
        "at 10:30",
    ),
)
_LEET = str.maketrans({"a": "4", "e": "3", "i": "1", "o": "0", "s": "$"})
_LOOK_ALIKES = str.maketrans("aceiopsyx", "\u0430\u0441\u0435\u0456\u043e\u0440\u0455\u0443\u0445")


def text(rng: Random) -> str:
    """Give an odd text: mostly short, sometimes at the door's limit, seldom far beyond."""
    sort = rng.random()
    if sort < 0.01:
        return _repeated(rng, LONGEST)
    if sort < 0.013:
        return _joined(rng, LONGEST)
    if sort < 0.0135:
        return _repeated(rng, FAR_TOO_LONG)
    if sort < 0.02:
        return ""
    return _joined(rng, rng.choice((1, 4, 10, 20, 40, 90)))


def message(rng: Random) -> str:
    """Give an odd text of a length that the door lets in, most of it of words."""
    return text(rng)[:2000]


def char(rng: Random) -> str:
    """Give one character of any part of Unicode."""
    low, high = rng.choice(_BLOCKS)
    return chr(rng.randint(low, high))


def _joined(rng: Random, length: int) -> str:
    found: list[str] = []
    size = 0
    while size < length:
        piece = rng.choice(_PIECES)(rng)
        found.append(piece)
        size += len(piece) or 1
    whole = "".join(found)
    return _mutated(rng, whole) if rng.random() < 0.3 else whole


def _repeated(rng: Random, length: int) -> str:
    """Give a short piece many times over, with something else at its end."""
    piece = "".join(rng.choice(_PIECES)(rng) for _ in range(rng.randint(1, 3)))[:40] or "a"
    return (piece * (length // len(piece) + 1))[:length] + rng.choice(("", "!", "b", "\n", " a"))


def _mutated(rng: Random, whole: str) -> str:
    chars = list(whole)
    for _ in range(rng.randint(1, 4)):
        at = rng.randint(0, len(chars))
        act = rng.randint(0, 4)
        if act == 0:
            chars.insert(at, char(rng))
        elif act == 1:
            del chars[at : at + rng.randint(1, 5)]
        elif act == 2:
            chars[at:at] = chars[at : at + rng.randint(1, 12)]
        elif act == 3:
            chars[at : at + 6] = reversed(chars[at : at + 6])
        else:
            chars.insert(at, rng.choice(HIDDEN))
    return "".join(chars)


def _words(rng: Random) -> str:
    return rng.choice(SAID) + rng.choice(SPACES)


def _sentence(rng: Random) -> str:
    return rng.choice(HARMLESS) + rng.choice((". ", "? ", "! ", "\n", ", ", " "))


def _disguised(rng: Random) -> str:
    word = rng.choice(SAID)
    act = rng.randint(0, 8)
    if act == 0:
        return rng.choice((" ", ".", "*", "-", "_", "\u200b", "  ", "/")).join(word)
    if act == 1:
        return word.translate(_LEET)
    if act == 2:
        return word.translate(_LOOK_ALIKES)
    if act == 3:
        return "".join(letter + rng.choice(MARKS) for letter in word)
    if act == 4:
        return word.upper()
    if act == 5:
        return "".join(letter * rng.randint(1, 5) for letter in word)
    if act == 6:
        return word.replace(" ", "")
    if act == 7:
        first = rng.choice((0xFF41, 0x1D41A, 0x24D0, 0x1F130, 0x1F1E6))
        return "".join(chr(first + ord(c) - 97) if "a" <= c <= "z" else c for c in word)
    return "".join(f"&#{ord(letter)};" for letter in word)


def _chars(rng: Random) -> str:
    low, high = rng.choice(_BLOCKS)
    return "".join(chr(rng.randint(low, high)) for _ in range(rng.randint(1, 8)))


def _storm(rng: Random) -> str:
    """One letter under many marks."""
    return char(rng) + "".join(rng.choice(MARKS) for _ in range(rng.randint(1, 30)))


def _one_of(rows: tuple[str, ...]) -> Made:
    return lambda rng: rng.choice(rows)


def _again(rng: Random) -> str:
    return rng.choice(_PIECES[:8])(rng)[:20] * rng.randint(2, 12)


def _number(rng: Random) -> str:
    return str(rng.randint(0, 10 ** rng.randint(1, 18)))


_PIECES: tuple[Made, ...] = (
    *(_words, _words, _sentence, _disguised, _chars, _one_of(_MARKUP), _one_of(HIDDEN)),
    *(_one_of(_EMOJI), _one_of(SPACES), _storm, _one_of(_CONTACT), char, _number, _again),
)
