"""What a lead looks at: figures of a period from plain facts, without identifiers and words."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from nightdesk_contract.outcome import HANDOVER_REASONS, LEVELS

from nightdesk_desk.gaps import GapTurn
from nightdesk_desk.quantiles import Within, within

Step = Literal["day", "week"]
STEPS: tuple[Step, ...] = ("day", "week")


class Case(NamedTuple):
    """A hand-over as it counts here, under the most serious `level` that it ever had.

    Its times run from `called_at`, when that level was reached; None: at once, as it was opened.
    `seen_at` is the first act of a person on it since then, `answered_at` their first message to
    the visitor while it was unresolved, and `aim_seconds` the time until it was seen, or that it
    has waited so far, as it counts against the aim; None: by the clock.
    """

    opened_at: datetime
    level: str
    reason: str
    called_at: datetime | None = None
    seen_at: datetime | None = None
    answered_at: datetime | None = None
    resolved: bool = False
    false_alarm: bool = False
    after_hours: bool = False
    aim_seconds: float | None = None

    def until(self, at: datetime) -> float:
        """Give the seconds until `at` by the clock."""
        return max(0.0, (at - (self.called_at or self.opened_at)).total_seconds())


class Facts(NamedTuple):
    """A period's facts as they were at the moment `at`.

    When each chat began, each hand-over, each turn without a good answer.
    """

    chats: Sequence[datetime]
    cases: Sequence[Case]
    turns: Sequence[GapTurn]
    at: datetime


class Times(NamedTuple):
    """How long something took for the `done`; `open` still wait for it, `without` ended without.

    Half were through in `p50` and 95 % in `p95`; those that still wait count with the time that
    they have waited. `due` were through, or have waited for longer than the target; `within` of
    those took no longer, None without a target.
    """

    done: int
    open: int
    without: int = 0
    p50: Within | None = None
    p95: Within | None = None
    within: int | None = None
    due: int = 0


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
        slots=[
            _slot(day, Facts(chats[day], cases[day], turns[day], facts.at), targets) for day in days
        ],
        seen={level: _seen(found, targets, facts.at) for level, found in by_level.items()},
        answered={level: _answered(found, facts.at) for level, found in by_level.items()},
    )


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
        seen=_seen(facts.cases, targets, facts.at),
        answered=_answered(facts.cases, facts.at),
        not_covered=kinds["not_covered"],
        not_understood=kinds["not_understood"],
        withheld=kinds["withheld"],
        helpful=kinds["helpful"],
        not_helpful=kinds["not_helpful"],
    )


def _seen(cases: Iterable[Case], targets: Mapping[str, int], at: datetime) -> Times:
    done: list[float] = []
    waiting: list[float] = []
    on_time: list[bool] = []
    for case in cases:
        took = case.until(case.seen_at or at)
        waits = case.seen_at is None
        (waiting if waits else done).append(took)
        if case.level in targets:
            in_aim = (took if case.aim_seconds is None else case.aim_seconds) <= (
                60 * targets[case.level]
            )
            # One that waits has missed the aim once it is over; before, nobody can say.
            if not waits or not in_aim:
                on_time.append(in_aim)
    return Times(
        done=len(done),
        open=len(waiting),
        p50=within(done, waiting, 50),
        p95=within(done, waiting, 95),
        within=sum(on_time) if on_time else None,
        due=len(on_time),
    )


def _answered(cases: Iterable[Case], at: datetime) -> Times:
    cases = list(cases)
    done = [case.until(case.answered_at) for case in cases if case.answered_at]
    open_ones = [case for case in cases if not case.answered_at and not case.resolved]
    waiting = [case.until(at) for case in open_ones]
    return Times(
        done=len(done),
        open=len(waiting),
        without=len(cases) - len(done) - len(waiting),
        p50=within(done, waiting, 50),
        p95=within(done, waiting, 95),
    )
