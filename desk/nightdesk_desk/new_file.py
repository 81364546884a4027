"""A file for what is given out of the record: new, and for nobody else's eyes."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO


@contextmanager
def new_file(path: Path) -> Iterator[TextIO]:
    """Give a new file for writing that only its owner can read; it is gone if the writing fails.

    Raises FileExistsError where there is one: nothing is written over. Other OSErrors pass.
    """
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with open(file, "w", encoding="utf-8", newline="") as out:
            yield out
    except BaseException:
        path.unlink(missing_ok=True)
        raise
