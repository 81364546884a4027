"""Spanish words that disguised text is read as: those of a crisis, and those beside them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import groupby
from pathlib import Path

from nightdesk.run.places import Places
from nightdesk_contract.checked_yaml import read_checked

SCHEMA = "hidden_words.schema.json"

_UNKNOWN, _SINGLE, _WORD = 3, 2, 1
"""What a letter outside any word, a word of one letter and any other word cost a reading."""

_SHORTEST = 4
"""Letters from which on one word beside a crisis word shows that both are words."""


@dataclass(frozen=True)
class SpanishWords:
    """Words that tell of a crisis, and ordinary ones that stand beside them ("quiero")."""

    telling: frozenset[str]
    beside: frozenset[str]

    def known(self, word: str) -> bool:
        """Say whether `word` is written plainly. One letter alone may stand for anything."""
        return len(word) > 1 and word in self._all

    @cached_property
    def _all(self) -> frozenset[str]:
        return self.telling | self.beside

    @cached_property
    def _longest(self) -> int:
        return max(map(len, self._all))

    def split(self, text: str) -> tuple[str, ...]:
        """Give the words that stand in `text` without spaces, or () when it is no row of them.

        Of all ways to cut it, the one with the fewest letters outside words, then the fewest words.
        """
        ways: list[tuple[int, int]] = [(0, 0)]
        for end in range(1, len(text) + 1):
            options = [(ways[end - 1][0] + _UNKNOWN, end - 1)]
            for start in range(max(0, end - self._longest), end):
                if text[start:end] in self._all:
                    cost = _WORD if end - start > 1 else _SINGLE
                    options.append((ways[start][0] + cost, start))
            ways.append(min(options))
        pieces: list[str] = []
        end = len(text)
        while end:
            start = ways[end][1]
            pieces.insert(0, text[start:end])
            end = start
        return tuple(self._with_rests(pieces)) if self._tells(pieces) else ()

    def _tells(self, pieces: Sequence[str]) -> bool:
        """Say whether a crisis is among the pieces and they are no form of one word ("vivirlo")."""
        beside = [piece for piece in pieces if piece in self.beside]
        outside = sum(piece not in self._all for piece in pieces)
        row = len(beside) > 1 or any(len(piece) >= _SHORTEST for piece in beside)
        return row and outside * 2 < sum(map(len, pieces)) and not self.telling.isdisjoint(pieces)

    def _with_rests(self, pieces: Sequence[str]) -> Iterator[str]:
        """Put letters outside words together again."""
        for inside, some in groupby(pieces, key=self._all.__contains__):
            run = list(some)
            yield from run if inside else ["".join(run)]


def load_spanish_words(path: Path) -> SpanishWords:
    """Read the Spanish part of `hidden_words.yml`. Raises FileError."""
    row = read_checked(path, SCHEMA)
    return SpanishWords(frozenset(row["spanish"]), frozenset(row["spanish_beside"]))


@lru_cache(maxsize=1)
def spanish_words() -> SpanishWords:
    """Give the words of our file. Raises FileError."""
    return load_spanish_words(Places.from_environment().safety / "hidden_words.yml")
