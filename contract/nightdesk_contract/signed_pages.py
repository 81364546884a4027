"""What a clinician signs beside answers and replies: pages, the widget and other languages' words.

Only what names help or is said in a crisis. These texts are always shown, signed or not: help is
never held back.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from nightdesk_contract.canned_replies import load_canned_replies
from nightdesk_contract.checked_yaml import FileError, read_checked, unreadable
from nightdesk_contract.clinic import ClinicError, load_clinic
from nightdesk_contract.domain_answers import domain_at
from nightdesk_contract.problems import Problem, kind_of
from nightdesk_contract.signed_items import (
    SignedItem,
    canned_items,
    item_of,
    items_without_clinic,
    with_clinic,
)

MAPPING = "mapping.schema.json"
PROTOCOLS = {"protocol": "crisis-protocol.md", "protocol_es": "crisis-protocol.es.md"}
"""The public page on crises in each language, by what it is called where it is signed."""
STRINGS = Path("desk/widget/strings")
"""Where the widget's words lie, from the project's root."""

_NUMBERS_IN = re.compile(r"\{(?:emergency|crisis_call|crisis_text|reach)\}")
_OF_HELP = re.compile(r"^(?:crisis|down)(?:_|$)|_crisis$")
_A_NUMBER = "{number}"
"""In the widget only numbers of help are put in under this name."""

_FIGURES = re.compile(r"<!-- figures: .*?<!-- figures end -->", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


def load_every_item(root: Path, clinic: Path, data: Path, docs: Path) -> dict[str, SignedItem]:
    """Read every item of a project that is signed, by id, group by group. Raises FileError."""
    try:
        settings = load_clinic(clinic)
    except ClinicError as error:
        raise FileError(clinic, error.problems) from error
    items = [
        *items_without_clinic(domain_at(root), data),
        *canned_items(load_canned_replies(data)),
        *load_page_items(data, docs, root / STRINGS),
    ]
    return with_clinic(items, settings)


def load_page_items(data: Path, docs: Path, strings: Path) -> list[SignedItem]:
    """Read the items of the pages, of the widget and of other languages. Raises FileError."""
    texts = data / "texts"
    return [
        *(protocol_item(_read(docs / file), name) for name, file in PROTOCOLS.items()),
        *page_items(read_checked(texts / "pages.yml", MAPPING)),
        *language_items(read_checked(texts / "languages.yml", MAPPING)),
        *widget_items({path.stem: _strings(path) for path in sorted(strings.glob("*.json"))}),
    ]


def protocol_item(document: str, name: str = "protocol") -> SignedItem:
    """Give the public page on crises.

    Its figures are measured and written by a command, so they are no part of what is signed.
    """
    parts = re.split(r"\n\s*\n", _COMMENT.sub("", _FIGURES.sub("", document)))
    return item_of(f"crisis:page.{name}", [("text", part) for part in parts if part.strip()])


def page_items(pages: Mapping[str, Any]) -> list[SignedItem]:
    """Give each page on which a crisis number stands."""
    found = {name: list(_texts_in(page)) for name, page in pages.items()}
    return [
        item_of(f"crisis:page.{name}", lines)
        for name, lines in found.items()
        if any(_NUMBERS_IN.search(text) for _, text in lines)
    ]


def language_items(languages: Mapping[str, Any]) -> list[SignedItem]:
    """Give what is said in each other language, with the words that its numbers are put into."""
    return [item_of(f"crisis:language.{code}", _texts_in(row)) for code, row in languages.items()]


def widget_items(files: Mapping[str, Mapping[str, str]]) -> list[SignedItem]:
    """Give each of the widget's strings that names help, with its words in every language.

    Takes the strings by their file's name, without ".json".
    """
    lines: dict[str, list[tuple[str, str]]] = {}
    for name, strings in files.items():
        for key, text in strings.items():
            if _OF_HELP.search(key) or _A_NUMBER in text:
                lines.setdefault(key, []).append((f"text ({name})", text))
    return [item_of(f"crisis:widget.{key}", said) for key, said in lines.items()]


def _texts_in(row: Any, name: str = "text") -> Iterator[tuple[str, str]]:
    """Give every text in a row, labelled with its key."""
    if isinstance(row, Mapping):
        for key, value in row.items():
            yield from _texts_in(value, str(key))
    elif isinstance(row, list):
        for value in row:
            yield from _texts_in(value, name)
    elif isinstance(row, str):
        yield name, row


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(path, [unreadable(error, "a UTF-8 text file")]) from error


def _strings(path: Path) -> dict[str, str]:
    allowed = "a JSON object of names to texts"
    try:
        row = json.loads(_read(path))
    except ValueError as error:
        raise FileError(path, [Problem("(whole file)", f"no JSON ({error})", allowed)]) from error
    if not isinstance(row, dict):
        raise FileError(path, [Problem("(whole file)", kind_of(row), allowed)])
    wrong = [Problem(key, kind_of(v), "a text") for key, v in row.items() if not isinstance(v, str)]
    if wrong:
        raise FileError(path, wrong)
    return row
