"""What visitors and staff say: the file of sentences, and one visitor's next words."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Literal

import yaml

SENTENCES = Path(__file__).with_name("sentences.yml")

Kind = Literal["crisis", "question", "person", "medical", "small"]

WEIGHTS: tuple[tuple[str, Kind, int], ...] = (
    ("questions", "question", 44),
    ("crisis", "crisis", 16),
    ("two_at_once", "question", 9),
    ("questions_in_pieces", "question", 9),
    ("crisis_in_pieces", "crisis", 4),
    ("person", "person", 8),
    ("medical", "medical", 4),
    ("small", "small", 6),
)
"""How often each part of the file is said. Much more crisis than anywhere, as it matters most."""


@dataclass(frozen=True)
class Turn:
    """What a visitor sends next: one message, or several at once that are one `kind` together."""

    kind: Kind
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Sentences:
    """All that can be said, by part of the file; each entry has one text or more."""

    parts: dict[str, list[tuple[str, ...]]]

    @staticmethod
    def load(path: Path = SENTENCES) -> "Sentences":
        """Read the file. Raises OSError or yaml.YAMLError."""
        rows: dict[str, list[str | list[str]]] = yaml.safe_load(path.read_text(encoding="utf-8"))
        return Sentences({name: [_texts(row) for row in found] for name, found in rows.items()})

    def next_turn(self, random: Random) -> Turn:
        """Choose what a visitor says next."""
        names = random.choices(WEIGHTS, [weight for _, _, weight in WEIGHTS])
        part, kind, _ = names[0]
        return Turn(kind, random.choice(self.parts[part]))

    def crises(self) -> list[tuple[str, ...]]:
        """Give what the bot must recognise as a crisis: each entry, and the last of its pieces."""
        pieces = self.parts["crisis_in_pieces"]
        return self.parts["crisis"] + pieces + [texts[-1:] for texts in pieces]

    def all_texts(self) -> set[str]:
        """Give every text that can identify itself in a log: those of several words."""
        found = {text for part in self.parts.values() for texts in part for text in texts}
        return {text for text in found if len(text.split()) >= 3}


def _texts(row: str | Sequence[str]) -> tuple[str, ...]:
    return (row,) if isinstance(row, str) else tuple(row)
