"""Spelling towards our own vocabulary, by what people write next to each other here.

A general speller is dangerous here: it turns "ketamine" into "examine" and "kms" into "ems". So
only words of our own lines are ever put in, protected words stay as they are, and safety reads the
raw text as well. Which word was meant is read from its neighbours: "hwo lnog" is "how long", and
"form my home" is not a form (a noisy channel: Kernighan, Church and Gale 1990).
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from symspellpy import SymSpell, Verbosity

from nightdesk.nlu.wording import BEGIN, END, SENTENCE_END, Wording, general_words
from nightdesk.nlu.words import WORD, straight

# Costs in nats, chosen by how many development and own questions with two typos came back as they
# had been, and how few without typos changed (docs/understanding.md).
_SLIP = 5.0
_FIRST_LETTER = 1.0
_TWO_WORDS = 6.0
_KNOWN_STAYS = 6.0

_OFTEN = 4
"""How often a word that general English does not know must stand to be ours, and no written typo;
of one that it knows, half is enough."""

_LONGEST = 30
_CANDIDATES = 8
_REMEMBERED = 20_000

_Way = tuple[tuple[str, ...], float]
"""A reading of a typed word: the word, or two, and what speaks for it (less for every slip)."""


class Speller:
    """Reads each word as the one that was most probably meant."""

    def __init__(self, wording: Wording, protected: Iterable[str] = ()) -> None:
        """Take the wording of our lines, and words that must stay as they are."""
        self._wording = wording
        self._protected = frozenset(protected)
        self._own = self._protected | wording.counts().keys()
        self._symspell = SymSpell(max_dictionary_edit_distance=2, prefix_length=7)
        for word in sorted(self._own):
            if len(word) > 1:
                self._symspell.create_dictionary_entry(word, 1)
        # Kept for the training, where the same words come again and again.
        self._ways = lru_cache(maxsize=_REMEMBERED)(self._ways_of)

    @staticmethod
    def of_lines(lines: Iterable[str], protected: Iterable[str] = ()) -> "Speller":
        """Make one from the lines that we know, written typos among them left out."""
        protected = frozenset(protected)
        wording = Wording.of_lines([*lines, *sorted(protected)])
        general = general_words()
        own = {
            word
            for word, n in wording.counts().items()
            if n >= _OFTEN or (n >= _OFTEN // 2 and word in general)
        }
        return Speller(wording.only(own | protected), protected)

    @staticmethod
    def from_json(row: Mapping[str, Any]) -> "Speller":
        """Read what `to_json` gave. Raises KeyError or TypeError when it is not whole."""
        return Speller(Wording.from_json(row["wording"]), row["protected"])

    def to_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {"wording": self._wording.to_json(), "protected": sorted(self._protected)}

    def correct(self, text: str) -> str:
        """Give `text` in lower case, typos corrected; for classifying, never to show."""
        text = straight(text)
        done: list[str] = []
        sentence: list[re.Match[str]] = []
        end = 0
        for found in [*WORD.finditer(text), None]:
            gap = text[sentence[-1].end() : found.start()] if sentence and found else ""
            if sentence and (found is None or SENTENCE_END.search(gap)):
                meant = self._meant([match.group() for match in sentence])
                for match, word in zip(sentence, meant, strict=True):
                    done += [text[end : match.start()], word]
                    end = match.end()
                sentence = []
            if found:
                sentence.append(found)
        return "".join([*done, text[end:]])

    def _meant(self, typed: Sequence[str]) -> list[str]:
        """Give the most probable reading of one sentence's words (Viterbi)."""
        scores = {BEGIN: 0.0}
        steps: list[dict[str, tuple[str, str]]] = []
        for word in typed:
            reached: dict[str, float] = {}
            step: dict[str, tuple[str, str]] = {}
            for ways, cost in self._ways(word):
                first, last = ways[0], ways[-1]
                score, before = max(
                    (scored + self._wording.after(known, first), known)
                    for known, scored in scores.items()
                )
                score += cost + (self._wording.after(first, last) if len(ways) > 1 else 0.0)
                if score > reached.get(last, float("-inf")):
                    reached[last] = score
                    step[last] = (before, " ".join(ways))
            scores = reached
            steps.append(step)
        last = max(scores, key=lambda word: scores[word] + self._wording.after(word, END))
        meant = []
        for step in reversed(steps):
            last, text = step[last]
            meant.append(text)
        return meant[::-1]

    def _ways_of(self, word: str) -> list[_Way]:
        if word in self._protected or not 1 < len(word) <= _LONGEST:
            return [((word,), 0.0)]
        known = word in self._own or word in general_words()
        stays = ((word,), _KNOWN_STAYS if known else 0.0)
        # Two edits in a short word make another word of it.
        distance = 1 if len(word) < 5 else 2
        near = [
            ((found.term,), -_SLIP * found.distance - self._other_start(word, found.term))
            for found in self._symspell.lookup(word, Verbosity.ALL, max_edit_distance=distance)
            if found.term != word
        ]
        near.sort(key=lambda way: -(way[1] + math.log(self._wording.share(way[0][0]))))
        return [stays, *near[:_CANDIDATES], *([] if known else self._cut(word))]

    def _other_start(self, typed: str, meant: str) -> float:
        return _FIRST_LETTER if typed[0] != meant[0] else 0.0

    def _cut(self, word: str) -> list[_Way]:
        """Give the ways to read a word as two that lost the space between them."""
        cuts = [(word[:i], word[i:]) for i in range(1, len(word))]
        return [
            ((left, right), -_TWO_WORDS)
            for left, right in cuts
            if left in self._own and right in self._own and self._wording.joined(left, right)
        ]
