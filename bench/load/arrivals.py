"""Who writes what and when: visitors that come by chance, whatever the system does meanwhile.

Open loop: what is sent, and when, is settled before anything is sent. A generator that waits for
answers before it sends more would leave out just the messages that a slow system keeps waiting.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

MESSAGES_EACH = 3
"""Messages of one visitor: a first question and two more."""

PAUSE = (1.5, 3.5)
"""Seconds from one message of a visitor to the next, evenly spread."""

LONGEST_STAY = PAUSE[1] * (MESSAGES_EACH - 1)
"""Seconds from a visitor's first message to the last: from then on a run has its full rate."""


@dataclass(frozen=True)
class Line:
    """One message: when it is due, in seconds from the start of a run, and its words."""

    due: float
    text: str


@dataclass(frozen=True)
class Visitor:
    """One visitor with all their messages, the first of which begins the conversation."""

    number: int
    lines: tuple[Line, ...]


def visitors(rate: float, seconds: float, questions: Sequence[str], seed: int) -> list[Visitor]:
    """Give the visitors whose messages come to `rate` a second for `seconds`, after a ramp.

    A Poisson process of visitors by `seed`, from 0 on; `LONGEST_STAY` seconds are added in front,
    in which the rate rises. Nothing is due after the end.
    """
    chance = random.Random(seed)
    ends = LONGEST_STAY + seconds
    found: list[Visitor] = []
    at = chance.expovariate(rate / MESSAGES_EACH)
    while at < ends:
        due, lines = at, []
        for text in chance.sample(questions, MESSAGES_EACH):
            lines.append(Line(due, text))
            due += chance.uniform(*PAUSE)
        found.append(Visitor(len(found), tuple(line for line in lines if line.due < ends)))
        at += chance.expovariate(rate / MESSAGES_EACH)
    return found


def is_measured(due: float) -> bool:
    """Say whether a message counts: those of the ramp do not."""
    return due >= LONGEST_STAY
