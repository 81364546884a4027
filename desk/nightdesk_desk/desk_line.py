"""A line of the desk's own in the visitor's language, with what it means for staff."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple

from nightdesk_contract.outcome import ENGLISH, LANGUAGES


class Line(NamedTuple):
    """What the desk says in `language`, and the same in English."""

    text: str
    language: str
    english: str

    def basis(self, more: Mapping[str, Any] | None = None) -> dict[str, Any] | None:
        """Give what is recorded beside it: the English words, for staff, and `more`; or None."""
        beside: dict[str, Any] = dict(more or {})
        if self.language != ENGLISH:
            beside |= {"language": self.language, "english": self.english}
        return beside or None


def most_certain(*languages: str, among: Collection[str] = LANGUAGES) -> str:
    """Give the first of `languages` that is not English and can be spoken, else English.

    English is what is said where nothing is known, so it says less than any other.
    """
    return next((one for one in languages if one != ENGLISH and one in among), ENGLISH)


def line(say: Callable[[str], str], language: str) -> Line:
    """Give the line that `say` gives in `language`."""
    return Line(say(language), language, say(ENGLISH))
