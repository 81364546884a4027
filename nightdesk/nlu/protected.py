"""Words that spelling must never change: medicines, clinic words, the words of a crisis."""

import re
from collections.abc import Iterable
from pathlib import Path

import yaml

FILE = "protected_words.yml"


def protected_words(safety: Path, names: Iterable[str] = ()) -> set[str]:
    """Give the words listed in the folder `safety` and every word of `names` (conditions, say).

    All are in lower case. Raises OSError or yaml.YAMLError.
    """
    groups = yaml.safe_load((safety / FILE).read_text(encoding="utf-8"))
    listed = {str(word).lower() for words in groups.values() for word in words}
    return listed | {word for name in names for word in re.findall(r"[a-z']+", name.lower())}
