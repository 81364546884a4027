"""Visitors' messages that got no good answer, as staff may read them: few, short, without contacts.

Nothing is shown that a safety detector saw something in or has not judged, and nothing of a
conversation with a crisis: whoever wrote that must not be read as an example.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import dropwhile, takewhile
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk.gaps import GapTurn
from nightdesk_desk.models import Event, Handover, HandoverTrigger
from nightdesk_desk.privacy.keys import UNREADABLE

LONGEST = 200
"""Characters of one example."""
CRISIS_LEVELS = ("P0", "P1")
_LOOKED_AT = 200
"""Most turns that are looked at for one topic's examples."""
_READ = 1000
"""Characters of a text that are looked through for contact details."""
_BEFORE = 20
"""Most messages before a turn that are read: a burst is shorter."""
_MARKS = re.compile(r"\[[a-z ]+\]")
_SPOKEN = re.compile(r"\w")


class Before(NamedTuple):
    """A message before a turn; `answered` when its turn is over, so that safety has judged it."""

    sender: str
    text: str
    safety: dict[str, Any] | None = None
    answered: bool = True


async def read_examples(
    session: AsyncSession, turns: Sequence[GapTurn], most: int, without: Callable[[str], str]
) -> list[str]:
    """Give up to `most` messages that led to `turns`, in their order, no two the same.

    `without` takes contact details out of a text.
    """
    found: dict[str, str] = {}
    seen: set[str] = set()
    if most <= 0:
        return []
    turns = [turn for turn in turns if turn.kind != "helpful"][:_LOOKED_AT]
    left_out = await _in_crisis(session, {turn.conversation_id for turn in turns})
    for turn in turns:
        if turn.conversation_id in left_out:
            continue
        rows = await session.execute(
            select(Event.sender, Event.text, Event.safety, Event.answered)
            .where(Event.conversation_id == turn.conversation_id, Event.seq < turn.seq)
            .order_by(Event.seq.desc())
            .limit(_BEFORE)
        )
        text = led_to(Before(*row) for row in rows)
        if text is None or text in seen:
            continue
        seen.add(text)
        if example := shown(text, without):
            found.setdefault(_same(example), example)
        if len(found) == most:
            break
    return list(found.values())


def led_to(before: Iterable[Before]) -> str | None:
    """Give what the visitor wrote last in the messages before a turn (the latest first).

    Messages without a reply between them are one text. None when there is none, when safety saw
    something in it, has not judged it, or its key is missing.
    """
    since = dropwhile(lambda message: message.sender != "visitor", before)
    run = list(takewhile(lambda message: message.sender == "visitor", since))
    if not run or any(message.safety is not None or not message.answered for message in run):
        return None
    if any(message.text == UNREADABLE for message in run):
        return None
    return "\n".join(message.text for message in reversed(run))


def shown(text: str, without: Callable[[str], str]) -> str:
    """Give a visitor's text on one line, without contact details, cut; "" when nothing is left."""
    # Details go before the cut: half an address would not be known as one.
    line = " ".join(without(text[:_READ]).split())
    if not _SPOKEN.search(_MARKS.sub("", line)):
        return ""
    if len(line) <= LONGEST:
        return line
    cut = line[: LONGEST - 1]
    words, _, _ = cut.rpartition(" ")
    return f"{words or cut}\N{HORIZONTAL ELLIPSIS}"


def _same(example: str) -> str:
    """Give what two examples have in common that a reader would take for one."""
    return " ".join(re.findall(r"\w+", example.casefold()))


async def _in_crisis(session: AsyncSession, conversations: set[str]) -> set[str]:
    """Give those of the conversations that had a crisis hand-over, also one that has ended."""
    if not conversations:
        return set()
    among = Handover.conversation_id.in_(conversations)
    rows = await session.scalars(
        select(Handover.conversation_id)
        .outerjoin(HandoverTrigger, HandoverTrigger.handover_id == Handover.id)
        .where(among, Handover.level.in_(CRISIS_LEVELS) | HandoverTrigger.level.in_(CRISIS_LEVELS))
    )
    return set(rows)
