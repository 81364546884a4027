"""One linear classifier on a sentence's vector, its words and its characters.

The recipe and its measurements are in docs/understanding.md: a unit-length sentence vector beside
TF-IDF words and TF-IDF characters, under one L2 logistic regression.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import scipy.sparse as sparse
from sklearn.feature_extraction.text import TfidfVectorizer

from nightdesk.nlu.softmax import fit_softmax
from nightdesk.nlu.terms import Terms


@dataclass(frozen=True)
class Recipe:
    """What a model is made of; `dense_weight` scales the unit-length sentence vector."""

    dense_weight: float = 1.0
    words: tuple[int, int] = (1, 2)
    characters: tuple[int, int] = (2, 5)
    c: float = 10.0
    max_iterations: int = 1000
    tolerance: float = 1e-4
    balanced: bool = True


class TextModel:
    """A fitted classifier; make one with `fit` or `load`."""

    def __init__(
        self,
        recipe: Recipe,
        terms: tuple[Terms, Terms],
        classes: list[str],
        weights: np.ndarray,
        bias: np.ndarray,
    ) -> None:
        """Take the parts: weights (features, classes), bias (classes,).

        `terms` are words and characters, in the order of their weights.
        """
        self.recipe = recipe
        self.classes = classes
        self._terms = terms
        self._weights = np.ascontiguousarray(weights)
        self._bias = bias

    @staticmethod
    def fit(
        texts: Sequence[str], vectors: np.ndarray, labels: Sequence[str], recipe: Recipe
    ) -> "TextModel":
        """Fit on texts, their unit-length vectors (texts, dims) and their labels."""
        vectorizers = _vectorizers(recipe)
        terms = sparse.hstack([v.fit_transform(texts) for v in vectorizers]).tocsr()
        classes, numbers = np.unique(np.asarray(labels), return_inverse=True)
        weights, bias = fit_softmax(
            (vectors * recipe.dense_weight).astype(np.float32),
            terms.astype(np.float32),
            numbers,
            recipe.c,
            recipe.tolerance,
            recipe.max_iterations,
            recipe.balanced,
        )
        known = (Terms.fitted(vectorizers[0]), Terms.fitted(vectorizers[1]))
        return TextModel(recipe, known, [str(name) for name in classes], weights, bias)

    def probabilities(self, texts: Sequence[str], vectors: np.ndarray) -> np.ndarray:
        """Give probabilities, shape (texts, classes), in the order of `classes`."""
        dims = vectors.shape[1]
        scores = vectors @ self._weights[:dims] * self.recipe.dense_weight + self._bias
        for terms in self._terms:
            for row, text in enumerate(texts):
                found, weights = terms.weights_in(text)
                scores[row] += weights @ self._weights[dims + found]
            dims += len(terms)
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        return np.asarray(scores / scores.sum(axis=1, keepdims=True))

    def save(self, folder: Path) -> None:
        """Write the model as plain JSON and arrays (nothing in it can run when read)."""
        folder.mkdir(parents=True, exist_ok=True)
        vocabularies = [terms.in_order() for terms in self._terms]
        head = {"recipe": asdict(self.recipe), "classes": self.classes}
        text = json.dumps({**head, "vocabularies": vocabularies}, ensure_ascii=False)
        (folder / "model.json").write_text(text, encoding="utf-8")
        np.savez(
            folder / "model.npz",
            weights=self._weights,
            bias=self._bias,
            idf_words=self._terms[0].idf,
            idf_characters=self._terms[1].idf,
        )

    @staticmethod
    def load(folder: Path) -> "TextModel":
        """Read what `save` wrote. Raises OSError, ValueError or KeyError when it is not whole."""
        head = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        settings = head["recipe"]
        for name in ("words", "characters"):
            settings[name] = tuple(settings[name])
        recipe = Recipe(**settings)
        vocabularies = [{t: i for i, t in enumerate(terms)} for terms in head["vocabularies"]]
        vectorizers = _vectorizers(recipe)
        with np.load(folder / "model.npz", allow_pickle=False) as arrays:
            words, characters = (
                Terms(vectorizer, numbers, arrays[name])
                for vectorizer, numbers, name in zip(
                    vectorizers, vocabularies, ("idf_words", "idf_characters"), strict=True
                )
            )
            return TextModel(
                recipe, (words, characters), head["classes"], arrays["weights"], arrays["bias"]
            )


def _vectorizers(recipe: Recipe) -> tuple[TfidfVectorizer, TfidfVectorizer]:
    return (
        TfidfVectorizer(
            ngram_range=recipe.words,
            sublinear_tf=True,
            strip_accents="unicode",
            token_pattern=r"(?u)\b\w[\w']*\b",
            dtype=np.float32,
        ),
        TfidfVectorizer(
            analyzer="char_wb",
            ngram_range=recipe.characters,
            sublinear_tf=True,
            strip_accents="unicode",
            dtype=np.float32,
        ),
    )
