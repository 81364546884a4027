"""Every text that a visitor can read, by the file and key that it stands under.

PLACES is the one list of where such texts lie: what a check reads comes from here. In a file's row
every text counts, save under keys that are known to be no visitor's: a new key is never forgotten.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from nightdesk_contract.checked_yaml import FileError, unreadable
from nightdesk_contract.outcome import ENGLISH, LANGUAGES
from nightdesk_contract.page_texts import blocks, paragraphs

_FOREIGN = tuple(language for language in LANGUAGES if language != ENGLISH)
_CRISIS_FIELD = re.compile(r"\{(emergency|crisis_call|crisis_text|reach)\}")
_CRISIS_KEY = re.compile(r"(?:^|\.)(?:crisis|handover|bot_unavailable|contact_help|down)(?:_|\.|$)")


@dataclass(frozen=True)
class Place:
    """Where visitors' texts lie: files by a pattern from the project's root.

    `below`: the one key that they stand under; "" for the whole file. `hidden`: keys that no
    visitor reads, with all below them. `others`: keys whose words are not ours (a document's, lists
    of names), so that no reading grade counts. `graded` and `in_crisis` go for the whole file;
    `english`: the one key whose texts are in English, "" where a key's ending tells the language.
    """

    pattern: str
    below: str = ""
    hidden: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()
    graded: bool = True
    in_crisis: bool = False
    english: str = ""


_RESPONSES = frozenset({"payload", "custom"})

PLACES = (
    Place("domain.yml", below="responses", hidden=_RESPONSES),
    Place("domain/**/*.yml", below="responses", hidden=_RESPONSES),
    Place(
        "clinic.yml",
        hidden=frozenset(
            {
                *("country", "time_zone", "hours", "closed_days", "mode"),
                *("staff_answer_seconds", "staff_times", "alerts", "desk_url", "sites"),
            }
        ),
    ),
    Place("data/safety/replies.yml", below="responses", hidden=_RESPONSES, in_crisis=True),
    Place(
        "data/safety/crisis_lines.yml",
        hidden=frozenset({"source", "last_verified"}),
        in_crisis=True,
    ),
    Place("data/topics.yml"),
    Place("data/texts/desk.yml", others=frozenset({"days", "months"})),
    Place("data/texts/pages.yml"),
    Place("data/texts/figures.yml", hidden=frozenset({"file", "kinds", "figure"})),
    Place("data/texts/figures.es.yml", hidden=frozenset({"file", "kinds", "figure"})),
    Place("data/texts/languages.yml", english="generic", in_crisis=True),
    Place(
        "data/texts/canned_replies.yml", hidden=frozenset({"id", "title", "levels"}), in_crisis=True
    ),
    Place(
        "data/cautions.yml",
        hidden=frozenset({"id", "beside", "reason", "url"}),
        others=frozenset({"name"}),
    ),
    Place(
        "data/answers/*.y*ml", hidden=frozenset({"examples"}), others=frozenset({"source", "title"})
    ),
    Place("data/source/*.yml", hidden=frozenset({"id"}), graded=False),
    Place("data/source/*.txt", graded=False),
    Place("desk/widget/strings/**/*.json"),
    Place("desk/nightdesk_desk/templates/*.html"),
    Place("docs/crisis-protocol.md", in_crisis=True),
    Place("docs/crisis-protocol.es.md", in_crisis=True),
)


@dataclass(frozen=True)
class VisibleText:
    """A text with where it stands. `graded`: its reading grade counts, being English and ours.

    `line` is that of its key, where it can be told.
    """

    path: Path
    key: str
    text: str
    graded: bool
    in_crisis: bool
    line: int | None = None


@dataclass(frozen=True)
class Roots:
    """Where the parts of a project lie that need not lie in its root."""

    root: Path
    clinic: Path
    data: Path
    docs: Path

    @staticmethod
    def of(root: Path) -> "Roots":
        """Give them for a project that has everything in its root."""
        return Roots(root, root / "clinic.yml", root / "data", root / "docs")

    def files(self, pattern: str) -> list[Path]:
        """Give the files of a place's pattern, in order."""
        if pattern == "clinic.yml":
            return [self.clinic] if self.clinic.is_file() else []
        first, _, rest = pattern.partition("/")
        folder = {"data": self.data, "docs": self.docs}.get(first)
        found = folder.glob(rest) if folder and rest else self.root.glob(pattern)
        return sorted(path for path in found if path.is_file())


