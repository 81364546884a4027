"""Which intents are taken for which: k-fold over the training lines, and its figures.

The lines of one fold are judged by a model that was trained on all others, so a pair of intents
that share wordings shows, and so does a line under the wrong intent.
"""

import random
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from nightdesk.evaluation.interval import wilson

Predict = Callable[[Sequence[str]], Sequence[tuple[str, float]]]
"""Gives the best intent of each text, with its probability (0..1)."""

Train = Callable[[Sequence[str], Sequence[str]], Predict]
"""Trains on texts and their intents."""

GROUPS = ("faq", "logistics", "not_in_source", "answers", "followup")
"""Groups of intents in the order in which they are shown; whatever else comes after them."""

EXAMPLES = 3


@dataclass(frozen=True)
class Guess:
    """A training line, its intent, and what a model took it for that had not seen it."""

    text: str
    intent: str
    taken_for: str
    probability: float

    @property
    def right(self) -> bool:
        """Whether the line was taken for what it is."""
        return self.intent == self.taken_for


@dataclass(frozen=True)
class IntentRow:
    """How one intent did; recall and precision in 0..1, precision None when it was never said."""

    intent: str
    lines: int
    recall: float
    precision: float | None
    mostly_taken_for: str


@dataclass(frozen=True)
class Pair:
    """Lines of one intent that were taken for another, the surest mistake first."""

    intent: str
    taken_for: str
    guesses: tuple[Guess, ...]


def without_repeats(lines: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Keep the first of lines of one intent that differ only in case and marks.

    The same line in two folds would be judged by a model that knows it.
    """
    kept: dict[tuple[str, str], tuple[str, str]] = {}
    for intent, text in lines:
        kept.setdefault((intent, _words(text) or text), (intent, text))
    return list(kept.values())


def folds(intents: Sequence[str], number: int, seed: int) -> list[int]:
    """Give each line's fold (0 … number - 1): every intent spread evenly, at random by `seed`."""
    chance = random.Random(seed)
    by_intent: dict[str, list[int]] = defaultdict(list)
    for index, intent in enumerate(intents):
        by_intent[intent].append(index)
    fold_of = [0] * len(intents)
    # Goes on where the intent before ended: small intents must not all fill the first folds.
    place = 0
    for intent in sorted(by_intent):
        chance.shuffle(by_intent[intent])
        for index in by_intent[intent]:
            fold_of[index] = place % number
            place += 1
    return fold_of


def cross_validated(
    lines: Sequence[tuple[str, str]], number: int, seed: int, train: Train
) -> Iterator[list[Guess]]:
    """Give the guesses fold by fold. Each fold trains anew."""
    fold_of = folds([intent for intent, _ in lines], number, seed)
    for fold in range(number):
        known = [line for line, of in zip(lines, fold_of, strict=True) if of != fold]
        asked = [line for line, of in zip(lines, fold_of, strict=True) if of == fold]
        predict = train([text for _, text in known], [intent for intent, _ in known])
        best = predict([text for _, text in asked])
        yield [
            Guess(text, intent, taken_for, probability)
            for (intent, text), (taken_for, probability) in zip(asked, best, strict=True)
        ]


def intent_rows(guesses: Sequence[Guess]) -> list[IntentRow]:
    """Give every intent's figures, the lowest recall first."""
    said = Counter(guess.taken_for for guess in guesses)
    lines = Counter(guess.intent for guess in guesses)
    right = Counter(guess.intent for guess in guesses if guess.right)
    worst: dict[str, str] = {}
    for pair in pairs(guesses):
        worst.setdefault(pair.intent, pair.taken_for)
    rows = [
        IntentRow(
            intent,
            lines[intent],
            right[intent] / lines[intent],
            right[intent] / said[intent] if said[intent] else None,
            worst.get(intent, ""),
        )
        for intent in lines
    ]
    return sorted(rows, key=lambda row: (row.recall, row.intent))


def pairs(guesses: Sequence[Guess]) -> list[Pair]:
    """Give the confused pairs, most lines first."""
    found: dict[tuple[str, str], list[Guess]] = defaultdict(list)
    for guess in guesses:
        if not guess.right:
            found[guess.intent, guess.taken_for].append(guess)
    rows = [
        Pair(*names, tuple(sorted(mistakes, key=lambda g: (-g.probability, g.text))))
        for names, mistakes in found.items()
    ]
    return sorted(rows, key=lambda pair: (-len(pair.guesses), pair.intent, pair.taken_for))


def in_groups(intents: Iterable[str]) -> list[list[str]]:
    """Give the intents by group, each sorted; empty groups are left out."""
    groups: dict[str, list[str]] = {group: [] for group in (*GROUPS, "")}
    for intent in sorted(set(intents)):
        group = next((g for g in GROUPS if intent.startswith(f"{g}_")), "")
        groups[group].append(intent)
    return [names for names in groups.values() if names]


def as_text(guesses: Sequence[Guess], most: int) -> str:
    """Give the report for people, with the `most` confused pairs."""
    right = sum(guess.right for guess in guesses)
    low, high = wilson(right, len(guesses))
    rows = intent_rows(guesses)
    width = max(len(row.intent) for row in rows)
    out = [
        f"Right: {_percent(right / len(guesses))} % of {len(guesses)} lines"
        f" ({_percent(low)}–{_percent(high)}), {len(rows)} intents",
        "",
        f"{'':{width}} {'lines':>6} {'recall':>7} {'precision':>10}  mostly taken for",
    ]
    for row in rows:
        precision = "–" if row.precision is None else _percent(row.precision)
        out.append(
            f"{row.intent:{width}} {row.lines:>6} {_percent(row.recall):>7} {precision:>10}"
            f"  {row.mostly_taken_for}".rstrip()
        )
    out += ["", "Most confused"]
    for pair in pairs(guesses)[:most]:
        out.append(f"  {len(pair.guesses):>3}  {pair.intent} → {pair.taken_for}")
        out += [
            f"         {guess.probability:.2f}  {guess.text[:110]!r}"
            for guess in pair.guesses[:EXAMPLES]
        ]
    return "\n".join(out)


def as_json(guesses: Sequence[Guess]) -> dict[str, Any]:
    """Give the whole report as a JSON object, percentages with their Wilson 95 % interval."""
    right = sum(guess.right for guess in guesses)
    low, high = wilson(right, len(guesses))
    return {
        "lines": len(guesses),
        "right": {
            "count": right,
            "percent": round(100 * right / len(guesses), 2),
            "low": round(100 * low, 1),
            "high": round(100 * high, 1),
        },
        "intents": {
            row.intent: {
                "lines": row.lines,
                "recall": round(row.recall, 4),
                "precision": None if row.precision is None else round(row.precision, 4),
            }
            for row in intent_rows(guesses)
        },
        "pairs": [
            {
                "intent": pair.intent,
                "taken_for": pair.taken_for,
                "count": len(pair.guesses),
                "lines": [
                    {"text": guess.text, "probability": round(guess.probability, 4)}
                    for guess in pair.guesses
                ],
            }
            for pair in pairs(guesses)
        ],
    }


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"


def _words(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).casefold().replace("\u2019", "'")
    return " ".join(re.findall(r"[^\W_]+(?:'[^\W_]+)*", text))
