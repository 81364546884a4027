"""How easy a text is to read: what is measured of it, and what makes it hard."""

import re

GRADE = 8.0
"""The highest reading grade (Flesch-Kincaid) that a text for visitors may have."""

SHORTEST = 10
"""Words from which on a grade says something."""

_FIELD = re.compile(r"\{\w+\}")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")


def as_read(text: str) -> str:
    """Give a text as it is measured: a field stands for a number, a name or a time, one word."""
    return _FIELD.sub("it", text)


def is_long_enough(text: str) -> bool:
    """Say whether a text has enough words for its grade to say something."""
    return len(text.split()) >= SHORTEST


def longest_sentence(text: str) -> str:
    """Give the sentence with the most words: the first one to shorten."""
    sentences = _SENTENCE_END.split(" ".join(text.split()))
    return max(sentences, key=lambda sentence: len(sentence.split()))
