"""Spelling against our own vocabulary; common English words are known, and left as they are.

A general speller is dangerous here: it turns "ketamine" into "examine" and "kms" into "ems". So
every word of the training data and of the protected list stays as it is, short words are left
alone, and safety reads the raw text as well.
"""

import re
from collections import Counter
from collections.abc import Iterable
from importlib import resources

from symspellpy import SymSpell, Verbosity

GENERAL_WORDS = 30_000
"""How many of symspellpy's most frequent English words are known (measured: more adds nothing)."""

_MIN_LENGTH = 4
_WORD = re.compile(r"[a-z][a-z']*[a-z]|[a-z]")
_MARKS = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u02bc": "'"})


def words_of(text: str) -> list[str]:
    """Give the lower-case words of a text."""
    return _WORD.findall(text.lower().translate(_MARKS))


class Speller:
    """Corrects words that nobody knows to the nearest known word."""

    def __init__(self, own_words: Iterable[str], protected: Iterable[str] = ()) -> None:
        """Take the words of the training data (with repeats) and words that must stay as they are.

        A training word seen once is kept but is no target: it may itself be a written typo.
        """
        counts = Counter(own_words)
        protected = set(protected)
        self._known = set(counts) | protected
        self._symspell = SymSpell(max_dictionary_edit_distance=2, prefix_length=7)
        self._known |= set(_general_words())
        targets = {word for word, n in counts.items() if n >= 2 and len(word) >= _MIN_LENGTH}
        for word in targets | {w for w in protected if len(w) >= _MIN_LENGTH}:
            self._symspell.create_dictionary_entry(word, 1 + counts[word])

    def correct(self, text: str) -> str:
        """Give `text` in lower case, unknown words corrected; for classifying, never to show."""
        return _WORD.sub(lambda m: self._word(m.group()), text.lower().translate(_MARKS))

    def _word(self, word: str) -> str:
        if len(word) < _MIN_LENGTH or word in self._known:
            return word
        # Two edits in a short word make another word of it.
        distance = 1 if len(word) < 6 else 2
        found = self._symspell.lookup(word, Verbosity.TOP, max_edit_distance=distance)
        return found[0].term if found else word


def _general_words() -> Iterable[str]:
    listing = resources.files("symspellpy").joinpath("frequency_dictionary_en_82_765.txt")
    lines = listing.read_text(encoding="utf-8-sig").splitlines()[:GENERAL_WORDS]
    return (line.split()[0] for line in lines)
