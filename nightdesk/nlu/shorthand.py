"""Shorthand of phones and chats, written out: "hw long b4 i feel smth" for the model to read."""

import re
from collections.abc import Mapping
from pathlib import Path

import yaml

FILE = "shorthand.yml"
_WORD = re.compile(r"(?<![\w'@.])(?:\w[\w']*(?:/\w?)?)(?![\w'@])")


def load_shorthand(data: Path) -> dict[str, str]:
    """Read the table in the folder `data`: shorthand in lower case, and what it stands for.

    Raises OSError or yaml.YAMLError.
    """
    row = yaml.load((data / FILE).read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    return {str(short).lower(): str(full) for short, full in row.items()}


def written_out(text: str, table: Mapping[str, str]) -> str:
    """Give `text` with its shorthand written out, other words as they are."""

    def full(match: re.Match[str]) -> str:
        word = match.group()
        found = table.get(word.lower())
        if found is None and "/" in word:
            # "and/or" is no shorthand: look at its first half alone.
            head, _, rest = word.partition("/")
            return f"{table.get(head.lower(), head)}/{rest}"
        return word if found is None else found

    return _WORD.sub(full, text)
