"""Texts that make a regular expression work: nearly what it looks for, again and again.

They are made from the expression itself: what its repeats go over, many times, and something at the
end that does not fit; its alternatives cut short; its own matches without their end.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

if sys.version_info >= (3, 11):
    from re import _constants as ops
    from re import _parser as parser
else:
    import sre_constants as ops
    import sre_parse as parser

LENGTHS = (250, 500, 1000, 2000)
"""Characters of a near miss: up to the longest message that the door lets in."""

_ENDS = ("", "!", "\x00", " b", "\n")
_BETWEEN = ("", "", " ", ", ")
_MOST_TIMES = 3
"""How often a repeat is gone through in a sample."""

_BY_CATEGORY = {
    "CATEGORY_DIGIT": "07",
    "CATEGORY_NOT_DIGIT": "a-",
    "CATEGORY_SPACE": " \n",
    "CATEGORY_NOT_SPACE": "a.",
    "CATEGORY_WORD": "ai1_",
    "CATEGORY_NOT_WORD": " .-",
}


@dataclass(frozen=True)
class Repeated:
    """What stands before a repeat of an expression, and what the repeat goes over."""

    before: tuple[Any, ...]
    body: Any


def tree_of(expression: str, flags: int = 0) -> Any:
    """Give an expression's parts. Raises re.error for what only the regex library knows."""
    return parser.parse(expression, flags & ~re.DEBUG)


def repeats(tree: Any, before: tuple[Any, ...] = ()) -> Iterator[Repeated]:
    """Give every repeat in the tree, the outer ones first."""
    done: list[Any] = []
    for item in tree:
        op, value = item
        here = (*before, *done)
        if op in _REPEATS:
            if value[1] > 1:
                yield Repeated(here, value[2])
            yield from repeats(value[2], here)
        elif op is ops.SUBPATTERN:
            yield from repeats(value[-1], here)
        elif op is ops.BRANCH:
            for branch in value[1]:
                yield from repeats(branch, here)
        elif op in (ops.ASSERT, ops.ASSERT_NOT):
            yield from repeats(value[1], here)
        done.append(item)


_REPEATS = tuple(
    getattr(ops, name)
    for name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT")
    if hasattr(ops, name)
)
_ATOMIC = getattr(ops, "ATOMIC_GROUP", None)


def sample(tree: Any, rng: Random) -> str:
    """Give a text that the parts would match, were it not for what they look around for."""
    return "".join(_of(op, value, rng) for op, value in tree)


def _of(op: Any, value: Any, rng: Random) -> str:
    if op is ops.LITERAL:
        return chr(value)
    if op is ops.NOT_LITERAL:
        return "a" if value != ord("a") else "b"
    if op is ops.ANY:
        return rng.choice("ai ")
    if op is ops.IN:
        return _one_in(value, rng)
    if op is ops.BRANCH:
        return sample(rng.choice(value[1]), rng)
    if op is ops.SUBPATTERN:
        return sample(value[-1], rng)
    if op is _ATOMIC:
        return sample(value, rng)
    if op in _REPEATS:
        least, most, body = value
        times = rng.randint(least, max(least, min(most, least + _MOST_TIMES)))
        return "".join(sample(body, rng) for _ in range(times))
    return ""


def _one_in(value: Any, rng: Random) -> str:
    if value[0][0] is ops.NEGATE:
        taken = re.compile("[" + "".join(_written(item) for item in value[1:]) + "]")
        return next((char for char in "ai1 .-\n\u00e9" if not taken.match(char)), "\u4e00")
    op, found = rng.choice(value)
    if op is ops.LITERAL:
        return chr(found)
    if op is ops.RANGE:
        return chr(rng.choice(found))
    return rng.choice(_BY_CATEGORY.get(str(found), "a"))


def _written(item: Any) -> str:
    op, value = item
    if op is ops.LITERAL:
        return re.escape(chr(value))
    if op is ops.RANGE:
        return f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}"
    return {"CATEGORY_DIGIT": r"\d", "CATEGORY_SPACE": r"\s", "CATEGORY_WORD": r"\w"}.get(
        str(value), ""
    )


def near_misses(expression: str, length: int, rng: Random, count: int, flags: int = 0) -> list[str]:
    """Give up to `count` different near misses of `length` characters, and no fewer than a few.

    An expression that only the regex library can read gets those made of its letters.
    """
    try:
        tree = tree_of(expression, flags)
    except re.error:
        return [_filled("", word, length, "!") for word in _letters(expression)[:count]]
    found: dict[str, None] = {}
    over = list(repeats(tree))
    rng.shuffle(over)
    for repeated in over[: count // 2]:
        before = sample(repeated.before, rng)
        end = rng.choice(_ENDS)
        found[_filled(before, sample(repeated.body, rng) or "a", length, end)] = None
    while len(found) < count and len(found) < 400:
        size = len(found)
        whole = sample(tree, rng) or "a"
        cut = whole[: rng.randint(1, len(whole))] + rng.choice(_BETWEEN)
        found[_filled("", cut, length, rng.choice(_ENDS))] = None
        if len(found) == size:
            break
    return list(found)


def _letters(expression: str) -> list[str]:
    return [*re.findall(r"[a-z]{2,}", expression), "a", "a ", "1"]


def _filled(before: str, piece: str, length: int, end: str) -> str:
    times = max(1, (length - len(before) - len(end)) // len(piece))
    return (before + piece * times)[: length - len(end)] + end
