"""The written examples that the safety model is trained on."""

from dataclasses import dataclass
from pathlib import Path

import yaml

from nightdesk.safety.verdict import CRISIS, EMERGENCY, HARMLESS, MEDICAL


@dataclass(frozen=True)
class Example:
    """One written line: its class for the model, and the kind of thing it is."""

    text: str
    label: str
    kind: str


def load_examples(folder: Path) -> list[Example]:
    """Read every file below `folder`, without repeats. Raises ValueError naming a wrong file."""
    found: dict[str, Example] = {}
    for path in sorted(folder.glob("*/*.yml")):
        row = yaml.safe_load(path.read_text(encoding="utf-8"))
        try:
            label = _label(row["category"], row.get("level"))
            lines = [str(line) for line in _lines(row["examples"])]
            kind = str(row["kind"])
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{path.parent.name}/{path.name}: {error!r}") from error
        for line in lines:
            found.setdefault(line.casefold(), Example(line, label, kind))
    if not found:
        raise ValueError(f"no examples in {folder}")
    return list(found.values())


def _label(category: str, level: str | None) -> str:
    if category == CRISIS:
        return EMERGENCY if level == "P0" else CRISIS
    if category in (MEDICAL, HARMLESS):
        return category
    raise ValueError(f"unknown category {category}")


def _lines(block: object) -> list[str]:
    """Read the `- line` lines of a block text, as in Rasa's training data."""
    if not isinstance(block, str):
        raise ValueError("examples is not a block of lines")
    return [line[2:].strip() for line in block.splitlines() if line.startswith("- ")]
