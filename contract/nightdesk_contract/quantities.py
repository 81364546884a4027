"""The numbers and measures that a text holds, by value: "two weeks", "2 weeks" and "two-week"."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

_TOKEN = re.compile(r"\d+(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?|[^\W\d_]+|[^\w\s]")
_ARTICLES = ("a", "an")
_BEFORE_UNIT = frozenset({"-", "of", "more", "full", "whole", *_ARTICLES})
"""What may stand between an amount and its unit: "half an hour", "a two-week course"."""
_IN_RANGE = frozenset({"to", "or", "and", "-", *_ARTICLES})
"""What may stand between two amounts with one unit: "2 to 4 hours"."""
_LONGEST_GAP = 2


@dataclass(frozen=True)
class Quantity:
    """An amount and what it is an amount of.

    `amount` is a number or a word such as "few", "" for a unit alone ("weeks"); `unit` is "" for a
    number alone.
    """

    amount: str
    unit: str

    def __str__(self) -> str:
        return f"{self.amount} {self.unit}".strip()


@dataclass(frozen=True)
class Grammar:
    """Words of quantity: numbers, what multiplies them, amounts without a number, units.

    `units` gives the unit of each spelling.
    """

    numbers: Mapping[str, int]
    multipliers: Mapping[str, int]
    vague: frozenset[str]
    units: Mapping[str, str]


def quantities(text: str, grammar: Grammar) -> list[Quantity]:
    """Give the quantities in `text` (small letters, "-" for every dash), in its order."""
    tokens = _TOKEN.findall(text)
    found: list[Quantity] = []
    # The amounts of a range: their unit comes with the last of them.
    waiting: list[str] = []
    at = 0
    while at < len(tokens):
        amount, end = _amount(tokens, at, grammar)
        if not amount:
            if unit := grammar.units.get(tokens[at]):
                one = at > 0 and tokens[at - 1] in _ARTICLES
                found.append(Quantity("1" if one else "", unit))
            at += 1
            continue
        waiting.append(amount)
        at = end
        unit, end = _unit(tokens, at, grammar)
        following = None if unit else _next_amount(tokens, at, grammar)
        if following is None:
            found += [Quantity(each, unit) for each in waiting]
            waiting = []
        at = end if unit else following or at
    return found


def _amount(tokens: Sequence[str], at: int, grammar: Grammar) -> tuple[str, int]:
    """Give the amount that starts there and where it ends; "" where none does."""
    word = tokens[at]
    if word in grammar.vague:
        return word, at + 1
    if word[0].isdecimal():
        value, at = Decimal(word.replace(",", "")), at + 1
    elif word in grammar.numbers:
        value, at = Decimal(grammar.numbers[word]), at + 1
        ones = at + 1 if tokens[at : at + 1] == ["-"] else at
        if (
            20 <= value < 100
            and ones < len(tokens)
            and 0 < grammar.numbers.get(tokens[ones], 0) < 10
        ):
            value, at = value + grammar.numbers[tokens[ones]], ones + 1
    elif word in grammar.multipliers:
        value = Decimal(1)
    else:
        return "", at
    while at < len(tokens) and tokens[at] in grammar.multipliers:
        value, at = value * grammar.multipliers[tokens[at]], at + 1
    return f"{value.normalize():f}", at


def _unit(tokens: Sequence[str], at: int, grammar: Grammar) -> tuple[str, int]:
    for end in range(at, min(at + _LONGEST_GAP + 1, len(tokens))):
        if unit := grammar.units.get(tokens[end]):
            return unit, end + 1
        if tokens[end] not in _BEFORE_UNIT:
            break
    return "", at


def _next_amount(tokens: Sequence[str], at: int, grammar: Grammar) -> int | None:
    """Give where a range's next amount starts, or None where no range goes on."""
    for here in range(at, min(at + _LONGEST_GAP + 1, len(tokens))):
        if here > at and _amount(tokens, here, grammar)[0]:
            return here
        if tokens[here] not in _IN_RANGE:
            break
    return None
