"""Every regular expression of ours in this environment, and a bound on what one may work.

Nothing counts the steps of a search from outside, so the bound is processor time: far above what a
search in proportion to the square of the text takes on the longest message (under a tenth of it),
far below what one to its third power or worse does (minutes).
"""

import ast
import re
import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
SECONDS = 1.0
"""Processor time of one search in one text of 2,000 characters, at most."""

_TRYING = ("match", "fullmatch", "search", "findall", "finditer", "split", "sub")


@dataclass(frozen=True)
class Expression:
    """A compiled expression and where it stands."""

    where: str
    compiled: Any
    anchored: bool = False
    """Only looked for at a text's beginning."""
    longest: int = 2000
    """Characters of the longest text that it is tried on."""

    @property
    def text(self) -> str:
        """The expression as it is written."""
        return str(self.compiled.pattern)


class RanAway(Exception):
    """A search took more than SECONDS of processor time."""


@contextmanager
def bounded(seconds: float = SECONDS) -> Iterator[None]:
    """Raise RanAway in a block that takes longer; `re` and `regex` both look for signals."""

    def over(_signal: int, _frame: FrameType | None) -> None:
        raise RanAway(f"more than {seconds} s of processor time")

    before = signal.signal(signal.SIGPROF, over)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def searched(expression: Expression, text: str) -> None:
    """Look for an expression in a text as its user does, and for the text as a whole.

    Raises RanAway.
    """
    text = text[: expression.longest]
    with bounded():
        if expression.anchored:
            expression.compiled.match(text)
        else:
            expression.compiled.search(text)
    with bounded():
        expression.compiled.fullmatch(text)


def expressions_in(packages: Iterable[tuple[Path, str]]) -> list[Expression]:
    """Give the expressions in the modules of packages, each a folder and its name in imports.

    Those that a module keeps compiled, in tuples and tables too, and those used on the spot.
    """
    found: dict[tuple[str, str], Expression] = {}
    for folder, package in packages:
        for path in sorted(folder.rglob("*.py")):
            source = path.read_text(encoding="utf-8")
            if "re.compile" not in source and "import re\n" not in source:
                continue
            parts = path.relative_to(folder).with_suffix("").parts
            name = ".".join((package, *(part for part in parts if part != "__init__")))
            for expression in (*_kept(name, source), *_on_the_spot(name, source)):
                found.setdefault((expression.text, str(expression.compiled.flags)), expression)
    return list(found.values())


def _kept(module: str, source: str) -> Iterator[Expression]:
    for name, value in vars(import_module(module)).items():
        # Nobody else uses a private one; one in a table may be used in any way.
        uses = set(re.findall(rf"\b{name}(?:\.(\w+)|\W)", source)) - {""}
        own = name.startswith("_") and not isinstance(value, list | tuple | dict)
        anchored = own and bool(uses) and uses <= {"match", "fullmatch"}
        for compiled in _compiled_in(value):
            yield Expression(f"{module}.{name}", compiled, anchored)


def _compiled_in(value: Any, depth: int = 0) -> Iterator[Any]:
    if type(value).__name__ == "Pattern" and type(value).__module__ in ("re", "_regex"):
        if isinstance(value.pattern, str):
            yield value
    elif isinstance(value, list | tuple | dict) and depth < 3:
        for below in value.values() if isinstance(value, dict) else value:
            yield from _compiled_in(below, depth + 1)


def _on_the_spot(module: str, source: str) -> Iterator[Expression]:
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "re"
            and node.func.attr in _TRYING
            and node.args
            and isinstance(node.args[0], ast.Constant)
            and isinstance(node.args[0].value, str)
        ):
            anchored = node.func.attr in ("match", "fullmatch")
            yield Expression(f"{module}:{node.lineno}", re.compile(node.args[0].value), anchored)


def in_schemas(folder: Path) -> list[Expression]:
    """Give the expressions of JSON schemas (`pattern`), as jsonschema looks for them."""
    found = []
    for path in sorted(folder.glob("*.json")):
        for text in sorted(_patterns(yaml.safe_load(path.read_text(encoding="utf-8")))):
            found.append(Expression(f"{path.name}: {text}", re.compile(text)))
    return found


def _patterns(row: Any) -> set[str]:
    if isinstance(row, dict):
        own = {row["pattern"]} if isinstance(row.get("pattern"), str) else set()
        return own.union(*map(_patterns, row.values()))
    return set().union(*map(_patterns, row)) if isinstance(row, list) else set()
