"""The source document, passage by passage."""

import datetime
from dataclasses import dataclass
from pathlib import Path

import yaml


@dataclass(frozen=True)
class Passage:
    """One passage of the source document: its words as they are, under a stable id.

    `date` is the document's own, None where nobody knows it.
    """

    id: str
    title: str
    text: str
    document: str
    date: datetime.date | None = None


def load_passages(directory: Path) -> dict[str, Passage]:
    """Read every document's passages in `directory`; give them by id, in the document's order.

    The first document's are in `passages.yml`, those of further ones in `<name>.passages.yml`.
    Raises OSError, yaml.YAMLError or KeyError when a file is not there or not whole.
    """
    found: dict[str, Passage] = {}
    for path in passage_files(directory):
        for id, passage in read_passages(path).items():
            found.setdefault(id, passage)  # an id keeps its first meaning
    return found


def passage_files(directory: Path) -> list[Path]:
    """Give the files that passages are read from, the first document's first."""
    return [directory / "passages.yml", *sorted(directory.glob("*.passages.yml"))]


def read_passages(path: Path) -> dict[str, Passage]:
    """Read one document's passages. Raises as `load_passages`."""
    row = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {
        p["id"]: Passage(p["id"], p["title"], p["text"].strip(), row["document"])
        for p in row["passages"]
    }
