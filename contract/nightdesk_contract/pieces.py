"""What a visitor says in pieces, minutes apart at most: "i want to" / "end" / "it all".

The desk answers each message on its own; beside it, it tells Rasa which short messages came just
before, so that safety can read them as one. Pure decisions over plain values.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

KEY = "earlier"
"""Where the pieces stand in the metadata of a message to Rasa."""

MOST_WORDS = 5
"""Longest message, in words, that counts as a piece; a longer one says what it means by itself."""

_CLOSING = (".", "?", "!")
"""What ends a sentence: what comes after it is another one."""

_TRAILING_OFF = ("..", "\u2026")
"""Dots that promise more."""

MOST_PIECES = 6
"""Most pieces before the present message: more is a talk, not a sentence."""

MOST_CHARS = 400
"""Longest a piece may be; many more letters in so few words are no words."""

GAP = timedelta(minutes=3)
"""Longest pause between two pieces. Somebody who finds it hard to say types slowly, and the bot's
answer to the first piece is read in between."""


@dataclass(frozen=True)
class Said:
    """A visitor's message and when it was stored."""

    text: str
    at: datetime


def earlier_pieces(said: Sequence[Said], at: datetime) -> list[str]:
    """Give the texts, oldest first, that may be the beginning of what is said at `at`.

    `said` are the visitor's earlier messages, oldest first; whatever others said in between does
    not count.
    """
    pieces: list[str] = []
    later = at
    for message in reversed(said[-MOST_PIECES:]):
        if later - message.at > GAP or not _is_piece(message.text):
            break
        pieces.insert(0, message.text)
        later = message.at
    return pieces


def read_earlier(metadata: object) -> list[str]:
    """Give the pieces that a message's metadata carry; anything else in their place is none.

    They only add to what safety reads: what is malformed must not keep the message from it.
    """
    found = metadata.get(KEY) if isinstance(metadata, Mapping) else None
    if not isinstance(found, list):
        return []
    return [text for text in found[-MOST_PIECES:] if isinstance(text, str) and _is_piece(text)]


def _is_piece(text: str) -> bool:
    if len(text) > MOST_CHARS or not 0 < len(text.split()) <= MOST_WORDS:
        return False
    said = text.rstrip()
    return said.endswith(_TRAILING_OFF) or not said.endswith(_CLOSING)
