"""Whether a message does nothing but take back what was said before: "just kidding", "i'm fine".

After a crisis reply that must not end it (data/safety/take_backs.yml says what counts).
"""

from collections.abc import Sequence
from pathlib import Path

import regex

from nightdesk.safety.expressions import FLAGS, TIMEOUT, wanted
from nightdesk.safety.views import bare
from nightdesk_contract.checked_yaml import read_checked, refused
from nightdesk_contract.problems import Problem, shown

SCHEMA = "take_backs.schema.json"

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
            rf"(?:(?:{filler}) )*(?:{phrase})(?: (?:{filler}|{phrase}))*", FLAGS
        )

    @staticmethod
    def load(path: Path) -> "TakeBacks":
        """Read the file. Raises FileError naming line, what was found and what is allowed."""
        row = read_checked(path, SCHEMA)
        wrong = [
            Problem(f"{name}.{number}", shown(expression), allowed)
            for name in ("phrases", "fillers")
            for number, expression in enumerate(row[name])
            if (allowed := wanted(expression))
        ]
        if wrong:
            raise refused(path, wrong)
        return TakeBacks(row["phrases"], row["fillers"])

    def takes_back(self, message: str) -> bool:
        """Say whether `message` is a take-back and nothing else. Marks and case do not count."""
        words = bare(message.replace("\u2019", "'").replace("'", ""))
        if not words or len(words) > LONGEST:
            return False
        try:
            return self._whole.fullmatch(words, timeout=TIMEOUT) is not None
        except TimeoutError:
            return False
