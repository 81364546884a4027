"""The source document, passage by passage."""

from dataclasses import dataclass
from pathlib import Path

import yaml


@dataclass(frozen=True)
class Passage:
    """One passage of the source document: its words as they are, under a stable id."""

    id: str
    title: str
    text: str
    document: str


def load_passages(directory: Path) -> dict[str, Passage]:
    """Read `passages.yml` in `directory`; give the passages by id, in the document's order.

    Raises OSError, yaml.YAMLError or KeyError when the file is not there or not whole.
    """
    row = yaml.safe_load((directory / "passages.yml").read_text(encoding="utf-8"))
    return {
        p["id"]: Passage(p["id"], p["title"], p["text"].strip(), row["document"])
        for p in row["passages"]
    }
