"""Words that spelling must never change: medicines, clinic words, the words of a crisis."""

import re
from collections.abc import Iterable
from pathlib import Path

import yaml

from nightdesk.run.places import ROOT

LIST = ROOT / "data" / "safety" / "protected_words.yml"


def protected_words(names: Iterable[str] = (), path: Path = LIST) -> set[str]:
    """Give the listed words and every word of `names` (conditions, say), in lower case."""
    groups = yaml.safe_load(path.read_text(encoding="utf-8"))
    listed = {str(word).lower() for words in groups.values() for word in words}
    return listed | {word for name in names for word in re.findall(r"[a-z']+", name.lower())}
