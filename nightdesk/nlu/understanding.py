"""What a line is about: spelling, vector, words and characters, and how near known lines are."""

import json
import random
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nightdesk.nlu.nearness import KnownLines
from nightdesk.nlu.shorthand import written_out
from nightdesk.nlu.slips import slipped
from nightdesk.nlu.spelling import Speller
from nightdesk.nlu.text_model import Recipe, TextModel
from nightdesk.safety.views import bare

Encode = Callable[[Sequence[str]], np.ndarray]

SEED = 5
SHORTEST_SLIPPED = 8
"""Characters of the shortest line that is also learnt with slips: of "fee" too little is left."""

_IS = re.compile(r"\b(what|where|who|how|it|that|there) s\b")


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
        known: KnownLines,
        encode: Encode,
        shorthand: Mapping[str, str],
        known_lines: Mapping[str, str],
    ) -> None:
        """Take the trained parts.

        `known` are the training lines by their vectors, `known_lines` their intents by their words
        (see `_words`).
        """
        self._known_lines = known_lines
        self._speller = speller
        self._shorthand = shorthand
        self._model = model
        self._known = known
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
        tapped: Mapping[str, str] | None = None,
        more_wording: Iterable[str] = (),
    ) -> "Understander":
        """Train on lines and their intents, and keep the result in `folder`.

        `tapped` are the questions of quick replies with their intents: known word for word.
        `more_wording` are lines of no intent whose words the spelling knows as well.
        """
        texts = [written_out(text, shorthand) for text in texts]
        further = [written_out(text, shorthand) for text in more_wording]
        speller = Speller.of_lines([*texts, *further], protected)
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
        tapped = tapped or {}
        lines = _one_meaning(texts, intents)
        lines |= {_words(text): intent for text, intent in tapped.items()}
        kept = {"spelling": speller.to_json(), "shorthand": dict(shorthand), "lines": lines}
        (folder / "words.json").write_text(json.dumps(kept))
        KnownLines.save(vectors, folder)
        known = KnownLines.load(folder)
        return Understander(speller, model, known, encode, shorthand, lines)

    @staticmethod
    def load(folder: Path, encode: Encode) -> "Understander":
        """Read what `train` kept. Raises OSError, ValueError or KeyError when it is not whole."""
        words = json.loads((folder / "words.json").read_text())
        known = KnownLines.load(folder)
        speller = Speller.from_json(words["spelling"])
        model = TextModel.load(folder)
        shorthand, lines = words["shorthand"], words["lines"]
        return Understander(speller, model, known, encode, shorthand, lines)

    def understand(self, texts: Sequence[str]) -> list[Understanding]:
        """Judge lines (any texts; the empty line is nobody's intent), all at once."""
        plain = [written_out(text, self._shorthand) for text in texts]
        corrected = [self._speller.correct(text) for text in plain]
        vectors = self._encode(corrected)
        probabilities = self._model.probabilities(corrected, vectors)
        return [
            self._judged(text, row, self._known.nearness(vector))
            for text, row, vector in zip(plain, probabilities, vectors, strict=True)
        ]

    def _judged(self, text: str, row: np.ndarray, near: float) -> Understanding:
        ranking = [(self._model.classes[i], float(row[i])) for i in np.argsort(-row)]
        known = self._known_lines.get(_words(text))
        if known is None:
            return Understanding(ranking, near)
        # A line that somebody has labelled, a tapped question for one, is what its label says.
        return Understanding(
            [(known, 1.0), *((name, 0.0) for name, _ in ranking if name != known)], 1.0
        )


def _words(text: str) -> str:
    """Give the words and numbers alone, in any script, "what's" as "what is"."""
    return _IS.sub(r"\1 is", bare(text))


def _one_meaning(texts: Sequence[str], intents: Sequence[str]) -> dict[str, str]:
    """Give the intent of each line by its words, where all lines of those words have the same."""
    meanings: dict[str, set[str]] = {}
    for text, intent in zip(texts, intents, strict=True):
        meanings.setdefault(_words(text), set()).add(intent)
    return {words: min(found) for words, found in meanings.items() if words and len(found) == 1}
