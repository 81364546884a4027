"""Readable patterns from `data/safety/patterns/`, each with lines it must and must not fire on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import regex

from nightdesk.safety.views import View
from nightdesk_contract.checked_yaml import FileError, located, read_checked_list
from nightdesk_contract.problems import Problem, shown

SCHEMA = "patterns.schema.json"

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
    """Read every pattern file.

    Raises FileError naming file, line, what was found and what is allowed; ValueError where there
    is no pattern at all. Nothing is left out in silence: one bad pattern refuses them all.
    """
    found: dict[str, Pattern] = {}
    for path in sorted(folder.glob("*.yml")):
        for number, row in enumerate(read_checked_list(path, SCHEMA)):
            if row["id"] in found:
                raise _refused(path, number, "id", row["id"], "an id that no other pattern has")
            try:
                expression = regex.compile(row["pattern"], regex.IGNORECASE | regex.V0)
            except regex.error as error:
                allowed = f"a regular expression ({error})"
                raise _refused(path, number, "pattern", row["pattern"], allowed) from error
            found[row["id"]] = Pattern(
                row["id"],
                row["category"],
                row["kind"],
                row["level"],
                expression,
                tuple(map(str, row["must_fire"])),
                tuple(map(str, row["must_not_fire"])),
            )
    if not found:
        raise ValueError(f"no patterns in {folder}")
    return list(found.values())


def _refused(path: Path, number: int, key: str, value: str, allowed: str) -> FileError:
    problem = Problem(f"{number}.{key}", shown(value), allowed)
    return FileError(path, located([problem], path.read_text(encoding="utf-8")))


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
