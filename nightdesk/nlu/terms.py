"""The TF-IDF weights of one text, without what scikit-learn does around them for many.

scikit-learn learns the terms and says what a text's terms are. Its `transform` takes a millisecond
for a short line, nearly all of it checks of its parameters and matrices, four times a message.
What it would give is the same (tests/nlu/test_terms.py).
"""

from collections import Counter
from collections.abc import Mapping

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer


class Terms:
    """The terms that a model knows, and what each counts."""

    def __init__(self, vectorizer: TfidfVectorizer, numbers: Mapping[str, int], idf: np.ndarray):
        """Take the vectorizer's settings, the number of each term, and idf (terms,)."""
        self._terms_in = vectorizer.build_analyzer()
        self._numbers = numbers
        self.idf = np.asarray(idf, dtype=np.float32)

    @staticmethod
    def fitted(vectorizer: TfidfVectorizer) -> "Terms":
        """Give those of a fitted vectorizer of sublinear counts and unit length."""
        return Terms(vectorizer, vectorizer.vocabulary_, vectorizer.idf_)

    def __len__(self) -> int:
        """Give the number of terms."""
        return len(self._numbers)

    def in_order(self) -> list[str]:
        """Give the terms by their numbers."""
        return sorted(self._numbers, key=self._numbers.__getitem__)

    def weights_in(self, text: str) -> tuple[np.ndarray, np.ndarray]:
        """Give the numbers of the known terms in a text, and the weight of each (unit length)."""
        numbers = self._numbers
        counts = Counter(numbers[term] for term in self._terms_in(text) if term in numbers)
        found = np.fromiter(counts.keys(), dtype=np.intp, count=len(counts))
        often = np.fromiter(counts.values(), dtype=np.float32, count=len(counts))
        weights = (np.log(often) + 1) * self.idf[found]
        return found, weights / (float(np.linalg.norm(weights)) or 1.0)
