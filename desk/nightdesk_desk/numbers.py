"""What a lead looks at: figures of a period from plain facts, without identifiers and words."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from math import ceil
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from nightdesk_contract.outcome import HANDOVER_REASONS, LEVELS

from nightdesk_desk.gaps import GapTurn

Step = Literal["day", "week"]
STEPS: tuple[Step, ...] = ("day", "week")


class Case(NamedTuple):
    """A hand-over as it counts here; `seen_at` is the first act of a person on it.

    `answered_at` is the first message of a person to the visitor while it was unresolved, and
    `aim_seconds` the time until it was seen as it counts against the aim, None: by the clock.
    """

    opened_at: datetime
    level: str
    reason: str
    seen_at: datetime | None = None
    answered_at: datetime | None = None
    resolved: bool = False
    false_alarm: bool = False
    after_hours: bool = False
    aim_seconds: float | None = None


class Facts(NamedTuple):
    """A period's facts: when each chat began, each hand-over, each turn without a good answer."""

    chats: Sequence[datetime]
    cases: Sequence[Case]
    turns: Sequence[GapTurn]


class Times(NamedTuple):
    """How long something took, in seconds: middle and slow end (nearest rank), None without any.

    `within` of the `done` took no longer than the target, None without one; `open` still wait.
    """

    done: int
    open: int
    p50: float | None = None
    p95: float | None = None
    within: int | None = None


class Slot(NamedTuple):
    """One day or week, by its first day on the clinic's calendar."""

    first: date
    chats: int
    levels: Mapping[str, int]
    reasons: Mapping[str, int]
    after_hours: int
    false_alarms: int
    seen: Times
    answered: Times
    not_covered: int
    not_understood: int
    withheld: int
    helpful: int
    not_helpful: int

    @property
    def handovers(self) -> int:
        """All hand-overs of the slot."""
        return sum(self.levels.values())


class Numbers(NamedTuple):
    """A period's figures: the whole, by slot in order of time, and times by level."""

    total: Slot
    slots: list[Slot]
    seen: Mapping[str, Times]
    answered: Mapping[str, Times]


def numbers(
    facts: Facts, first: date, last: date, step: Step, zone: ZoneInfo, targets: Mapping[str, int]
) -> Numbers:
    """Give the figures from the day `first` to the day `last`, both included, in slots of `step`.

    Days are those of `zone`; a week begins on Monday, so the first may begin before `first`.
    `targets` are the minutes in which a person should have seen a hand-over, by level.
    """

    def slot_of(at: datetime) -> date:
        day = at.astimezone(zone).date()
        return _monday(day) if step == "week" else day

    chats: dict[date, list[datetime]] = defaultdict(list)
    cases: dict[date, list[Case]] = defaultdict(list)
    turns: dict[date, list[GapTurn]] = defaultdict(list)
    for began in facts.chats:
        chats[slot_of(began)].append(began)
    for case in facts.cases:
        cases[slot_of(case.opened_at)].append(case)
    for turn in facts.turns:
        turns[slot_of(turn.at)].append(turn)
    days = _slots(first, last, step)
    by_level = {level: [case for case in facts.cases if case.level == level] for level in LEVELS}
    return Numbers(
        total=_slot(first, facts, targets),
        slots=[_slot(day, Facts(chats[day], cases[day], turns[day]), targets) for day in days],
        seen={level: _seen(found, targets) for level, found in by_level.items()},
        answered={level: _answered(found) for level, found in by_level.items()},
    )


def percentile(values: Sequence[float], percent: int) -> float | None:
    """Give the value by nearest rank, or None of none."""
    if not values:
        return None
    return sorted(values)[max(0, ceil(len(values) * percent / 100) - 1)]


def share(part: int, whole: int) -> float | None:
    """Give the percentage of a part, or None of nothing."""
    return 100 * part / whole if whole else None


def _slots(first: date, last: date, step: Step) -> list[date]:
    day = _monday(first) if step == "week" else first
    pace = timedelta(days=7 if step == "week" else 1)
    found = []
    while day <= last:
        found.append(day)
        day += pace
    return found


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _slot(first: date, facts: Facts, targets: Mapping[str, int]) -> Slot:
    levels = Counter(case.level for case in facts.cases)
    reasons = Counter(case.reason for case in facts.cases)
    kinds = Counter(turn.kind for turn in facts.turns)
    return Slot(
        first=first,
        chats=len(facts.chats),
        levels={level: levels[level] for level in LEVELS},
        reasons={reason: reasons[reason] for reason in HANDOVER_REASONS},
        after_hours=sum(case.after_hours for case in facts.cases),
        false_alarms=sum(case.false_alarm for case in facts.cases),
        seen=_seen(facts.cases, targets),
        answered=_answered(facts.cases),
        not_covered=kinds["not_covered"],
        not_understood=kinds["not_understood"],
        withheld=kinds["withheld"],
        helpful=kinds["helpful"],
        not_helpful=kinds["not_helpful"],
    )


def _seen(cases: Iterable[Case], targets: Mapping[str, int]) -> Times:
    cases = list(cases)
    seen = [(case, case.seen_at) for case in cases if case.seen_at]
    took = [(at - case.opened_at).total_seconds() for case, at in seen]
    aimed = [
        (seconds if case.aim_seconds is None else case.aim_seconds) <= 60 * targets[case.level]
        for (case, _), seconds in zip(seen, took, strict=True)
        if case.level in targets
    ]
    waiting = sum(case.seen_at is None and not case.resolved for case in cases)
    within = sum(aimed) if aimed else None
    return Times(len(took), waiting, percentile(took, 50), percentile(took, 95), within)


def _answered(cases: Iterable[Case]) -> Times:
    cases = list(cases)
    took = [(c.answered_at - c.opened_at).total_seconds() for c in cases if c.answered_at]
    waiting = sum(case.answered_at is None and not case.resolved for case in cases)
    return Times(len(took), waiting, percentile(took, 50), percentile(took, 95))
