"""Where a message may hold more than one question: its sentences, and what "and" joins."""

import re

Span = tuple[int, int]

MOST_PARTS = 12
"""Parts looked at in one message; a long story holds more, and few of them are questions."""

_SENTENCE = re.compile(r"[^.!?\n;]+[.!?\n;]*")
_JOINT = re.compile(
    r"""\s*(?:,\s*(?:and|also|plus|or|but)?|\b(?:and|plus|also|&|\+|as\ well\ as|oh\ and|n)\b|&|\+|/)
        (?:\s+(?:also|then|so|oh))?\s*""",
    re.IGNORECASE | re.VERBOSE,
)
_ASKS = re.compile(
    r"\s*(?:how|what|whats|what's|when|where|wheres|who|which|why|do|does|did|is|are|can|could|will|would|should|may|am)\b",
    re.IGNORECASE,
)


def sentences(text: str) -> list[Span]:
    """Give (start, end) of each sentence or line of `text`, without the space around it."""
    spans = (_trimmed(text, m.start(), m.end()) for m in _SENTENCE.finditer(text))
    return [span for span in spans if span[0] < span[1]][:MOST_PARTS]


def joined(text: str, span: Span) -> list[tuple[Span, Span]]:
    """Give each way to cut one sentence in two at a comma, "and", "plus" or the like."""
    start, end = span
    cuts = []
    for joint in _JOINT.finditer(text, start, end):
        if joint.start() == joint.end():
            continue
        left = _trimmed(text, start, joint.start())
        right = _trimmed(text, joint.end(), end)
        if left[0] < left[1] and right[0] < right[1]:
            cuts.append((left, right))
    return cuts[:MOST_PARTS]


def asks(text: str) -> bool:
    """Say whether `text` begins as a question does."""
    return _ASKS.match(text) is not None


def _trimmed(text: str, start: int, end: int) -> Span:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
