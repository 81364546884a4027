"""The door: what a visitor's message must be before anything else sees it."""

import unicodedata
from typing import Literal

MAX_CHARS = 2000
"""Longest message in characters, cleaned (a longer one held Rasa's event loop for seconds)."""

RefusalCode = Literal["not_text", "empty", "too_long"]

# Default-ignorable characters that carry no meaning in a chat line. The zero-width joiner (U+200D)
# stays inside emoji sequences only (see `_kept`).
_HIDDEN = frozenset(
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180e\u200b\u200c\u200e\u200f"
    "\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064\u2065\u2066\u2067\u2068\u2069"
    "\u206a\u206b\u206c\u206d\u206e\u206f\u2800\u3164\ufeff\uffa0"
)
_JOINER = "\u200d"
_KEPT_CONTROLS = frozenset("\n\t")
_MARKS = frozenset(("Cf", "Mn", "Me"))
"""Kinds of characters that show nothing without another one."""


class MessageRefused(ValueError):
    """The message cannot be taken in; `code` says why."""

    def __init__(self, code: RefusalCode) -> None:
        super().__init__(code)
        self.code: RefusalCode = code


def clean(value: object) -> str:
    """Give the message as it is stored and judged.

    Takes anything a client may have sent. Gives 1 to `MAX_CHARS` characters: NFC, without control,
    zero-width and direction characters, without white space at the ends, and without leading
    slashes (Rasa takes a line that begins with one for a command).
    Raises MessageRefused("not_text" | "empty" | "too_long").
    """
    if not isinstance(value, str):
        raise MessageRefused("not_text")
    if len(value) > MAX_CHARS * 8:
        # Nothing this long shrinks to the limit by dropping marks in good faith: no work on it.
        raise MessageRefused("too_long")
    text = "".join(
        kept for i, char in enumerate(value) if (kept := _kept(value, i, char)) is not None
    )
    text = unicodedata.normalize("NFC", text).strip()
    while text.startswith("/"):
        text = text.lstrip("/").lstrip()
    if all(unicodedata.category(char) in _MARKS for char in text):
        raise MessageRefused("empty")
    if len(text) > MAX_CHARS:
        raise MessageRefused("too_long")
    return text


def _kept(text: str, i: int, char: str) -> str | None:
    if char in _KEPT_CONTROLS:
        return char
    if char in _HIDDEN or unicodedata.category(char) in ("Cc", "Cs"):
        # A line separator of another system still ends a word; the rest vanishes.
        return " " if char in "\r\x0b\x0c\x85" else None
    if char == _JOINER:
        after = text[i + 1] if i + 1 < len(text) else " "
        return char if unicodedata.category(after) in ("So", "Sm") else None
    return char
