"""The parts of a message that are judged beside the whole of it."""

import re

WINDOW_WORDS = 14
"""Length of a window in words (measured: catches one sentence buried in a long message)."""

_STEP = WINDOW_WORDS // 2
_SENTENCE = re.compile(r"[^.!?\n;]+[.!?\n;]*")
_LINE = re.compile(r"[^\n]+")
_LETTER = re.compile(r"\w")
_WORD = re.compile(r"\S+")

MAX_LINES = 12
"""Most lines judged as messages of their own; a burst of quick messages has at most ten."""

MAX_PARTS = 80
"""Most parts judged of one message; 2,000 characters of ordinary text give fewer."""


def parts_of(text: str) -> list[tuple[int, int]]:
    """Give (start, end) of the whole text, each sentence and each window, without repeats."""
    words = [m.span() for m in _WORD.finditer(text)]
    if not words:
        return [(0, len(text))]
    spans = [(words[0][0], words[-1][1])]
    for sentence in _SENTENCE.finditer(text):
        inside = [span for span in words if sentence.start() <= span[0] < sentence.end()]
        if len(inside) >= 2:
            spans.append((inside[0][0], inside[-1][1]))
    if len(words) > WINDOW_WORDS:
        last = len(words) - WINDOW_WORDS
        for first in [*range(0, last, _STEP), last]:
            spans.append((words[first][0], words[first + WINDOW_WORDS - 1][1]))
    unique = list(dict.fromkeys(spans))
    if len(unique) > MAX_PARTS:
        # Spread over the whole message rather than cutting its end off.
        unique = [unique[i * len(unique) // MAX_PARTS] for i in range(MAX_PARTS)]
    return unique


def lines_of(message: str) -> list[tuple[int, int]]:
    """Give (start, end) of the whole message and, where it has several, of each line with words.

    Of more lines than MAX_LINES, those at the end are kept: what was sent last counts most.
    """
    lines = [m.span() for m in _LINE.finditer(message) if _LETTER.search(m.group())]
    whole = (0, len(message))
    return [whole, *lines[-MAX_LINES:]] if len(lines) > 1 else [whole]
