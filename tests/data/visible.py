"""Every text that a visitor can see, by where it stands; for the checks that must miss none."""

import json
import re
from functools import cache
from pathlib import Path

import yaml

from tests.data.reading import ROOT, texts_in

_YAML = (
    "domain.yml",
    "clinic.yml",
    "data/safety/replies.yml",
    "data/safety/crisis_lines.yml",
    "data/topics.yml",
    "data/texts/*.yml",
    "data/answers/*.yml",
    "data/source/*.yml",
)
_JSON = ("desk/widget/strings/*.json",)
_LINES = (
    "data/source/*.txt",
    "docs/crisis-protocol.md",
    "desk/nightdesk_desk/templates/*.html",
)
GROUPS = (*_YAML, *_JSON, *_LINES)

_ADDED = ("title", "question", "answer", "source")
"""What is shown of an added answer; its examples are what visitors write."""


def files(group: str) -> list[Path]:
    """Give the files of one of GROUPS."""
    return sorted(ROOT.glob(group))


@cache
def visible_texts() -> dict[str, str]:
    """Give every text under a name that says where it stands."""
    found: dict[str, str] = {}
    for group in GROUPS:
        for path in files(group):
            name = str(path.relative_to(ROOT))
            text = path.read_text(encoding="utf-8")
            if group in _YAML:
                row = yaml.safe_load(text)
                if group.startswith("data/answers"):
                    row = {key: row[key] for key in _ADDED if key in row}
                found |= texts_in(row, name)
            elif group in _JSON:
                found |= texts_in(json.loads(text), name)
            else:
                # By paragraph, without tags, so that a line's end hides nothing.
                parts = re.split(r"\n\s*\n", re.sub(r"<[^>]*>", " ", text))
                found |= {f"{name}#{i}": part for i, part in enumerate(parts) if part.strip()}
    return found
