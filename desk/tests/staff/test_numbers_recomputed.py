"""The figures against random histories, counted again by brute force from what was done.

The acts are the desk's own, on a clock that the test moves over the night in which clocks change.
"""

import dataclasses
import random
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest
from nightdesk_contract.outcome import LEVELS
from staff_people import Calls

from nightdesk_desk import log, models
from nightdesk_desk.desk import Desk
from nightdesk_desk.handover_rules import HandoverRefused
from nightdesk_desk.numbers import Slot, Times, numbers
from nightdesk_desk.numbers_facts import read_facts, read_gone
from nightdesk_desk.privacy.removal import remove_conversation
from nightdesk_desk.quantiles import Within
from nightdesk_desk.staff import accounts

CHICAGO = ZoneInfo("America/Chicago")
FIRST, LAST = date(2026, 10, 30), date(2026, 11, 4)
START = datetime(2026, 10, 30, 5, tzinfo=UTC)
"""Midnight of the first day; the clocks go back on 1 November."""
TARGETS = {"P0": 2, "P1": 5, "P2": 15, "P3": 480}
CHOICES = (
    *("acknowledge", "take", "take", "reply", "reply", "reply", "release", "resolve"),
    *("level", "level", "message", "message", "pass", "notice", "reopen"),
)
ACTED = ("acknowledge", "take", "release", "reply", "notice", "resolve")


class Clock:
    """Where the record's clock stands."""

    at = START


class Done(NamedTuple):
    at: datetime
    what: str
    level: str = ""


class History:
    """One conversation's hand-overs, each with all that was done, in order."""

    def __init__(self, conversation_id: str) -> None:
        self.conversation_id = conversation_id
        self.cases: dict[int, list[Done]] = {}
        self.false_alarms: set[int] = set()


