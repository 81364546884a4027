"""Whether a message does nothing but take back what was said before: "just kidding", "i'm fine".

After a crisis reply that must not end it (data/safety/take_backs.yml says what counts).
"""

from collections.abc import Sequence
from pathlib import Path

import regex

from nightdesk.safety.views import bare
from nightdesk_contract.checked_yaml import read_checked, refused
from nightdesk_contract.problems import Problem, shown

SCHEMA = "take_backs.schema.json"

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
        """Read the file. Raises FileError naming line, what was found and what is allowed."""
        row = read_checked(path, SCHEMA)
        wrong = [
            Problem(f"{name}.{number}", shown(expression), allowed)
            for name in ("phrases", "fillers")
            for number, expression in enumerate(row[name])
            if (allowed := _wanted(expression))
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


def _wanted(expression: str) -> str:
    """Give what is allowed instead of an expression that cannot be used; "" for one that can."""
    try:
        matches_nothing = regex.compile(expression).fullmatch("", timeout=TIMEOUT)
    except (regex.error, RecursionError) as error:
        return f"a regular expression ({error})"
    return "an expression that does not match an empty text" if matches_nothing else ""
