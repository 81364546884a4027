"""How people word things here: how often a word stands in our own lines, and after which other.

A bigram model with the words' own frequency behind it (interpolated as in Witten and Bell 1991),
and behind that the frequency of general English words.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from functools import lru_cache
from importlib import resources
from itertools import pairwise
from typing import Any

from nightdesk.nlu.words import words_of

BEGIN, END = "^", "$"

GENERAL_WORDS = 30_000
"""How many of symspellpy's most frequent English words are known (measured: more adds nothing)."""

SENTENCE_END = re.compile(r"[.!?\n;]+")

_GENERAL_SHARE = 0.3
_TRUST_AFTER = 20
"""A word must stand this often before what follows it counts as much as what is frequent at all."""
_FLOOR = 1e-9


class Wording:
    """Counts of words and of pairs; make one with `of_lines` or `from_json`."""

    def __init__(self, words: Mapping[str, int], pairs: Mapping[str, int]) -> None:
        """Take how often each word and each pair ("side effects") stands in our lines."""
        self._words = words
        self._pairs = pairs
        # Nothing is followed by a beginning.
        self._total = max(1, sum(words.values()) - words.get(BEGIN, 0))

    @staticmethod
    def of_lines(lines: Iterable[str]) -> "Wording":
        """Count the words and pairs of lines, sentence by sentence."""
        words: Counter[str] = Counter()
        pairs: Counter[str] = Counter()
        for line in lines:
            for sentence in SENTENCE_END.split(line):
                if found := words_of(sentence):
                    row = [BEGIN, *found, END]
                    words.update(row)
                    pairs.update(map(" ".join, pairwise(row)))
        return Wording(words, pairs)

    @staticmethod
    def from_json(row: Mapping[str, Any]) -> "Wording":
        """Read what `to_json` gave. Raises KeyError or TypeError when it is not whole."""
        return Wording(dict(row["words"]), dict(row["pairs"]))

    def to_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {"words": dict(self._words), "pairs": dict(self._pairs)}

    def only(self, kept: AbstractSet[str]) -> "Wording":
        """Give the same without the words that are not in `kept`, and without their pairs."""
        kept = kept | {BEGIN, END}
        words = {word: n for word, n in self._words.items() if word in kept}
        pairs = {pair: n for pair, n in self._pairs.items() if kept >= set(pair.split())}
        return Wording(words, pairs)

    def counts(self) -> dict[str, int]:
        """Give how often each word stands in our lines."""
        return {word: n for word, n in self._words.items() if word not in (BEGIN, END)}

    def share(self, word: str) -> float:
        """Give a word's share of all words, ours and general English ones (above 0, to 1)."""
        ours = self._words.get(word, 0) / self._total
        general = general_words().get(word, 0.0)
        return (1 - _GENERAL_SHARE) * ours + _GENERAL_SHARE * general + _FLOOR

    def after(self, before: str, word: str) -> float:
        """Give the log of the probability that `word` follows `before`."""
        seen = self._words.get(before, 0)
        pair = self._pairs.get(f"{before} {word}", 0)
        together = pair / (seen + _TRUST_AFTER)
        return math.log(together + _TRUST_AFTER / (seen + _TRUST_AFTER) * self.share(word))

    def joined(self, before: str, word: str) -> bool:
        """Say whether the pair stands in our lines."""
        return f"{before} {word}" in self._pairs


@lru_cache(maxsize=1)
def general_words() -> dict[str, float]:
    """Give the most frequent English words with their share among them (0..1)."""
    listing = resources.files("symspellpy").joinpath("frequency_dictionary_en_82_765.txt")
    lines = listing.read_text(encoding="utf-8-sig").splitlines()[:GENERAL_WORDS]
    counts = {word: int(n) for word, n in (line.split()[:2] for line in lines)}
    total = sum(counts.values())
    return {word: n / total for word, n in counts.items()}
