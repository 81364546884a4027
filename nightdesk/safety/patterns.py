"""Readable patterns from `data/safety/patterns/`, each with lines it must and must not fire on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import regex
import yaml

from nightdesk.safety.views import View

TIMEOUT = 0.25
"""Seconds one pattern may take on one message; past it the message counts as not judged."""


@dataclass(frozen=True)
class Pattern:
    """One readable rule and its examples."""

    id: str
    category: str
    kind: str
    level: str
    expression: "regex.Pattern[str]"
    must_fire: tuple[str, ...]
    must_not_fire: tuple[str, ...]


@dataclass(frozen=True)
class Hit:
    """A pattern that fired, and where in the original message."""

    pattern: Pattern
    span: tuple[int, int]

    def moved(self, by: int) -> "Hit":
        """Give the same hit in a text that has `by` characters more before it."""
        return replace(self, span=(self.span[0] + by, self.span[1] + by))


def load_patterns(folder: Path) -> list[Pattern]:
    """Read every pattern file. Raises ValueError naming the pattern that cannot be used."""
    patterns = []
    for path in sorted(folder.glob("*.yml")):
        for row in yaml.safe_load(path.read_text(encoding="utf-8")):
            try:
                expression = regex.compile(row["pattern"], regex.IGNORECASE | regex.V0)
                patterns.append(
                    Pattern(
                        row["id"],
                        row["category"],
                        row["kind"],
                        row["level"],
                        expression,
                        tuple(map(str, row["must_fire"])),
                        tuple(map(str, row["must_not_fire"])),
                    )
                )
            except (KeyError, regex.error) as error:
                name = row.get("id", "?")
                raise ValueError(f"{path.name}: pattern {name}: {error!r}") from error
    if not patterns:
        raise ValueError(f"no patterns in {folder}")
    return patterns


def find(patterns: Sequence[Pattern], views: Sequence[View]) -> list[Hit]:
    """Give the patterns that fire on any view, each once. Raises TimeoutError past TIMEOUT."""
    hits = []
    for pattern in patterns:
        for view in views:
            match = pattern.expression.search(view.text, timeout=TIMEOUT)
            if match:
                hits.append(Hit(pattern, view.original_span(*match.span())))
                break
    return hits
