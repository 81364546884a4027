"""The manifest of the documents that answers rest on: what each holds, by hash.

A document is a file with its words as they are, and a file with its passages. The manifest
(`data/sources.yml`) notes the SHA-256 of both, so that no word changes unseen.
"""

import datetime
import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from nightdesk_contract.checked_yaml import FileError, read_checked, refused, unreadable
from nightdesk_contract.passages import Passage, load_passages, passage_files, read_passages
from nightdesk_contract.problems import Problem, shown
from nightdesk_contract.rewriting import comments_above

SCHEMA = "sources.schema.json"
PASSAGES_SCHEMA = "passages.schema.json"
FILE = "sources.yml"
"""The manifest inside the data folder."""

DATA = "data/"
"""Files are named from the project's root, as people do."""


@dataclass(frozen=True)
class ListedPassage:
    """A passage as the manifest has it; `unanswered` says why no answer rests on it."""

    id: str
    sha256: str = ""
    unanswered: str = ""


@dataclass(frozen=True)
class ListedDocument:
    """A document as the manifest has it. `date` and `version` are unset where nobody knows them."""

    title: str
    file: str
    passages_in: str
    sha256: str = ""
    date: datetime.date | None = None
    version: str = ""
    passages: tuple[ListedPassage, ...] = ()


@dataclass(frozen=True)
class FoundDocument:
    """A document as it lies there: its bytes, its words, its passages by id."""

    content: bytes
    text: str
    title: str
    passages: Mapping[str, Passage]


def load_sources(path: Path) -> tuple[ListedDocument, ...]:
    """Read the manifest. Raises FileError naming key, line, what was found and what is allowed."""
    rows: list[dict[str, Any]] = read_checked(path, SCHEMA)["documents"]
    problems = [
        Problem(f"documents.{number}.date", shown(row["date"]), "YYYY-MM-DD, or no such key")
        for number, row in enumerate(rows)
        if "date" in row
        and type(row["date"]) is not datetime.date  # a time of day makes it a datetime
    ]
    problems += _twice("file", ((f"documents.{i}.file", row["file"]) for i, row in enumerate(rows)))
    # A passage knows its document by the title alone.
    titles = ((f"documents.{i}.title", row["title"]) for i, row in enumerate(rows))
    problems += _twice("title", titles)
    problems += _twice(
        "id",
        (
            (f"documents.{i}.passages.{k}.id", passage["id"])
            for i, row in enumerate(rows)
            for k, passage in enumerate(row.get("passages", ()))
        ),
    )
    if problems:
        raise refused(path, problems)
    return tuple(
        ListedDocument(**{**row, "passages": tuple(_listed(row.get("passages", ())))})
        for row in rows
    )


def read_document(listed: ListedDocument, data: Path) -> FoundDocument:
    """Read a document and its passages from the data folder. Raises FileError."""
    path = data / listed.file
    try:
        content = path.read_bytes()
        text = content.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(path, [unreadable(error, "a UTF-8 text")]) from error
    passages_path = data / listed.passages_in
    title = _checked_title(passages_path)
    return FoundDocument(content, text, title, read_passages(passages_path))


def load_served(data: Path) -> dict[str, Passage]:
    """Read the passages that a running system reads, by id. Raises FileError."""
    folder = data / "source"
    for path in passage_files(folder):
        _checked_title(path)
    return load_passages(folder)


def dated(
    passages: Mapping[str, Passage], documents: Iterable[ListedDocument]
) -> dict[str, Passage]:
    """Give the passages with the dates of their documents; one that has a date keeps it."""
    dates = {document.title: document.date for document in documents}
    return {
        id: replace(passage, date=passage.date or dates.get(passage.document))
        for id, passage in passages.items()
    }


def folded(text: str) -> str:
    """Give `text` with every run of white space as one space: where lines end says nothing."""
    return " ".join(text.split())


def passage_hash(text: str) -> str:
    """Give the SHA-256 of a passage's words."""
    return hashlib.sha256(folded(text).encode()).hexdigest()


def document_hash(content: bytes) -> str:
    """Give the SHA-256 of a document's file, as `sha256sum` does."""
    return hashlib.sha256(content).hexdigest()


def stands_in(passage: Passage, document: str) -> bool:
    """Say whether a passage's words stand in the document as they are.

    A number and the title at the passage's start need not: they are the document's headings.
    """
    heading = rf"^(?:\d+[.)] ?)?(?:{re.escape(folded(passage.title))} ?: ?)?"
    words = re.sub(heading, "", folded(passage.text))
    whole = rf"(?<!\w){re.escape(words)}(?!\w)"
    return bool(words) and re.search(whole, folded(document)) is not None


def renewed(listed: ListedDocument, found: FoundDocument) -> ListedDocument:
    """Give the manifest's entry for the document as it lies there; what people wrote stays."""
    reasons = {passage.id: passage.unanswered for passage in listed.passages}
    return replace(
        listed,
        sha256=document_hash(found.content),
        passages=tuple(
            ListedPassage(id, passage_hash(passage.text), reasons.get(id, ""))
            for id, passage in found.passages.items()
        ),
    )


def changes(before: ListedDocument, after: ListedDocument) -> list[str]:
    """Say what changed in a document since its hashes were set, a sentence each."""
    said = []
    if before.sha256 != after.sha256:
        said.append(f"{DATA}{after.file}: {_change(before.sha256, after.sha256)}")
    old = {passage.id: passage for passage in before.passages}
    new = {passage.id: passage for passage in after.passages}
    for id, passage in new.items():
        if id not in old:
            said.append(f"{DATA}{after.passages_in}: {id}: new ({passage.sha256[:12]})")
        elif old[id].sha256 != passage.sha256:
            change = _change(old[id].sha256, passage.sha256)
            said.append(f"{DATA}{after.passages_in}: {id}: {change}")
    said += [f"{DATA}{after.passages_in}: {id}: gone" for id in old if id not in new]
    if not said and list(old) != list(new):
        said.append(f"{DATA}{after.passages_in}: the passages stand in another order")
    return said


def to_yaml(before: str, documents: Sequence[ListedDocument]) -> str:
    """Give the manifest's text: the comment at the top of the text `before`, then the documents."""
    rows = [
        _without_unset({**vars(d), "passages": [_without_unset(vars(p)) for p in d.passages]})
        for d in documents
    ]
    body = yaml.safe_dump({"documents": rows}, allow_unicode=True, sort_keys=False, width=100)
    return comments_above(before) + body


def _checked_title(path: Path) -> str:
    """Check a file of passages; give its document's title. Raises FileError."""
    row = read_checked(path, PASSAGES_SCHEMA)
    keys = ((f"passages.{number}.id", p["id"]) for number, p in enumerate(row["passages"]))
    if problems := list(_twice("id", keys)):
        raise refused(path, problems)
    return str(row["document"])


def _listed(rows: Iterable[Mapping[str, str]]) -> Iterator[ListedPassage]:
    return (ListedPassage(**row) for row in rows)


def _twice(name: str, keys: Iterable[tuple[str, str]]) -> Iterator[Problem]:
    seen: Counter[str] = Counter()
    for key, value in keys:
        seen[value] += 1
        if seen[value] > 1:
            yield Problem(key, f"{shown(value)} again", f"each {name} once")


def _change(before: str, after: str) -> str:
    return f"changed ({before[:12]} → {after[:12]})" if before else f"hashed ({after[:12]})"


def _without_unset(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if value not in ("", None)}
