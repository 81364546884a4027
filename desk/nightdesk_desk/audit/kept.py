"""Comparing the record with what was kept of it elsewhere: numbers and hashes of last entries."""

import re
from collections.abc import Iterable
from typing import Literal, NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk.audit.verifying import hash_of, read_anchor

FORM = r"([0-9]{1,9}):([0-9a-f]{64})"
_ANYWHERE = re.compile(rf"(?<![0-9a-zA-Z:]){FORM}(?![0-9a-zA-Z])")

Compared = Literal["same", "dropped", "gone", "differs"]
"""How what was kept compares, the worst last; `dropped`: it lies before what retention left."""

_ORDER: tuple[Compared, ...] = ("dropped", "same", "gone", "differs")


class Kept(NamedTuple):
    """An entry's number and its hash, as they were kept."""

    number: int
    hash: str


class Found(NamedTuple):
    """What was kept, and how it compares."""

    kept: Kept
    compared: Compared


def kept_in(lines: Iterable[str]) -> list[Kept]:
    """Give what was kept in a text, such as a log: each once, in the order of the numbers."""
    found = {
        Kept(int(number), sealed) for each in lines for number, sealed in _ANYWHERE.findall(each)
    }
    return sorted(found)


async def compare(session: AsyncSession, kept: Iterable[Kept]) -> list[Found]:
    """Compare each with the record as it is."""
    anchor = await read_anchor(session)
    found = []
    for one in kept:
        there = await hash_of(session, one.number)
        compared: Compared = "same" if there == one.hash else "differs"
        if there is None:
            compared = "dropped" if one.number < anchor.number else "gone"
        found.append(Found(one, compared))
    return found


def worst(found: Iterable[Found]) -> Compared | None:
    """Give the worst of them, None without any: `dropped` only where nothing else was compared."""
    return max((one.compared for one in found), key=_ORDER.index, default=None)
