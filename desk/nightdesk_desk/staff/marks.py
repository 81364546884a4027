"""Marking the words that triggered a hand-over in a visitor's message."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Piece(NamedTuple):
    """A stretch of a message, to be marked or not. Its text is still plain: escape it."""

    text: str
    marked: bool


def pieces(text: str, spans: Iterable[Sequence[int]]) -> list[Piece]:
    """Cut a message into marked and unmarked pieces; joined, they are the message again.

    Takes the message as stored and (start, end) character offsets into it, in any order. Spans
    that overlap or touch become one mark, ones that reach past the end are cut, and ones that hold
    nothing are left out: a detector's slip must never hide the visitor's words.
    """
    marks: list[tuple[int, int]] = []
    for start, end in sorted(_within(span, len(text)) for span in spans if len(span) == 2):
        if start >= end:
            continue
        if marks and start <= marks[-1][1]:
            marks[-1] = (marks[-1][0], max(marks[-1][1], end))
        else:
            marks.append((start, end))
    cut: list[Piece] = []
    at = 0
    for start, end in marks:
        if start > at:
            cut.append(Piece(text[at:start], False))
        cut.append(Piece(text[start:end], True))
        at = end
    if at < len(text):
        cut.append(Piece(text[at:], False))
    return cut


def _within(span: Sequence[int], length: int) -> tuple[int, int]:
    return max(0, min(span[0], length)), max(0, min(span[1], length))
