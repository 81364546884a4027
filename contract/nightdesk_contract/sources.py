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

from nightdesk_contract.answers import AddedAnswer
from nightdesk_contract.checked_yaml import FileError, read_checked, refused
from nightdesk_contract.findings import Finding
from nightdesk_contract.passages import Passage, load_passages, passage_files, read_passages
from nightdesk_contract.problems import Problem, shown
from nightdesk_contract.rewriting import comments_above

SCHEMA = "sources.schema.json"
PASSAGES_SCHEMA = "passages.schema.json"
FILE = "sources.yml"
"""The manifest inside the data folder."""

_DATA = "data/"
"""Findings name files from the project's root, as people do."""

RENEW = "`nightdesk sources hash --write`"


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
        found = f"no readable file ({type(error).__name__})"
        raise FileError(path, [Problem("(whole file)", found, "a UTF-8 text")]) from error
    passages_path = data / listed.passages_in
    title = _checked_title(passages_path)
    return FoundDocument(content, text, title, read_passages(passages_path))


def load_served(data: Path) -> dict[str, Passage]:
    """Read the passages that a running system reads, by id. Raises FileError."""
    folder = data / "source"
    for path in passage_files(folder):
        _checked_title(path)
    return load_passages(folder)


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


def document_findings(listed: ListedDocument, found: FoundDocument) -> Iterator[Finding]:
    """Give what differs between the manifest, the document and its passages."""
    inside = _DATA + listed.passages_in
    if listed.title != found.title:
        yield Finding("title", inside, "document", shown(found.title), shown(listed.title))
    now, noted = document_hash(found.content), listed.sha256
    yield from _hash_findings("document", _DATA + listed.file, "(whole file)", now, noted)
    known = {passage.id: passage for passage in listed.passages}
    for id, entry in known.items():
        if id not in found.passages:
            allowed = f"the passage, or none in {_DATA}{FILE} ({RENEW})"
            yield Finding("passage_missing", inside, id, "no such passage", allowed)
        else:
            now = passage_hash(found.passages[id].text)
            yield from _hash_findings("passage", inside, id, now, entry.sha256)
    for id, passage in found.passages.items():
        if id not in known:
            allowed = f"passages that {_DATA}{FILE} lists ({RENEW})"
            yield Finding("passage_extra", inside, id, "a passage more", allowed)
        if not stands_in(passage, found.text):
            allowed = f"words as they stand in {_DATA}{listed.file}"
            words = shown(folded(passage.text))
            yield Finding("not_in_document", inside, id, words, allowed)


def twice_findings(
    documents: Sequence[tuple[ListedDocument, FoundDocument]],
) -> Iterator[Finding]:
    """Give the passages of a further document whose id another one has: the first would be shown.

    A manifest that lists an id twice could not be read again.
    """
    seen: dict[str, str] = {}
    for listed, found in documents:
        for id in found.passages:
            first = seen.setdefault(id, listed.passages_in)
            if first != listed.passages_in:
                there = f"the id of a passage in {_DATA}{first}"
                inside = _DATA + listed.passages_in
                yield Finding("id_taken", inside, id, there, "an id that no passage has")


def unlisted_findings(
    served: Iterable[str], documents: Sequence[tuple[ListedDocument, FoundDocument]]
) -> Iterator[Finding]:
    """Give the passages that answers are shown with and no document has, and the other way round.

    `served` are the ids of the passages that a running system reads.
    """
    shown_with = set(served)
    checked = {id: listed for listed, found in documents for id in found.passages}
    for id in sorted(shown_with - set(checked)):
        allowed = f"passages of a document in {_DATA}{FILE}"
        yield Finding("passage_unlisted", _DATA + FILE, id, "a passage of no document", allowed)
    for id in sorted(set(checked) - shown_with):
        allowed = "data/source/passages.yml or data/source/<name>.passages.yml: others are not read"
        yield Finding(
            "passage_not_read", _DATA + FILE, id, _DATA + checked[id].passages_in, allowed
        )


def added_findings(
    added: Iterable[AddedAnswer], documents: Sequence[tuple[ListedDocument, FoundDocument]]
) -> Iterator[Finding]:
    """Give the passages of added answers that do not stand in the listed document that they name.

    What rests on a document that is not listed cannot be compared. An added passage must not have
    the id of a document's either: it would stand in its place.
    """
    ids = {id for _, found in documents for id in found.passages}
    texts = {found.title: (listed.file, found.text) for listed, found in documents}
    for answer in added:
        file, passage = f"{_DATA}answers/{answer.topic}.yml", answer.passage
        if passage.id in ids:
            allowed = "a name that no passage has"
            yield Finding("id_taken", file, "(file name)", shown(passage.id), allowed)
        if passage.document in texts:
            name, text = texts[passage.document]
            if not stands_in(passage, text):
                allowed = f"words as they stand in {_DATA}{name}"
                words = shown(folded(passage.text))
                yield Finding("not_in_document", file, "source.text", words, allowed)


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
        said.append(f"{_DATA}{after.file}: {_change(before.sha256, after.sha256)}")
    old = {passage.id: passage for passage in before.passages}
    new = {passage.id: passage for passage in after.passages}
    for id, passage in new.items():
        if id not in old:
            said.append(f"{_DATA}{after.passages_in}: {id}: new ({passage.sha256[:12]})")
        elif old[id].sha256 != passage.sha256:
            change = _change(old[id].sha256, passage.sha256)
            said.append(f"{_DATA}{after.passages_in}: {id}: {change}")
    said += [f"{_DATA}{after.passages_in}: {id}: gone" for id in old if id not in new]
    if not said and list(old) != list(new):
        said.append(f"{_DATA}{after.passages_in}: the passages stand in another order")
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


def _hash_findings(kind: str, file: str, key: str, now: str, noted: str) -> Iterator[Finding]:
    if not noted:
        yield Finding(
            f"{kind}_unhashed", file, key, "no hash yet", f"one in {_DATA}{FILE} ({RENEW})"
        )
    elif now != noted:
        allowed = f"{noted[:12]}…, or the new one after a look at the answers ({RENEW})"
        yield Finding(f"{kind}_changed", file, key, f"SHA-256 {now[:12]}…", allowed)


def _change(before: str, after: str) -> str:
    return f"changed ({before[:12]} → {after[:12]})" if before else f"hashed ({after[:12]})"


def _without_unset(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if value not in ("", None)}
