"""What the acts of a case come to."""

from datetime import UTC, datetime, timedelta

from nightdesk_desk.cases.models import HandoverAct
from nightdesk_desk.cases.reading import (
    Lowered,
    Passed,
    first_taker,
    lowered,
    passed,
    passed_at,
    worst_level,
)
from nightdesk_desk.models import Handover, HandoverTrigger

TAKEN = datetime(2026, 11, 26, 12, tzinfo=UTC)
MARIA, NOOR, ADA = 1, 2, 3


def after(minutes: float) -> datetime:
    return TAKEN + timedelta(minutes=minutes)


def taken_by(who: int, level: str = "P1") -> Handover:
    return Handover(id=1, state="taken", level=level, taken_at=TAKEN, taken_by=who)


def pass_on(by: int, to: int, minutes: float) -> HandoverAct:
    return HandoverAct(kind="passed", staff_id=by, to_staff_id=to, at=after(minutes))


def level(by: int, before: str, to: str) -> HandoverAct:
    return HandoverAct(kind="level", staff_id=by, from_level=before, to_level=to, at=TAKEN)


def test_passed_until_the_new_one_has_written() -> None:
    acts = [pass_on(MARIA, NOOR, 5)]
    assert passed(taken_by(NOOR), acts, after(4)) == Passed(MARIA, after(5), False)
    assert passed(taken_by(NOOR), acts, after(6)) == Passed(MARIA, after(5), True)
    assert passed(taken_by(NOOR), acts, None) == Passed(MARIA, after(5), False)


def test_passed_until_the_new_one_has_acted() -> None:
    case = taken_by(NOOR)
    case.acted_at = TAKEN
    acts = [pass_on(MARIA, NOOR, 5)]
    assert passed(case, acts, None) == Passed(MARIA, after(5), False)
    case.acted_at = after(6)
    assert passed(case, acts, None) == Passed(MARIA, after(5), True)


def test_each_passing_on_calls() -> None:
    acts = [pass_on(MARIA, NOOR, 5), level(NOOR, "P1", "P0"), pass_on(NOOR, ADA, 6)]
    assert passed_at(acts) == [after(5), after(6)]


def test_the_worst_it_ever_was() -> None:
    crisis = HandoverTrigger(level="P1")
    assert worst_level(taken_by(ADA, "P3"), [], ()) == "P3"
    assert worst_level(taken_by(ADA, "P0"), [crisis], ()) == "P0"
    assert worst_level(taken_by(ADA, "P3"), [crisis], ()) == "P1"
    assert worst_level(taken_by(ADA, "P3"), [crisis], [level(MARIA, "P0", "P3")]) == "P0"


def test_the_last_one_who_passed_it_on_counts() -> None:
    acts = [pass_on(MARIA, NOOR, 5), pass_on(NOOR, ADA, 6)]
    assert passed(taken_by(ADA), acts, None) == Passed(NOOR, after(6), False)
    assert first_taker(taken_by(ADA), acts) == MARIA


def test_what_was_given_back_and_taken_anew_was_not_passed_on() -> None:
    acts = [pass_on(MARIA, NOOR, -5)]
    assert passed(taken_by(NOOR), acts, None) is None
    assert first_taker(taken_by(NOOR), acts) == NOOR
    assert passed(Handover(id=1, state="resolved", level="P1", taken_by=NOOR), acts, None) is None
    assert passed(taken_by(MARIA), [], None) is None


def test_lowered_from_the_most_serious_it_was() -> None:
    down = [level(MARIA, "P0", "P1"), level(NOOR, "P1", "P3")]
    assert lowered(taken_by(ADA, "P3"), down) == Lowered(MARIA, "P0")
    assert lowered(taken_by(ADA, "P0"), down) is None
    assert lowered(taken_by(ADA, "P1"), [level(MARIA, "P3", "P1")]) is None
    # Lowered, and serious again by a new message.
    assert lowered(taken_by(ADA, "P1"), [level(MARIA, "P1", "P3")]) is None
