"""Whether a message does nothing but take back what was said before: "just kidding", "i'm fine".

After a crisis reply that must not end it (data/safety/take_backs.yml says what counts).
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import regex
import yaml

from nightdesk.safety.views import bare

TIMEOUT = 0.25
"""Seconds; a message that takes longer is none of these few words."""

LONGEST = 120
"""Characters of a message that may be nothing but a take-back."""


class TakeBacks:
    """Reads whole messages; make one with `load`."""

    def __init__(self, phrases: Sequence[str], fillers: Sequence[str]) -> None:
        """Take expressions for what takes back, and for what may stand around it.

        Raises regex.error for one that is broken.
        """
        phrase, filler = "|".join(phrases), "|".join(fillers)
        self._whole = regex.compile(
            rf"(?:(?:{filler}) )*(?:{phrase})(?: (?:{filler}|{phrase}))*", regex.IGNORECASE
        )

    @staticmethod
    def load(path: Path) -> "TakeBacks":
        """Read the file. Raises OSError, yaml.YAMLError, KeyError, TypeError or regex.error."""
        row: Mapping[str, Sequence[str]] = yaml.safe_load(path.read_text(encoding="utf-8"))
        return TakeBacks([str(p) for p in row["phrases"]], [str(f) for f in row["fillers"]])

    def takes_back(self, message: str) -> bool:
        """Say whether `message` is a take-back and nothing else. Marks and case do not count."""
        words = bare(message.replace("\u2019", "'").replace("'", ""))
        if not words or len(words) > LONGEST:
            return False
        try:
            return self._whole.fullmatch(words, timeout=TIMEOUT) is not None
        except TimeoutError:
            return False
