"""The ways a message is read before it is judged, each with its way back to the original."""

import re
import unicodedata
from collections.abc import Iterable

from nightdesk.safety.disguises import joined, read_through
from nightdesk.safety.letters import folded, unseen
from nightdesk.safety.markup import Piece, unwrapped
from nightdesk.safety.reading import View

__all__ = ["View", "bare", "plain", "undisguised", "views_of"]

_EDGES = ' *_~`"#|^=\u2022\u00b7<>{}[]'
"""What stands around a message without changing how its words are read."""


def plain(message: str) -> View:
    """Lower case, straight quotes, look-alike letters as Latin, single spaces; accents kept."""
    return _plain((char, i, i + 1) for i, char in enumerate(message))


def undisguised(view: View, keep_gaps: bool = False) -> View:
    """The same with spaced-out words joined and words in disguise read as those they stand for.

    With `keep_gaps`, where more than the usual parted two letters, a space stays: it may be the one
    between two words.
    """
    return read_through(joined(view, keep_gaps))


def views_of(message: str) -> list[View]:
    """Give every reading of a message that differs from the others, the plain one first.

    At most four: as it is written; without markup; and of that, what a disguise may hide.
    """
    first = plain(message)
    pieces = unwrapped(message)
    inner = first if pieces is None else _plain(pieces)
    views = (first, inner, undisguised(inner), undisguised(inner, keep_gaps=True))
    unique: dict[str, View] = {}
    for view in views:
        unique.setdefault(view.text.strip(_EDGES), view)
    return list(unique.values())


def bare(text: str) -> str:
    """Give the words of a text alone, in lower case: what "Goodbye!" and "goodbye" share."""
    return " ".join(re.findall(r"\w+", plain(text).text))


def _plain(pieces: Iterable[Piece]) -> View:
    chars: list[str] = []
    origins: list[int] = []
    ends: list[int] = []
    for original, start, end in pieces:
        for char in folded(original):
            if char.isspace():
                if not chars or chars[-1] == " ":
                    continue
                char = " "
            elif unseen(char):
                # A mark belongs to the letter that it stands on.
                if ends and unicodedata.category(char).startswith("M"):
                    ends[-1] = end
                continue
            chars.append(char)
            origins.append(start)
            ends.append(end)
    return View("".join(chars), tuple(origins), tuple(ends))
