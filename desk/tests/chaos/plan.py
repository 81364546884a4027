"""Which faults come when: decided by the seed alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from nightdesk_desk.db import BUSY_TIMEOUT_MS

BUSY = BUSY_TIMEOUT_MS / 1000

SECONDS: dict[str, float] = {
    "rasa killed": 0.0,
    "actions killed": 0.0,
    "desk killed": 0.0,
    "database locked briefly": BUSY / 2,
    "database locked for long": max(BUSY + 4, 14.0),
    "disk full": 8.0,
    "connections cut": 2.0,
    "answers lost": 4.0,
    "connections slow": 8.0,
    "bot late": 9.0,
    "bot cut": 5.0,
    "bot talks garbage": 5.0,
    "bot says nothing": 5.0,
    "alert address away": 6.0,
}
"""Every kind of fault, and for how long it lasts; 0: a moment. A lock is shorter and longer than
the desk waits for one."""

PAUSE = (4.0, 14.0)
"""Seconds from the beginning of one fault to the next: some fall into one another."""
FIRST_AFTER = 5.0
SHORT_PAUSE = 3.5


@dataclass(frozen=True)
class Fault:
    """One fault, begun so many seconds after the start and lasting so long."""

    at: float
    kind: str
    seconds: float

    @property
    def ends(self) -> float:
        """When it is over."""
        return self.at + self.seconds


def plan(seed: int, seconds: float, kinds: Sequence[str]) -> list[Fault]:
    """Give the faults of a run of so many seconds, each kind as often as any other.

    All are over by its end. The same arguments give the same faults.
    """
    random = Random(f"{seed} faults")
    found: list[Fault] = []
    round_: list[str] = []
    free: dict[str, float] = {}
    at = FIRST_AFTER
    while at < seconds:
        if not round_:
            round_ = random.sample(list(kinds), len(kinds))
        kind = round_.pop()
        # The same fault is not begun while it lasts.
        begins = max(at, free.get(kind, 0.0))
        fault = Fault(round(begins, 1), kind, SECONDS[kind])
        if fault.ends <= seconds:
            found.append(fault)
            free[kind] = fault.ends + 1
        at = begins + random.uniform(*PAUSE)
    return sorted(found, key=lambda fault: fault.at)


def each_once(seed: int, kinds: Sequence[str]) -> list[Fault]:
    """Give each kind once, in an order of the seed's, close to one another."""
    order = Random(f"{seed} faults").sample(list(kinds), len(kinds))
    return [
        Fault(FIRST_AFTER + number * SHORT_PAUSE, kind, SECONDS[kind])
        for number, kind in enumerate(order)
    ]
