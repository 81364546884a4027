"""Readable patterns from `data/safety/patterns/`, each with lines it must and must not fire on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import regex

from nightdesk.safety.budget import Budget
from nightdesk.safety.expressions import FLAGS, TIMEOUT, wanted
from nightdesk.safety.views import View, views_of
from nightdesk_contract.checked_yaml import FileError, read_checked_list, refused
from nightdesk_contract.problems import Problem, shown

SCHEMA = "patterns.schema.json"

LEVELS = {"crisis": ("P0", "P1"), "medical_advice": ("P2",)}
"""The levels that a pattern may have: what it finds gets no other (nightdesk.policies)."""


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
    """Read every pattern file, and try each pattern on its own examples.

    Raises FileError naming file, line, what was found and what is allowed; ValueError where there
    is no pattern at all. Nothing is left out in silence: one bad pattern refuses them all.
    """
    found: dict[str, Pattern] = {}
    for path in _files(folder):
        for number, row in enumerate(read_checked_list(path, SCHEMA)):
            pattern = _pattern(path, number, row)
            if pattern.id in found:
                raise _refused(path, f"{number}.id", pattern.id, "an id that no other pattern has")
            _try_out(path, number, pattern)
            found[pattern.id] = pattern
    if not found:
        raise ValueError(f"no patterns in {folder}")
    return list(found.values())


def _files(folder: Path) -> list[Path]:
    """Give the pattern files; one that only looks like one would be left out in silence."""
    paths = sorted(p for p in folder.rglob("*") if p.suffix.lower() in (".yml", ".yaml"))
    for path in paths:
        if path.suffix != ".yml" or path.parent != folder:
            allowed = f"a name that ends in .yml, in {folder} itself"
            raise FileError(path, [Problem("(file name)", shown(path.name), allowed)])
    return paths


def _pattern(path: Path, number: int, row: dict[str, Any]) -> Pattern:
    levels = LEVELS[row["category"]]
    if row["level"] not in levels:
        allowed = f"{' or '.join(levels)} for {row['category']}"
        raise _refused(path, f"{number}.level", row["level"], allowed)
    if allowed := wanted(row["pattern"]):
        raise _refused(path, f"{number}.pattern", row["pattern"], allowed)
    return Pattern(
        row["id"],
        row["category"],
        row["kind"],
        row["level"],
        regex.compile(row["pattern"], FLAGS),
        tuple(row["must_fire"]),
        tuple(row["must_not_fire"]),
    )


def _try_out(path: Path, number: int, pattern: Pattern) -> None:
    """Raises FileError unless a pattern fires on its examples as they say (all: half a second)."""
    try:
        for name, due in (("must_fire", True), ("must_not_fire", False)):
            for i, line in enumerate(getattr(pattern, name)):
                hits = find([pattern], views_of(line))
                if due != any(start < end for start, end in (hit.span for hit in hits)):
                    allowed = f"a line on which {pattern.id} {'fires' if due else 'does not fire'}"
                    raise _refused(path, f"{number}.{name}.{i}", line, allowed)
    except TimeoutError as error:
        allowed = f"an expression that is done with its own examples within {TIMEOUT} s a line"
        text = pattern.expression.pattern
        raise _refused(path, f"{number}.pattern", text, allowed) from error


def _refused(path: Path, key: str, value: str, allowed: str) -> FileError:
    return refused(path, [Problem(key, shown(value), allowed)])


def find(
    patterns: Sequence[Pattern], views: Sequence[View], budget: Budget | None = None
) -> list[Hit]:
    """Give the patterns that fire on any view, each once.

    Raises TimeoutError where one of them takes longer than TIMEOUT, or all of them longer than is
    left of `budget`.
    """
    hits = []
    for pattern in patterns:
        for view in views:
            timeout = TIMEOUT if budget is None else min(TIMEOUT, budget.left())
            match = pattern.expression.search(view.text, timeout=timeout)
            if match:
                hits.append(Hit(pattern, view.original_span(*match.span())))
                break
    return hits
