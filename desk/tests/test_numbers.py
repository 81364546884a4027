"""The figures of a period, from plain facts."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from nightdesk_desk.gaps import GapTurn, Kind
from nightdesk_desk.numbers import Case, Facts, Numbers, Step, numbers, share
from nightdesk_desk.quantiles import Within

CHICAGO = ZoneInfo("America/Chicago")
MONDAY = date(2026, 11, 2)
NOON = datetime(2026, 11, 2, 18, tzinfo=UTC)
"""Noon of that Monday in Chicago."""
TARGETS = {"P0": 2, "P1": 5, "P2": 15}


def figures(
    *cases: Case,
    chats: tuple[datetime, ...] = (),
    turns: tuple[GapTurn, ...] = (),
    days: int = 3,
    step: Step = "day",
    at: datetime = NOON,
) -> Numbers:
    last = MONDAY + timedelta(days=days - 1)
    return numbers(Facts(chats, cases, turns, at), MONDAY, last, step, CHICAGO, TARGETS)


def case(
    level: str = "P1", seen: float | None = None, reply: float | None = None, **what: object
) -> Case:
    """A hand-over of Monday noon, seen and answered so many seconds later."""
    return Case(
        opened_at=NOON,
        level=level,
        reason="crisis",
        seen_at=None if seen is None else NOON + timedelta(seconds=seen),
        answered_at=None if reply is None else NOON + timedelta(seconds=reply),
        **what,  # type: ignore[arg-type]
    )


def turn(kind: Kind) -> GapTurn:
    return GapTurn(kind, "cost", "c", 2, NOON)


class TestSlots:
    def test_there_is_one_for_each_day_also_without_anything(self) -> None:
        found = figures(chats=(NOON, NOON + timedelta(days=2)))
        assert [(slot.first.day, slot.chats) for slot in found.slots] == [(2, 1), (3, 0), (4, 1)]
        assert found.total.chats == 2

    def test_a_day_ends_at_the_clinics_midnight(self) -> None:
        before, after = (
            datetime(2026, 11, 3, 5, 59, tzinfo=UTC),
            datetime(2026, 11, 3, 6, tzinfo=UTC),
        )
        assert [slot.chats for slot in figures(chats=(before, after)).slots] == [1, 1, 0]

    def test_weeks_begin_on_monday(self) -> None:
        wednesday = MONDAY + timedelta(days=2)
        facts = Facts((NOON + timedelta(days=3), NOON + timedelta(days=8)), (), (), NOON)
        found = numbers(facts, wednesday, MONDAY + timedelta(days=9), "week", CHICAGO, TARGETS)
        assert [(slot.first, slot.chats) for slot in found.slots] == [
            (MONDAY, 1),
            (MONDAY + timedelta(days=7), 1),
        ]

    def test_the_day_of_a_clock_change_is_one_day(self) -> None:
        sunday = date(2026, 11, 1)
        facts = Facts(
            (datetime(2026, 11, 1, 5, 30, tzinfo=UTC), datetime(2026, 11, 2, 5, 30, tzinfo=UTC)),
            (),
            (),
            NOON,
        )
        found = numbers(facts, sunday, sunday, "day", CHICAGO, TARGETS)
        assert [slot.chats for slot in found.slots] == [2]


class TestHandovers:
    def test_counted_by_level_and_reason(self) -> None:
        found = figures(
            case("P0"), case("P1", false_alarm=True), case("P1", after_hours=True)
        ).total
        assert found.levels == {"P0": 1, "P1": 2, "P2": 0, "P3": 0}
        assert found.reasons["crisis"] == 3
        assert (found.handovers, found.after_hours, found.false_alarms) == (3, 1, 1)

    def test_times_until_seen_against_the_aim(self) -> None:
        found = figures(case(seen=60), case(seen=300), case(seen=301), case())
        seen = found.seen["P1"]
        assert (seen.done, seen.open, seen.within, seen.due) == (3, 1, 2, 3)
        assert (seen.p50, seen.p95) == (Within(300), Within(301))
        assert found.total.seen == seen

    def test_against_the_aim_goes_the_time_that_counts(self) -> None:
        seen = figures(case(seen=9000, aim_seconds=300), case(seen=1, aim_seconds=301)).seen["P1"]
        assert (seen.done, seen.within, seen.p95) == (2, 1, Within(9000))

    def test_who_is_never_seen_makes_the_figures_worse(self) -> None:
        answered = [case(seen=60, reply=90), case(seen=60, reply=90)]
        late = NOON + timedelta(hours=2)
        found = figures(*answered, case(), case(), case(), at=late)
        seen, replied = found.seen["P1"], found.answered["P1"]
        assert (seen.done, seen.open, seen.within, seen.due) == (2, 3, 2, 5)
        assert seen.p50 == seen.p95 == replied.p95 == Within(7200, more=True)
        assert figures(*answered, at=late).seen["P1"].p50 == Within(60)

    def test_who_waits_within_the_aim_has_not_missed_it(self) -> None:
        seen = figures(case(), at=NOON + timedelta(seconds=300)).seen["P1"]
        assert (seen.within, seen.due) == (None, 0)
        assert figures(case(), at=NOON + timedelta(seconds=301)).seen["P1"].due == 1
        closed = figures(case("P2", aim_seconds=0.0), at=NOON + timedelta(hours=9)).seen["P2"]
        assert (closed.due, closed.p50) == (0, Within(9 * 3600, more=True))

    def test_times_run_from_when_it_became_that_serious(self) -> None:
        later = NOON + timedelta(hours=1)
        found = figures(case(seen=3660, reply=3720, called_at=later))
        assert found.seen["P1"].p50 == Within(60)
        assert found.answered["P1"].p50 == Within(120)

    def test_a_clock_that_was_put_back_gives_no_time_below_nothing(self) -> None:
        assert figures(case(seen=-5)).seen["P1"].p50 == Within(0)

    def test_a_level_without_an_aim_has_none(self) -> None:
        assert figures(case("P3", seen=60)).seen["P3"].within is None

    def test_resolved_unseen_or_without_a_reply_does_not_wait(self) -> None:
        found = figures(case(seen=30, resolved=True)).answered["P1"]
        assert (found.done, found.open, found.without, found.p50) == (0, 0, 1, None)

    def test_times_until_a_persons_reply(self) -> None:
        found = figures(case(seen=30, reply=90), case(seen=30)).answered["P1"]
        assert (found.done, found.open, found.without, found.p50) == (1, 1, 0, Within(90))


def test_turns_without_a_good_answer_and_feedback() -> None:
    kinds: tuple[Kind, ...] = (
        "not_covered",
        "not_understood",
        "withheld",
        "helpful",
        "not_helpful",
    )
    slot = figures(turns=tuple(map(turn, (*kinds, "helpful")))).slots[0]
    counted = (slot.not_covered, slot.not_understood, slot.withheld, slot.helpful, slot.not_helpful)
    assert counted == (1, 1, 1, 2, 1)


def test_a_share_of_nothing_is_none() -> None:
    assert share(1, 4) == 25
    assert share(0, 0) is None
