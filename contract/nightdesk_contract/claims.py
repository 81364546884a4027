"""What a text claims that can be checked: numbers, durations, conditions, drugs, effects."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from nightdesk_contract.quantities import Grammar, quantities

NUMBER = "number"
DURATION = "duration"
CONDITION = "condition"
DRUG = "drug"

_DASHES = re.compile(r"[‐‑‒–—―−]")
_BREAK = " | "
"""Stands for what was taken out: words on its two sides are no neighbours."""


@dataclass(frozen=True, order=True)
class Claim:
    """One thing that a text holds. Two ways to write the same give the same claim."""

    kind: str
    value: str

    def __str__(self) -> str:
        return f'{self.kind} "{self.value}"'


class Vocabulary:
    """What counts as a claim, by kind.

    `words` gives for each kind the name of each spelling; `times` are the units that make a
    quantity a duration; `no_amounts` are phrases whose words of quantity claim nothing ("how
    many").
    """

    def __init__(
        self,
        grammar: Grammar,
        times: Iterable[str],
        words: Mapping[str, Mapping[str, str]],
        no_amounts: Iterable[str] = (),
    ) -> None:
        self.grammar = grammar
        self.times = frozenset(times)
        self.no_amounts = tuple(no_amounts)
        self._words = {
            kind: {plain(spelling): name for spelling, name in spellings.items()}
            for kind, spellings in words.items()
        }
        self._patterns = {kind: _any_of(known) for kind, known in self._words.items() if known}

    def claims(self, text: str) -> frozenset[Claim]:
        """Give what `text` claims."""
        text = plain(text)
        found = {
            Claim(kind, self._words[kind][match[1]])
            for kind, pattern in self._patterns.items()
            for match in pattern.finditer(text)
        }
        for quantity in quantities(without(text, self.no_amounts), self.grammar):
            kind = DURATION if quantity.unit in self.times else NUMBER
            found.add(Claim(kind, str(quantity)))
        return frozenset(found)


def plain(text: str) -> str:
    """Give `text` in small letters, one space for white space, one form of dash and apostrophe."""
    text = unicodedata.normalize("NFKC", text).casefold().replace("\u2019", "'")
    text = "".join(sign for sign in text if unicodedata.category(sign) != "Cf")
    return " ".join(_DASHES.sub("-", text).split())


def without(text: str, phrases: Iterable[str]) -> str:
    """Give a plain `text` without the phrases, the longest first."""
    for phrase in sorted(map(plain, phrases), key=len, reverse=True):
        text = _whole(re.escape(phrase)).sub(_BREAK, text)
    return text


def _any_of(spellings: Iterable[str]) -> "re.Pattern[str]":
    longest_first = sorted(spellings, key=lambda spelling: (-len(spelling), spelling))
    # "migraines", "the patient's depression's": the name is the same.
    return _whole(f"({'|'.join(map(re.escape, longest_first))})(?:'?s)?")


def _whole(pattern: str) -> "re.Pattern[str]":
    return re.compile(rf"(?<!\w){pattern}(?!\w)")