def visible_texts(roots: Roots, places: Sequence[Place] = PLACES) -> Iterator[VisibleText]:
    """Give every text of every place. Raises FileError for a file that cannot be read."""
    for place in places:
        for path in roots.files(place.pattern):
            yield from texts_of(path, place)


def texts_of(path: Path, place: Place) -> Iterator[VisibleText]:
    """Give the texts of one file. Raises FileError."""
    lines = _lines_of(path)
    for keys, text in _read(path, place):
        ours = place.graded and not place.others.intersection(keys)
        english = keys[0] == place.english if place.english else _is_english(keys)
        # "more.es.json" are the widget's words in Spanish.
        english = english and path.stem.rpartition(".")[2] not in _FOREIGN
        key = ".".join(keys)
        in_crisis = place.in_crisis or bool(_CRISIS_KEY.search(key) or _CRISIS_FIELD.search(text))
        yield VisibleText(path, key, text, ours and english, in_crisis, lines.get(keys))


def _is_english(keys: Sequence[str]) -> bool:
    return not any(
        key in _FOREIGN or key.endswith(tuple(f"_{f}" for f in _FOREIGN)) for key in keys
    )


def _lines_of(path: Path) -> dict[tuple[str, ...], int]:
    """Give the line (from 1) of every key in a YAML file; nothing for one that cannot be read."""
    if path.suffix not in (".yml", ".yaml"):
        return {}
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except (OSError, ValueError, RecursionError, yaml.YAMLError):
        return {}
    lines: dict[tuple[str, ...], int] = {}
    below: list[tuple[tuple[str, ...], yaml.Node]] = [((), root)] if root else []
    seen: set[int] = set()
    while below:
        keys, node = below.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        for name, at, value in _parts(node):
            key = (*keys, name)
            lines[key] = at.start_mark.line + 1
            below.append((key, value))
    return lines


def _parts(node: yaml.Node) -> Iterator[tuple[str, yaml.Node, yaml.Node]]:
    """Give what stands in a mapping or a list: its name, where that stands, its value."""
    if isinstance(node, yaml.MappingNode):
        yield from ((str(name.value), name, value) for name, value in node.value)
    elif isinstance(node, yaml.SequenceNode):
        yield from ((str(number), value, value) for number, value in enumerate(node.value))


Keyed = Iterator[tuple[tuple[str, ...], str]]


def _read(path: Path, place: Place) -> Keyed:
    try:
        text = path.read_text(encoding="utf-8")
        if path.suffix in (".yml", ".yaml", ".json"):
            row = json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
            if place.below:
                row = row.get(place.below) if isinstance(row, dict) else None
            yield from _texts_in(row, (place.below,) if place.below else (), place.hidden)
        elif path.suffix == ".html":
            yield from _numbered(blocks(text))
        else:
            yield from _numbered(paragraphs(text))
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
        raise FileError(path, [unreadable(error, "a readable UTF-8 file")]) from error


def _texts_in(row: Any, keys: tuple[str, ...], hidden: frozenset[str]) -> Keyed:
    if isinstance(row, str):
        yield keys or ("(whole file)",), row
    elif isinstance(row, dict):
        for key, value in row.items():
            if key not in hidden:
                yield from _texts_in(value, (*keys, str(key)), hidden)
    elif isinstance(row, list):
        for number, value in enumerate(row):
            yield from _texts_in(value, (*keys, str(number)), hidden)


def _numbered(parts: Sequence[str]) -> Keyed:
    for number, part in enumerate(parts):
        yield (f"#{number}",), part
