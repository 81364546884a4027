"""What a check of the content found: which rule, where, what stands there, what is allowed."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from nightdesk_contract.problems import Problem


@dataclass(frozen=True)
class Finding:
    """One thing that a check found. `file` is named from the project's root where it lies there."""

    rule: str
    file: str
    key: str
    found: str
    allowed: str
    line: int | None = None

    def __str__(self) -> str:
        where = f"{self.file}, line {self.line}" if self.line else self.file
        return f"{where}: {self.key}: found {self.found}; allowed: {self.allowed}"

    def to_row(self) -> dict[str, Any]:
        """Give it as JSON shows it."""
        return asdict(self)


BAD_FILE = "bad_file"


def of_problems(path: Path, problems: Iterable[Problem]) -> list[Finding]:
    """Give what is wrong in a file that cannot be used."""
    return [Finding(BAD_FILE, str(path), p.key, p.found, p.allowed, p.line) for p in problems]
