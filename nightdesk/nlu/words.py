"""The words of a text, as spelling and known lines read them."""

import re

WORD = re.compile(r"[a-z][a-z']*[a-z]|[a-z]")
"""A word of a text that `straight` gave."""

_MARKS = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u02bc": "'"})


def straight(text: str) -> str:
    """Give a text in lower case with straight quotes, word for word."""
    return text.lower().translate(_MARKS)


def words_of(text: str) -> list[str]:
    """Give the lower-case words of a text."""
    return WORD.findall(straight(text))
