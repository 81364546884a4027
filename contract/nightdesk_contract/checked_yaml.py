"""Data files that must be right before anything starts: what is wrong, in which line."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from nightdesk_contract.problems import Problem, kind_of, schema_problems

_WHOLE = "(whole file)"


class FileError(ValueError):
    """A data file cannot be used; `problems` lists why, with the line where it can be told."""

    def __init__(self, path: Path, problems: Sequence[Problem]) -> None:
        super().__init__(f"{path}: " + "; ".join(map(str, problems)))
        self.path = path
        self.problems = list(problems)


@dataclass(frozen=True)
class Decoded:
    """A YAML file as it was read. `twice` are the keys of which YAML would drop the first."""

    text: str
    row: Any
    twice: list[Problem]


def read_yaml(path: Path) -> Decoded:
    """Read a YAML file. Raises FileError when it cannot be read or is no YAML."""
    try:
        text = path.read_text(encoding="utf-8")
        loader = _Loader(text)
        try:
            root = loader.get_single_node()
            twice = list(_twice(root, set())) if root is not None else []
            # YAML calls it "construct a document"; an empty file has none.
            row = loader.construct_document(root) if root is not None else None
        finally:
            loader.dispose()
    except (OSError, yaml.YAMLError, ValueError, RecursionError) as error:
        raise FileError(path, [unreadable(error)]) from error
    return Decoded(text, row, twice)


def unreadable(error: Exception, wanted: str = "a UTF-8 YAML file") -> Problem:
    """Give what is wrong with a file that could not be read, or is no YAML, because of `error`."""
    if isinstance(error, OSError | UnicodeDecodeError):
        return Problem(_WHOLE, f"no readable file ({type(error).__name__})", wanted)
    why = "endless nesting" if isinstance(error, RecursionError) else None
    why = why or getattr(error, "problem", None)
    mark = getattr(error, "problem_mark", None)
    # See _Loader: what looks like a day and is none.
    no_day = isinstance(error.__cause__, ValueError)
    allowed = "YAML, with real days as YYYY-MM-DD" if no_day else "YAML"
    found = f"broken YAML ({why})" if why else "broken YAML"
    return Problem(_WHOLE, found, allowed, mark.line + 1 if mark else None)


def read_checked(path: Path, schema: str) -> dict[str, Any]:
    """Read a YAML mapping and check it against a schema of this package (its file name).

    Raises FileError, naming each key that is wrong, its line, what was found and what is allowed. A
    key that stands twice is wrong, too: YAML would drop the first one in silence.
    """
    text, row = _read(path)
    if not isinstance(row, dict):
        allowed = "a mapping of keys to values"
        raise FileError(path, [Problem(_WHOLE, kind_of(row), allowed)])
    problems = list(dict.fromkeys(schema_problems(row, schema)))
    if problems:
        raise FileError(path, located(problems, text))
    return row


def read_checked_list(path: Path, schema: str) -> list[dict[str, Any]]:
    """Read a YAML list and check it against a schema of this package. Raises as `read_checked`."""
    text, rows = _read(path)
    if not isinstance(rows, list):
        raise FileError(path, [Problem(_WHOLE, kind_of(rows), "a list of entries")])
    problems = list(dict.fromkeys(schema_problems(rows, schema)))
    if problems:
        raise FileError(path, located(problems, text))
    return rows


def refused(path: Path, problems: Sequence[Problem]) -> FileError:
    """Give the error for a file that could be read but not used, with the line of each problem."""
    return FileError(path, located(problems, path.read_text(encoding="utf-8")))


def located(problems: Sequence[Problem], text: str) -> list[Problem]:
    """Give the problems with the line (from 1) of their key in the YAML `text`.

    A key that is not in the text (one that is missing) gets the line of what it should stand in.
    """
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    return [replace(problem, line=_line_of(root, problem.key)) for problem in problems]


class _Loader(yaml.SafeLoader):
    """Says where a value stands that is not what YAML takes it for: 2026-02-30, `!!timestamp x`."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            found = super().construct_object(node, deep=deep)
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            # PyYAML trips over a tag that does not fit its value, each in another way.
            raise yaml.constructor.ConstructorError(
                problem=str(error), problem_mark=node.start_mark
            ) from error
        if isinstance(found, str) and any("\ud800" <= char <= "\udfff" for char in found):
            # "\ud800" in quotes: no text with it could be stored or shown.
            raise yaml.constructor.ConstructorError(
                problem="half of a surrogate pair, which is no character",
                problem_mark=node.start_mark,
            )
        return found


def _read(path: Path) -> tuple[str, Any]:
    found = read_yaml(path)
    if found.twice:
        raise FileError(path, found.twice)
    return found.text, found.row


def _twice(node: yaml.Node, seen: set[int], inside: str = "") -> Iterator[Problem]:
    """Give every key that stands twice in one mapping. `seen` guards against aliases in a ring."""
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        for number, below in enumerate(node.value):
            yield from _twice(below, seen, f"{inside}{number}.")
    elif isinstance(node, yaml.MappingNode):
        names: set[str] = set()
        for name, below in node.value:
            if isinstance(name, yaml.ScalarNode):
                key = inside + name.value
                if name.value in names:
                    line = name.start_mark.line + 1
                    yield Problem(key, "the same key again", "each key once", line)
                names.add(name.value)
                yield from _twice(below, seen, f"{key}.")


def _line_of(node: "yaml.Node | None", key: str) -> int | None:
    line = node.start_mark.line + 1 if node is not None else None
    for name in key.split(", ")[0].split("."):
        below: yaml.Node | None = None
        if isinstance(node, yaml.MappingNode):
            for name_node, value in node.value:
                if name_node.value == name:
                    below, line = value, name_node.start_mark.line + 1
        elif isinstance(node, yaml.SequenceNode) and name.isdigit() and int(name) < len(node.value):
            below = node.value[int(name)]
            line = below.start_mark.line + 1
        if below is None:
            break
        node = below
    return line
