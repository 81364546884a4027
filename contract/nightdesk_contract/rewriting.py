"""Files that a command writes anew: the comments at the top stay, and readers find them whole."""

import os
import shutil
from pathlib import Path


def comments_above(text: str) -> str:
    """Give the comments and empty lines that a YAML text begins with."""
    head = ""
    for line in text.splitlines(keepends=True):
        if line.strip() and not line.startswith("#"):
            break
        head += line
    return head


def write_whole(path: Path, text: str) -> None:
    """Write a file that is there: whoever reads meanwhile finds the old one or the new one.

    A link stays one, and so does the file's mode. Raises OSError.
    """
    real = path.resolve()
    part = real.with_name(f"{real.name}.{os.getpid()}.part")
    try:
        part.write_text(text, encoding="utf-8")
        shutil.copymode(real, part)
        part.replace(real)
    finally:
        part.unlink(missing_ok=True)
