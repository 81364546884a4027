"""What is due now: decided from a hand-over's facts, the settings, the hours and a clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, cast

from nightdesk_contract.clinic import Clinic
from nightdesk_contract.clinic_escalation import ANY_HOUR, StepName, Told, chain, told_by
from nightdesk_contract.opening import after_open_time
from nightdesk_contract.outcome import LEVELS, Level

from nightdesk_desk.models import Handover
from nightdesk_desk.staff.waiting import clock


class Alarm(NamedTuple):
    """What called for a person, or, with `calls` false, a level that staff have set."""

    at: datetime
    level: str
    calls: bool = True


class TakenStep(NamedTuple):
    """A step that was taken; `round_at` tells rounds apart."""

    round_at: datetime
    level: str
    step: str


@dataclass(frozen=True)
class Facts:
    """What is known of an unresolved hand-over.

    It waits for a person's act since `waits_since`, None: it does not. `alarms` are in order.
    """

    level: Level
    state: str
    waits_since: datetime | None
    alarms: tuple[Alarm, ...] = ()
    taken: frozenset[TakenStep] = frozenset()


class Planned(NamedTuple):
    """A step of the round that runs, not taken yet, and who is told of it."""

    round_at: datetime
    level: Level
    step: StepName
    due_at: datetime
    told: tuple[Told, ...]


def waits_since(
    case: Handover, alarms: Sequence[datetime], replied_at: datetime | None
) -> datetime | None:
    """Give since when a hand-over waits for a person's act; None while it does not.

    Like the clock that staff see, except that one who gives a conversation back has acted: it
    waits anew from then on.
    """
    running = clock(case, alarms, replied_at)
    if case.state == "resolved" or running.until is not None:
        return None
    if case.state == "open" and case.acted_at is not None:
        return max(running.since, case.acted_at)
    return running.since


def planned(facts: Facts, clinic: Clinic) -> list[Planned]:
    """Give the steps that are still to come in the round that runs, the next one first."""
    if facts.waits_since is None:
        return []
    raised = _raised_at(facts)
    start = raised or facts.waits_since
    steps = []
    for step in chain(clinic, facts.level):
        if TakenStep(start, facts.level, step.name) in facts.taken:
            continue
        minutes = step.minutes
        if facts.state == "taken" and raised is None:
            # An alarm in a conversation that a person has is theirs to answer first.
            minutes = max(minutes, clinic.staff_times.get(facts.level, 0))
        due_at = _due(clinic, facts.level, start, timedelta(minutes=minutes))
        if due_at is not None:
            told = told_by(clinic, step.name, facts.level, due_at)
            if step.name == "again" and not told:
                # Nobody was told before either: the inbox alone is as the clinic wants it.
                continue
            steps.append(Planned(start, facts.level, step.name, due_at, tuple(told)))
    return sorted(steps, key=lambda step: step.due_at)


def due(facts: Facts, clinic: Clinic, at: datetime) -> list[Planned]:
    """Give the steps to take at `at`, with who is on call now.

    One that would reach nobody is left: it is taken when the settings are mended.
    """
    found = []
    for step in planned(facts, clinic):
        told = tuple(told_by(clinic, step.step, facts.level, at)) if step.due_at <= at else ()
        if told:
            found.append(step._replace(told=told))
    return found


def past_aim(facts: Facts, clinic: Clinic, at: datetime) -> bool:
    """Say whether a hand-over waits longer than `staff_times` allow; without a time, never."""
    minutes = clinic.staff_times.get(facts.level)
    if facts.waits_since is None or minutes is None:
        return False
    aim = _due(clinic, facts.level, facts.waits_since, timedelta(minutes=minutes))
    return aim is not None and at > aim


def _raised_at(facts: Facts) -> datetime | None:
    """Give when the level was last raised, if that was while the hand-over waits.

    That starts its steps from the beginning, also where it had been as serious before.
    """
    level: str | None = None
    raised_at = None
    for alarm in facts.alarms:
        before, level = level, _after(level, alarm)
        if before is not None and before != level:
            raised_at = alarm.at if _worse(level, before) else None
    if raised_at is None or facts.waits_since is None or raised_at < facts.waits_since:
        return None
    return raised_at


def _after(level: str | None, alarm: Alarm) -> str:
    """Give the level after an alarm: messages only raise it, staff set it."""
    if level is None or not alarm.calls or _worse(alarm.level, level):
        return alarm.level
    return level


def _worse(level: str, than: str) -> bool:
    return LEVELS.index(cast(Level, level)) < LEVELS.index(cast(Level, than))


def _due(clinic: Clinic, level: Level, start: datetime, wait: timedelta) -> datetime | None:
    """Give when a step is due; minutes of milder levels count while the clinic is open."""
    if level in ANY_HOUR:
        return start + wait
    return after_open_time(clinic, start, wait)
