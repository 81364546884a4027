"""docs/threat-model.md names tests that there are, and says of everybody what is not stopped."""

import ast
import re
from functools import lru_cache

import pytest

from nightdesk_desk.settings import PROJECT_ROOT

TEXT = (PROJECT_ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`([\w/.]+\.py(?:::\w+)+)`", TEXT)))
SECTIONS = re.split(r"^## ", TEXT, flags=re.MULTILINE)[1:]


@lru_cache
def names_in(path: str) -> frozenset[str]:
    """Give the tests of a file, those of a class with its name before them."""
    found: set[str] = set()
    for node in ast.parse((PROJECT_ROOT / path).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}::{each}" for each in functions(node.body)}
        found |= set(functions([node]))
    return frozenset(found)


def functions(body: list[ast.stmt]) -> list[str]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [node.name for node in body if isinstance(node, kinds)]


def test_it_names_many() -> None:
    assert len(NAMED) > 60
    # Nothing that looks like a test is written so that it is not looked for.
    assert len(re.findall("::test_", TEXT)) == len(re.findall(r"`[\w/.]+\.py(?:::\w+)+`", TEXT))


@pytest.mark.parametrize("named", NAMED)
def test_each_is_there(named: str) -> None:
    path, _, test = named.partition("::")
    assert test.rpartition("::")[2].startswith("test_")
    assert test in names_in(path)


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.partition("\n")[0])
def test_of_everybody_it_says_what_is_stopped_and_shown_and_what_is_not(section: str) -> None:
    rows = [line for line in section.splitlines() if line.startswith("| ")][1:]
    assert rows
    for row in rows:
        assert row.count("|") == 4, row
        assert "::test_" in row, row
    assert section.count("**Not stopped.**") == 1
