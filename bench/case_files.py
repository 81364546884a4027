"""Files of labelled messages, checked before anything slow begins."""

import json
from pathlib import Path
from typing import Any

from nightdesk.evaluation.cases import Case, CasesError, load_cases
from nightdesk.evaluation.judge import known_label


def labelled_cases(path: Path) -> list[Case]:
    """Read cases whose labels the evaluation knows. Raises CasesError naming what is wrong."""
    cases = load_cases(path)
    for case in cases:
        if not known_label(case.label):
            raise CasesError(f"{path}: unknown label {case.label!r}")
    return cases


def rows(path: Path) -> list[dict[str, Any]]:
    """Read the rows of a file whole, with every key that they have. Raises CasesError."""
    load_cases(path, labelled=False)
    lines = path.read_text(encoding="utf-8").split("\n")
    return [json.loads(line) for line in lines if line.strip()]
