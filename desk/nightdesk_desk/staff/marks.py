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
    that overlap or touch become one mark, ones that reach past the end are cut, white space around
    a mark is left out of it, and so are ones that hold nothing: a detector's slip must never hide
    the visitor's words.
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
    for start, end in (_trimmed(text, *mark) for mark in marks):
        if start == end:
            continue
        if start > at:
            cut.append(Piece(text[at:start], False))
        cut.append(Piece(text[start:end], True))
        at = end
    if at < len(text):
        cut.append(Piece(text[at:], False))
    return cut


def _within(span: Sequence[int], length: int) -> tuple[int, int]:
    return max(0, min(span[0], length)), max(0, min(span[1], length))


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end
