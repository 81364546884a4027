"""The detector: patterns and model over every reading of a message and every part of it."""

import json
import logging
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from nightdesk.nlu.text_model import Recipe, TextModel
from nightdesk.safety.budget import SECONDS, Budget, Clock
from nightdesk.safety.core import core_of
from nightdesk.safety.examples import Example
from nightdesk.safety.groups import by_label, class_of
from nightdesk.safety.loudness import unexcited
from nightdesk.safety.patterns import Hit, Pattern, find, load_patterns
from nightdesk.safety.spread import judge_spread
from nightdesk.safety.themes import OWN, intent_of, load_kinds, surest, themed
from nightdesk.safety.verdict import (
    HARMLESS,
    MEDICAL,
    Scored,
    Thresholds,
    Verdict,
    judge,
)
from nightdesk.safety.views import View, bare, plain, views_of
from nightdesk.safety.windows import lines_of, parts_of
from nightdesk_contract.checked_yaml import read_checked, refused
from nightdesk_contract.problems import Problem, shown

logger = logging.getLogger(__name__)

Encode = Callable[[Sequence[str]], np.ndarray]

SURE_OF_PIECES = 0.9
"""From which probability on the model fires on short messages put together. Of harmless ones,
joined at random, one in twelve reached the threshold of a part."""

KNOWN_HARMLESS = "known_harmless.json"
THEMES_FOLDER = "themes"
THRESHOLDS_SCHEMA = "thresholds.schema.json"

RECIPE = Recipe(balanced=False)
"""As for the intents, but with the examples' own shares as priors: with balanced classes a line
that says nothing known counts as a crisis half of the time (measured: docs/understanding.md)."""


def train_model(
    examples: Sequence[Example], encode: Encode, groups: Mapping[str, str] | None = None
) -> TextModel:
    """Fit the model on examples, read as messages are read, and on the parts of harmless ones.

    `groups` (groups.yml) names the kinds that are classes of their own: nightdesk.safety.groups.
    """
    texts = [plain(example.text).text for example in examples]
    labels = [class_of(example, groups or {}) for example in examples]
    parts = harmless_parts(texts, labels)
    texts, labels = texts + parts, labels + [HARMLESS] * len(parts)
    texts = [unexcited(text) for text in texts]
    return TextModel.fit(texts, encode(texts), labels, RECIPE)


def harmless_parts(texts: Sequence[str], labels: Sequence[str]) -> list[str]:
    """Give the sentences and windows of harmless texts, each once, that are no examples themselves.

    Parts are judged as messages are, and out of a harmless whole each is harmless, too. Without
    them "please help me" within a story about a bank card counts as a cry for help (measured:
    docs/understanding.md). Of what is not harmless the parts say nothing, so they teach nothing.
    """
    known = set(texts)
    found: dict[str, None] = {}
    for text, label in zip(texts, labels, strict=True):
        if label == HARMLESS:
            for start, end in parts_of(text)[1:]:
                part = text[start:end]
                if part not in known and " " in part:
                    found[part] = None
    return list(found)


def train_themes(
    examples: Sequence[Example], kinds: Mapping[str, str], encode: Encode
) -> TextModel:
    """Fit the model that tells what a crisis is about."""
    rows = themed(examples, kinds)
    texts = [plain(text).text for text, _ in rows]
    return TextModel.fit(texts, encode(texts), [theme for _, theme in rows], Recipe())


def save_known_harmless(examples: Sequence[Example], folder: Path) -> None:
    """Keep the examples that somebody judged harmless and nobody judged otherwise."""
    other = {bare(e.text) for e in examples if e.label != HARMLESS}
    known = {bare(e.text) for e in examples if e.label == HARMLESS} - other - {""}
    (folder / KNOWN_HARMLESS).write_text(json.dumps(sorted(known)), encoding="utf-8")


def load_thresholds(path: Path) -> Thresholds:
    """Read the thresholds. Raises FileError naming each key that is wrong and what is allowed."""
    row = read_checked(path, THRESHOLDS_SCHEMA)
    # A schema lets through what is no number (.nan): it is on neither side of any bound.
    unreal = [
        Problem(name, shown(value), "a number above 0 and at most 1")
        for name, value in row.items()
        if math.isnan(value)
    ]
    if unreal:
        raise refused(path, unreal)
    return Thresholds(**{name: float(value) for name, value in row.items()})


