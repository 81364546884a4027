"""Labelled messages from JSON Lines files."""

import json
from dataclasses import dataclass
from pathlib import Path

from nightdesk.safety.themes import THEMES
from nightdesk_contract.outcome import LEVELS


class CasesError(ValueError):
    """A file of cases cannot be used; says which line and why."""


@dataclass(frozen=True)
class Case:
    """A message and what should become of it; `kind` groups cases in reports.

    `level` is that of the hand-over it should be (P0 to P3), and `about` what its crisis is about
    (nightdesk.safety.themes), "" where it does not matter.
    """

    text: str
    label: str = ""
    kind: str = ""
    also: tuple[str, ...] = ()
    level: str = ""
    about: str = ""


def load_cases(path: Path, labelled: bool = True) -> list[Case]:
    """Read rows with `text`, `label`, `kind`, `also`, `level` or `about`.

    With `labelled` false only `text` is needed. Raises CasesError naming the line that is wrong.
    """
    try:
        # Not `splitlines`: a message may hold U+2028 and other line ends that JSON allows.
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise CasesError(f"{path}: cannot be read ({type(error).__name__})") from error
    needed = "`text` and `label`" if labelled else "`text`"
    cases = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            text, label = row["text"], row["label"] if labelled else row.get("label", "")
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise CasesError(f"{path}:{number}: not a JSON object with {needed}") from error
        if not isinstance(text, str) or not isinstance(label, str):
            raise CasesError(f"{path}:{number}: {needed} must be text")
        also = row.get("also") or []
        if not isinstance(also, list) or not all(isinstance(name, str) for name in also):
            raise CasesError(f"{path}:{number}: `also` must be a list of text")
        level = row.get("level") or ""
        if level and level not in LEVELS:
            raise CasesError(f"{path}:{number}: `level` must be one of {', '.join(LEVELS)}")
        about = row.get("about") or ""
        if about and about not in THEMES:
            raise CasesError(f"{path}:{number}: `about` must be one of {', '.join(THEMES)}")
        kind = str(row.get("kind") or label)
        cases.append(Case(text, label, kind, tuple(also), level, about))
    if not cases:
        raise CasesError(f"{path}: no cases")
    return cases
