"""What a message says when it is written as HTML, JSON or an address."""

import html
import re
from collections.abc import Iterator

Piece = tuple[str, int, int]
"""A character, and the span of the message that it was written as."""

_BLOCK = "p|br|div|li|ul|ol|td|tr|th|table|h[1-6]|hr|section|article|blockquote|pre"
_WRITTEN = re.compile(
    rf"(?P<block></?(?:{_BLOCK})\b[^<>]{{0,200}}>)"
    r"|(?P<tag></?[a-z][^<>]{0,200}>|<!--.{0,200}?-->)"
    r"|(?P<entity>&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,31});)"
    r"|\\u(?P<unicode>[0-9a-f]{4})|(?P<escape>\\[nrt/\"'])"
    r"|(?P<percent>(?:%[0-9a-f]{2})+)",
    re.IGNORECASE,
)


def unwrapped(message: str) -> list[Piece] | None:
    """Give the message without tags and with escapes read, or None where it has neither."""
    if _WRITTEN.search(message) is None:
        return None
    return list(_pieces(message))


def _pieces(message: str) -> Iterator[Piece]:
    at = 0
    for found in _WRITTEN.finditer(message):
        for i in range(at, found.start()):
            yield message[i], i, i + 1
        for char in _read(found):
            yield char, found.start(), found.end()
        at = found.end()
    for i in range(at, len(message)):
        yield message[i], i, i + 1


def _read(found: "re.Match[str]") -> str:
    kind, text = str(found.lastgroup), found.group()
    if kind == "block":
        return " "
    if kind == "tag":
        return ""
    if kind == "entity":
        return html.unescape(text)
    if kind == "unicode":
        return chr(int(found.group("unicode"), 16))
    if kind == "escape":
        return text[1] if text[1] in "/\"'" else " "
    return bytes.fromhex(text.replace("%", "")).decode("utf-8", "replace")
