"""What a line is about: spelling, vector, words and characters, and how near known lines are."""

import json
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nightdesk.nlu.shorthand import written_out
from nightdesk.nlu.slips import slipped
from nightdesk.nlu.spelling import Speller, words_of
from nightdesk.nlu.text_model import Recipe, TextModel

Encode = Callable[[Sequence[str]], np.ndarray]

SEED = 5
SHORTEST_SLIPPED = 8
"""Characters of the shortest line that is also learnt with slips: of "fee" too little is left."""

NEIGHBOURS = 3
"""How many of the nearest training lines say how near a line is to anything known."""


@dataclass(frozen=True)
class Understanding:
    """Intents with their confidence (0..1), best first, and nearness (cosine, -1..1)."""

    ranking: list[tuple[str, float]]
    nearness: float


class Understander:
    """A trained model of the intents."""

    def __init__(
        self,
        speller: Speller,
        model: TextModel,
        known_vectors: np.ndarray,
        encode: Encode,
        shorthand: Mapping[str, str],
    ) -> None:
        """Take the trained parts; `known_vectors` (lines, dims) are those of the training lines."""
        self._speller = speller
        self._shorthand = shorthand
        self._model = model
        self._known = known_vectors
        self._encode = encode

    @staticmethod
    def train(
        texts: Sequence[str],
        intents: Sequence[str],
        protected: Iterable[str],
        encode: Encode,
        recipe: Recipe,
        folder: Path,
        shorthand: Mapping[str, str],
    ) -> "Understander":
        """Train on lines and their intents, and keep the result in `folder`."""
        texts = [written_out(text, shorthand) for text in texts]
        words = [word for text in texts for word in words_of(text)]
        protected = sorted(set(protected))
        speller = Speller(words, protected)
        corrected = [speller.correct(text) for text in texts]
        vectors = encode(corrected)
        # Each line once more with a slip or two of the finger, spelling corrected where it can be.
        dice = random.Random(SEED)
        long = [i for i, text in enumerate(texts) if len(text) >= SHORTEST_SLIPPED]
        slips = [slipped(texts[i].lower(), dice, dice.choice((1, 2))) for i in long]
        slips = [speller.correct(text) for text in slips]
        model = TextModel.fit(
            [*corrected, *slips],
            np.vstack([vectors, encode(slips)]),
            [*intents, *(intents[i] for i in long)],
            recipe,
        )
        model.save(folder)
        kept = {"own": words, "protected": protected, "shorthand": dict(shorthand)}
        (folder / "words.json").write_text(json.dumps(kept))
        np.save(folder / "known.npy", vectors.astype(np.float16))
        return Understander(speller, model, vectors, encode, shorthand)

    @staticmethod
    def load(folder: Path, encode: Encode) -> "Understander":
        """Read what `train` kept. Raises OSError, ValueError or KeyError when it is not whole."""
        words = json.loads((folder / "words.json").read_text())
        known = np.load(folder / "known.npy", allow_pickle=False).astype(np.float32)
        speller = Speller(words["own"], words["protected"])
        model = TextModel.load(folder)
        return Understander(speller, model, known, encode, words["shorthand"])

    def understand(self, texts: Sequence[str]) -> list[Understanding]:
        """Judge lines (any texts; the empty line is nobody's intent), all at once."""
        corrected = [self._speller.correct(written_out(text, self._shorthand)) for text in texts]
        vectors = self._encode(corrected)
        probabilities = self._model.probabilities(corrected, vectors)
        similarity = vectors @ self._known.T
        nearest = np.partition(similarity, -NEIGHBOURS, axis=1)[:, -NEIGHBOURS:].mean(axis=1)
        return [
            Understanding(
                [(self._model.classes[i], float(row[i])) for i in np.argsort(-row)], float(near)
            )
            for row, near in zip(probabilities, nearest, strict=True)
        ]