class Detector:
    """Judges messages; made once, used for every one."""

    def __init__(
        self,
        patterns: Sequence[Pattern],
        model: TextModel,
        thresholds: Thresholds,
        encode: Encode,
        known_harmless: frozenset[str] = frozenset(),
        themes: TextModel | None = None,
        kinds: Mapping[str, str] | None = None,
        clock: Clock = time.monotonic,
    ) -> None:
        """Take the patterns, the fitted model, its thresholds and the sentence encoder.

        `known_harmless` are whole messages (see `bare`) that a person has judged harmless: of them
        the model is not asked, the patterns are. A plain "goodbye" is the case in point. `themes`
        tells what a crisis is about, and `kinds` the theme of a pattern's kind. `clock` gives the
        seconds that a message's time is counted in.
        """
        self._patterns = patterns
        self._model = model
        self._thresholds = thresholds
        self._encode = encode
        self._known_harmless = known_harmless
        self._themes = themes
        self._kinds = kinds or {}
        self._clock = clock

    @staticmethod
    def from_files(data: Path, model_folder: Path, encode: Encode) -> "Detector":
        """Read patterns and thresholds from `data` and the trained model from its folder."""
        return Detector(
            load_patterns(data / "patterns"),
            TextModel.load(model_folder),
            load_thresholds(data / "thresholds.yml"),
            encode,
            frozenset(json.loads((model_folder / KNOWN_HARMLESS).read_text(encoding="utf-8"))),
            TextModel.load(model_folder / THEMES_FOLDER),
            load_kinds(data / "themes.yml"),
        )

    def judge(self, message: str, earlier: Sequence[str] = ()) -> Verdict | None:
        """Give what fired in `message`, or None. Raises whatever fails: the caller fires then.

        Raises TimeoutError where it takes longer than one message may, with all its readings,
        lines and pieces.

        `earlier` are the visitor's short messages just before it (nightdesk_contract.pieces): a
        crisis that it completes fires too.

        Each line of several is judged as a message of its own, too: quick messages reach the bot
        joined by line ends, and a greeting or a plain question before it must not drown a crisis.
        """
        budget = Budget(SECONDS, self._clock)
        seen: dict[str, np.ndarray] = {}
        # What is put together is so at a guess: only the whole of it counts, and what is sure.
        surer = replace(self._thresholds, crisis=SURE_OF_PIECES, part_crisis=math.inf)

        def judge_pieces(joined: str) -> Verdict | None:
            return judge(*self.evidence(joined, budget, seen), surer)

        found = judge(*self.evidence(message, budget, seen), self._thresholds)
        if found is None or found.category == MEDICAL:
            return judge_spread(judge_pieces, earlier, message) or found
        return found

    def evidence(
        self,
        message: str,
        budget: Budget | None = None,
        seen: dict[str, np.ndarray] | None = None,
    ) -> tuple[list[Hit], list[Scored]]:
        """Give what the patterns and the model see in a message, before any threshold.

        `seen` is as in `score`. Raises TimeoutError when its `budget`, where it has one, is used up
        before it is read.
        """
        seen = {} if seen is None else seen
        readings = [
            self._read(message[start:end], start, budget, seen) for start, end in lines_of(message)
        ]
        hits = [hit for found, _ in readings for hit in found]
        return hits, [part for _, scored in readings for part in scored]

    def intent(self, message: str, verdict: Verdict, language: str = "") -> str:
        """Give the intent for what was found: a crisis with what it is about, or medical advice.

        `language` is that of the message where it is known. A fault here costs only the choice of
        words: the plain intent stands then.
        """
        if verdict.category == MEDICAL:
            return f"{MEDICAL}_es" if language == "es" else MEDICAL
        try:
            return intent_of(verdict.category, language or self._theme(message, verdict))
        except Exception as error:
            logger.error("a crisis got no theme: %s", type(error).__name__)
            return verdict.category

    def _theme(self, message: str, verdict: Verdict) -> str:
        known = [self._kinds.get(p.kind, OWN) for p in self._patterns if p.id == verdict.rule]
        if known and known[0] != OWN:
            return known[0]
        if self._themes is None:
            return OWN
        text = plain(message).text
        marked = " ".join(text_of(message, span) for span in verdict.spans)
        texts = [text, plain(marked).text or text]
        likely = self._themes.probabilities(texts, self._encode(texts)).mean(axis=0)
        return surest(
            dict(zip(self._themes.classes, map(float, likely), strict=True)), verdict.category
        )

    def _read(
        self, text: str, start: int, budget: Budget | None, seen: dict[str, np.ndarray]
    ) -> tuple[list[Hit], list[Scored]]:
        """Give what fires in one line, or in the whole message, as spans of the message."""
        if budget is not None:
            budget.left()
        views = views_of(text)
        hits = [hit.moved(start) for hit in find(self._patterns, views, budget)]
        scored = [] if bare(text) in self._known_harmless else self.score(views, seen)
        return hits, [part.moved(start) for part in scored]

    def score(self, views: Sequence[View], seen: dict[str, np.ndarray]) -> list[Scored]:
        """Give the model's probabilities for the whole message and each part, in every view.

        Each as it stands and by its core: what is grave stays so with "..." or "thanks" behind it.
        `seen` holds those of texts that were read before, and is added to: views share most of
        their parts, and so do a message and its lines.
        """
        rows = [
            (text, view.original_span(start, end), (start, end) == parts[0])
            for view in views
            for parts in [parts_of(view.text)]
            for start, end in parts
            for text in _said_in(view.text[start:end])
        ]
        texts = list(dict.fromkeys(text for text, _, _ in rows if text not in seen))
        if texts:
            likely = self._model.probabilities(texts, self._encode(texts))
            found = by_label(likely, self._model.classes)
            seen.update(zip(texts, found, strict=True))
        return [
            Scored(span, float(emergency), float(crisis), float(medical), whole)
            for text, span, whole in rows
            for emergency, crisis, medical in [seen[text]]
        ]


def _said_in(part: str) -> list[str]:
    """Give what the model reads of a part: the words, and without what stands around them."""
    level = unexcited(part)
    core = core_of(level)
    return [level, core] if core and core != level else [level]


def text_of(message: str, span: tuple[int, int]) -> str:
    """Give the words of a message that a span marks."""
    return message[slice(*span)]