@pytest.mark.parametrize("seed", [1, 4, 9])
async def test_they_agree(
    calls: Calls, desk: Desk, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    chance = random.Random(seed)
    monkeypatch.setattr(models, "present", lambda: Clock.at)
    monkeypatch.setattr(Clock, "at", START)
    async with desk.db.write() as session:
        staff = [
            (
                await accounts.add_account(session, name, name.title(), "staff", "quiet harbour 42")
            ).id
            for name in ("maria", "noor")
        ]
    histories = []
    for _ in range(12):
        Clock.at = START + timedelta(minutes=chance.randrange(5 * 1440))
        histories.append(await lived(calls, desk, chance, staff))
    Clock.at = START + timedelta(days=5, hours=chance.randrange(24), minutes=7)
    kept = histories[2:]
    async with desk.db.write() as session:
        for gone in histories[:2]:
            await log.hold(session, gone.conversation_id)
            await remove_conversation(session, gone.conversation_id, {"why": "visitor"})

    clinic = dataclasses.replace(
        desk.words.clinic, hours="Mo-Fr 09:00-17:00", time_zone="America/Chicago", closed_days=()
    )
    async with desk.db.read() as session:
        facts = await read_facts(session, START, Clock.at, clinic, {})
        gone = await read_gone(session, START)
    found = numbers(facts, FIRST, LAST, "day", CHICAGO, TARGETS)
    cases = [brute(done, case in h.false_alarms) for h in kept for case, done in h.cases.items()]
    assert gone.deleted == 2
    assert found.total.chats == len(kept)
    agrees(found.total, cases)
    for slot in found.slots:
        agrees(slot, [case for case in cases if case.day == slot.first])
    for level in LEVELS:
        these = [case for case in cases if case.level == level]
        assert found.seen[level] == seen_of(these)
        assert found.answered[level] == answered_of(these)


async def lived(calls: Calls, desk: Desk, chance: random.Random, staff: list[int]) -> History:
    """Let one conversation happen; what is refused has not happened."""
    level = chance.choice(LEVELS)
    case = await calls("x", level, "request")
    history = History(case.conversation_id)
    history.cases[case.handover_id] = [Done(Clock.at, "open", level)]
    current = case.handover_id
    ends = Clock.at + timedelta(hours=chance.choice((0, 1, 30)))
    while True:
        Clock.at += timedelta(minutes=chance.choice((1, 1, 3, 20, 600)))
        if Clock.at > ends or Clock.at > START + timedelta(days=5):
            return history
        done, who = history.cases[current], chance.choice(staff)
        what = chance.choice(CHOICES)
        try:
            await _do(what, calls, desk, chance, history, current, who, staff)
        except HandoverRefused:
            continue
        if [*history.cases][-1] != current:
            current = [*history.cases][-1]
        elif what not in ("level", "message"):
            done.append(Done(Clock.at, what))


async def _do(
    what: str,
    calls: Calls,
    desk: Desk,
    chance: random.Random,
    history: History,
    case: int,
    who: int,
    staff: list[int],
) -> None:
    done, level = history.cases[case], chance.choice(LEVELS)
    if what == "message":
        later = (await calls("x", level, "request", into=history.conversation_id)).handover_id
        history.cases.setdefault(later, []).append(
            Done(Clock.at, "message" if later == case else "open", level)
        )
    elif what == "level":
        await desk.cases.set_level(case, who, level, "why")
        done.append(Done(Clock.at, "level", level))
    elif what == "reopen":
        again = await desk.cases.reopen(case, who, "why")
        now = walked(done)[-1].level
        history.cases[again] = [Done(Clock.at, "open", now)]
    elif what == "pass":
        await desk.cases.pass_on(case, who, next(one for one in staff if one != who))
    elif what == "notice":
        await desk.cases.notice(case, who)
    elif what == "reply":
        await desk.handovers.reply(case, who, "y")
    elif what == "resolve":
        false_alarm = chance.random() < 0.3
        await desk.handovers.resolve(
            case, who, note="n", outcome_code="answered", false_alarm=false_alarm
        )
        if false_alarm:
            history.false_alarms.add(case)
    else:
        await getattr(desk.handovers, what)(case, who)


# From here on: the same figures in the plainest way.


class Walked(NamedTuple):
    level: str
    taken: bool


def walked(done: list[Done]) -> list[Walked]:
    """How serious it was and whether somebody had it, after each thing that was done."""
    steps, level, taken = [], "", False
    for each in done:
        worse = not level or LEVELS.index(each.level or level) < LEVELS.index(level)  # type: ignore[arg-type]
        if each.what == "level" or (each.level and worse):
            level = each.level
        taken = each.what == "take" or (taken and each.what not in ("release", "resolve"))
        steps.append(Walked(level, taken))
    return steps


class Brute(NamedTuple):
    day: date
    level: str
    after_hours: bool
    false_alarm: bool
    resolved: bool
    seen: float | None
    answered: float | None
    so_far: float
    aim: float


def brute(done: list[Done], false_alarm: bool) -> Brute:
    steps = walked(done)
    worst = min((step.level for step in steps), key=LEVELS.index)
    first = next(i for i, step in enumerate(steps) if step.level == worst)
    called = done[first].at
    later = [each for each in done[first + 1 :] if each.what in ACTED]
    seen_at = later[0].at if later else None
    if done[first].what == "level" and steps[first].taken:
        seen_at = called
    replies = [each.at for each in later if each.what == "reply"]
    open_for = 0
    minute = called
    while minute < (seen_at or Clock.at):
        open_for += 60 * is_open(minute)
        minute += timedelta(minutes=1)
    by_clock = ((seen_at or Clock.at) - called).total_seconds()
    return Brute(
        day=done[0].at.astimezone(CHICAGO).date(),
        level=worst,
        after_hours=not is_open(done[0].at),
        false_alarm=false_alarm,
        resolved=done[-1].what == "resolve",
        seen=None if seen_at is None else by_clock,
        answered=(replies[0] - called).total_seconds() if replies else None,
        so_far=(Clock.at - called).total_seconds(),
        aim=by_clock if worst in ("P0", "P1") else open_for,
    )


def is_open(at: datetime) -> bool:
    local = at.astimezone(CHICAGO)
    return local.weekday() < 5 and 9 <= local.hour < 17


def agrees(slot: Slot, cases: list[Brute]) -> None:
    assert slot.levels == {level: sum(c.level == level for c in cases) for level in LEVELS}
    assert slot.handovers == len(cases)
    assert slot.after_hours == sum(case.after_hours for case in cases)
    assert slot.false_alarms == sum(case.false_alarm for case in cases)
    assert slot.seen == seen_of(cases)
    assert slot.answered == answered_of(cases)


def seen_of(cases: list[Brute]) -> Times:
    done = [case.seen for case in cases if case.seen is not None]
    waiting = [case.so_far for case in cases if case.seen is None]
    good = sum(c.seen is not None and c.aim <= 60 * TARGETS[c.level] for c in cases)
    bad = sum(c.aim > 60 * TARGETS[c.level] for c in cases)
    return Times(
        len(done),
        len(waiting),
        p50=spread(done, waiting, 50),
        p95=spread(done, waiting, 95),
        within=good if good + bad else None,
        due=good + bad,
    )


def answered_of(cases: list[Brute]) -> Times:
    done = [case.answered for case in cases if case.answered is not None]
    waiting = [case.so_far for case in cases if case.answered is None and not case.resolved]
    without = sum(case.answered is None and case.resolved for case in cases)
    return Times(
        len(done), len(waiting), without, spread(done, waiting, 50), spread(done, waiting, 95)
    )


def spread(done: list[float], waiting: list[float], percent: int) -> Within | None:
    """Efron's way to the same: one that waits gives its weight, in equal parts, to all longer."""
    known = sorted([(s, False) for s in done] + [(s, True) for s in waiting])
    if not known:
        return None
    weights = [Fraction(1, len(known))] * len(known)
    for i, (_, waits) in enumerate(known):
        if waits and i + 1 < len(known):
            share = weights[i] / (len(known) - i - 1)
            weights[i:] = [Fraction(0), *(weight + share for weight in weights[i + 1 :])]
    through: dict[float, Fraction] = defaultdict(Fraction)
    for (seconds, waits), weight in zip(known, weights, strict=True):
        through[seconds] += 0 if waits else weight
    total = Fraction(0)
    for seconds in sorted(through):
        total += through[seconds]
        if through[seconds] and total >= Fraction(percent, 100):
            return Within(seconds)
    return Within(known[-1][0], more=True)
