"""Texts that visitors read, kept in data files."""

from pathlib import Path
from typing import Any

import yaml


class TextsError(ValueError):
    """A texts file is not a mapping of names to texts."""


def load_texts(path: Path) -> dict[str, str]:
    """Read a YAML mapping of names to texts (with `str.format` fields).

    Raises OSError when the file is not there, TextsError when it is not such a mapping.
    """
    row = read_yaml(path)
    if not isinstance(row, dict):
        raise TextsError(f"{path.name}: expected a mapping of names to texts")
    wrong = [key for key, text in row.items() if not isinstance(text, str) or not text.strip()]
    if wrong:
        raise TextsError(f"{path.name}: no text under {wrong[0]}")
    return {str(key): text.strip() for key, text in row.items()}


def read_yaml(path: Path) -> Any:
    """Give what a YAML file holds. Raises OSError, TextsError when it is not YAML."""
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, ValueError, AttributeError, RecursionError) as error:
        # No UTF-8, a day that is none (2026-02-30), a tag that does not fit, endless nesting.
        why = "" if isinstance(error, yaml.YAMLError) else f" ({error})"
        raise TextsError(f"{path.name}: not readable as YAML{why}") from error
