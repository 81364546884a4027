"""Data files that must be right before anything starts: what is wrong, in which line."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from nightdesk_contract.problems import Problem, kind_of, schema_problems


class FileError(ValueError):
    """A data file cannot be used; `problems` lists why, with the line where it can be told."""

    def __init__(self, path: Path, problems: Sequence[Problem]) -> None:
        super().__init__(f"{path}: " + "; ".join(map(str, problems)))
        self.path = path
        self.problems = list(problems)


def read_checked(path: Path, schema: str) -> dict[str, Any]:
    """Read a YAML mapping and check it against a schema of this package (its file name).

    Raises FileError, naming each key that is wrong, its line, what was found and what is allowed.
    """
    text, row = _read(path)
    if not isinstance(row, dict):
        allowed = "a mapping of keys to values"
        raise FileError(path, [Problem("(whole file)", kind_of(row), allowed)])
    problems = list(dict.fromkeys(schema_problems(row, schema)))
    if problems:
        raise FileError(path, located(problems, text))
    return row


def read_checked_list(path: Path, schema: str) -> list[dict[str, Any]]:
    """Read a YAML list and check it against a schema of this package. Raises as `read_checked`."""
    text, rows = _read(path)
    if not isinstance(rows, list):
        raise FileError(path, [Problem("(whole file)", kind_of(rows), "a list of entries")])
    problems = list(dict.fromkeys(schema_problems(rows, schema)))
    if problems:
        raise FileError(path, located(problems, text))
    return rows


def located(problems: Sequence[Problem], text: str) -> list[Problem]:
    """Give the problems with the line (from 1) of their key in the YAML `text`.

    A key that is not in the text (one that is missing) gets the line of what it should stand in.
    """
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    return [replace(problem, line=_line_of(root, problem.key)) for problem in problems]


def _read(path: Path) -> tuple[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
        return text, yaml.safe_load(text)
    except (OSError, UnicodeDecodeError) as error:
        found = f"no readable file ({type(error).__name__})"
        raise FileError(path, [Problem("(whole file)", found, "a UTF-8 YAML file")]) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else None
        raise FileError(path, [Problem("(whole file)", "broken YAML", "YAML", line)]) from error


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
