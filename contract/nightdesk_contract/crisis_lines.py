"""Emergency numbers and crisis lines by country."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml


@dataclass(frozen=True)
class CrisisLines:
    """A country's lines as a visitor dials them; `crisis_chat_url` may be empty."""

    country: str
    emergency: str
    crisis_name: str
    crisis_call: str
    crisis_text: str
    crisis_chat_url: str
    poison: str
    last_verified: date


def load_crisis_lines(path: Path, country: str) -> CrisisLines:
    """Read the lines of `country` (two capital letters) from the dated data file.

    Raises OSError when the file is not there, KeyError when the country is not in it.
    """
    rows = yaml.safe_load(path.read_text(encoding="utf-8"))["countries"]
    return CrisisLines(country=country, **rows[country])


def countries(path: Path) -> list[str]:
    """Give the countries that the data file has, as two-letter codes."""
    return list(yaml.safe_load(path.read_text(encoding="utf-8"))["countries"])
