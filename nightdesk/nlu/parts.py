"""Where a message may hold more than one question: its sentences, and what "and" joins."""

import re

Span = tuple[int, int]

MOST_PARTS = 12
"""Parts looked at in one message; a long story holds more, and few of them are questions."""

_SENTENCE = re.compile(r"[^.!?\n;]+[.!?\n;]*")
LINE_OF_ITS_OWN = 6
"""Words from which a line without a closing mark is a sentence; fewer are a piece of one, as quick
messages are ("how long" / "is a session")."""
LINES_OF_A_BURST = 10
"""More lines are a story, not quick messages (the desk joins at most ten)."""
_JOINT = re.compile(
    r"""(?:,(?:\s*(?:and|also|plus|or|but)\b)?
          |\b(?:and(?!/)|plus|also|as\ well\ as|oh\ and|n)\b
          |[&+]|(?<!\band)/(?!or\b))
        (?:\s+(?:also|then|so|oh)\b)?|\n""",
    re.IGNORECASE | re.VERBOSE,
)
_ASKS = re.compile(
    r"\s*(?:how|what|whats|what's|when|where|wheres|who|which|why|do|does|did|is|are|can|could|will|would|should|may|am)\b",
    re.IGNORECASE,
)


def sentences(text: str) -> list[Span]:
    """Give (start, end) of each sentence or line of `text`, without the space around it.

    Of more than can be looked at, those that ask come before the story around them.
    """
    found = [span for span in _closed(text) if span[0] < span[1]]
    if len(found) > MOST_PARTS:
        found.sort(key=lambda span: not (text[span[1] - 1] == "?" or asks(text[slice(*span)])))
    return sorted(found[:MOST_PARTS])


def _closed(text: str) -> list[Span]:
    """Give the sentences, short lines without a closing mark put together with what follows."""
    spans: list[Span] = []
    start: int | None = None
    burst = text.count("\n") < LINES_OF_A_BURST
    for found in _SENTENCE.finditer(text):
        start = found.start() if start is None else start
        piece = text[start : found.end()].rstrip()
        last = piece.rpartition("\n")[2]
        unfinished = piece[-1:] not in (".", "!", "?", ";") and found.end() < len(text)
        goes_on = unfinished and not found.group().endswith("\n\n")
        if goes_on and len(last.split()) < LINE_OF_ITS_OWN and burst:
            continue
        spans.append(_trimmed(text, start, found.end()))
        start = None
    if start is not None:
        spans.append(_trimmed(text, start, len(text)))
    return spans


def joined(text: str, span: Span) -> list[tuple[Span, Span]]:
    """Give each way to cut one sentence in two at a comma, a line's end, "and", "plus" or such."""
    start, end = span
    cuts = []
    for joint in _JOINT.finditer(text, start, end):
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
