"""Which examples of a new answer are near to what other intents are asked by: pure, on vectors."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from nightdesk.safety.views import bare

SAME = "same"
NEAR = 0.85
"""Cosine from which two lines ask nearly the same: they pull the model both ways."""
CLOSE = 0.7
"""Cosine from which a look is worth it."""


@dataclass(frozen=True)
class Overlap:
    """An example, the nearest example of another intent, and their cosine (-1..1)."""

    text: str
    intent: str
    nearest: str
    similarity: float

    @property
    def degree(self) -> str:
        """How much it overlaps: same (word for word), near, close or none."""
        if _words(self.text) == _words(self.nearest):
            return SAME
        return (
            "near" if self.similarity >= NEAR else "close" if self.similarity >= CLOSE else "none"
        )

    def to_row(self) -> dict[str, Any]:
        """Give it as a JSON object."""
        return {**asdict(self), "similarity": round(self.similarity, 3), "degree": self.degree}


def overlaps(
    texts: Sequence[str],
    vectors: np.ndarray,
    others: Sequence[tuple[str, str]],
    other_vectors: np.ndarray,
) -> list[Overlap]:
    """Give for each text the nearest line of other intents, the nearest pair first.

    Takes unit-length vectors, shape (texts, dims) and (others, dims); `others` are (intent, line).
    """
    if not texts or not others:
        return []
    similarity = vectors @ other_vectors.T
    same = {_words(line): i for i, (_, line) in enumerate(others)}
    found = []
    for text, row in zip(texts, similarity, strict=True):
        best = same.get(_words(text), int(row.argmax()))
        found.append(Overlap(text, *others[best], float(row[best])))
    return sorted(found, key=lambda overlap: (overlap.degree != SAME, -overlap.similarity))


def repeated(texts: Sequence[str]) -> list[str]:
    """Give the texts that stand in the list more than once, word for word, each once."""
    seen: dict[str, int] = {}
    for text in texts:
        seen[_words(text)] = seen.get(_words(text), 0) + 1
    return [text for text in dict.fromkeys(texts) if seen[_words(text)] > 1]


def _words(text: str) -> str:
    # A line of signs alone has no words: then the signs count.
    return bare(text) or text
