"""The report at the end of a day: at the last closing, once, with what is still open."""

import asyncio
from datetime import date

import pytest
from on_call_clinic import ON_CALL, always, clinic, day, on
from on_call_night import Night
from sqlalchemy import select

from nightdesk_desk.desk import Desk
from nightdesk_desk.escalation.day_report import day_to_report, reported_to, take_report
from nightdesk_desk.escalation.models import DayReport
from nightdesk_desk.models import Alert, now

SPLIT = "Mo-Fr 09:00-12:00,13:00-17:00"


@pytest.mark.parametrize(
    ("hours", "at", "expected"),
    [
        (SPLIT, "2026-11-23T16:59", None),
        (SPLIT, "2026-11-23T12:30", None),
        (SPLIT, "2026-11-23T17:00", "2026-11-23"),
        # A desk that did not run at closing time comes late, but not with yesterday's news.
        (SPLIT, "2026-11-24T02:00", "2026-11-23"),
        (SPLIT, "2026-11-24T05:00", None),
        # A closed day, and a Sunday.
        (SPLIT, "2026-11-26T18:00", None),
        (SPLIT, "2026-11-29T18:00", None),
        # Where it never closes, or closes after midnight, the day ends at midnight.
        ("24/7", "2026-11-23T11:59", "2026-11-22"),
        ("24/7", "2026-11-24T00:00", "2026-11-23"),
        ("Mo-Fr 18:00-02:00", "2026-11-24T00:30", "2026-11-23"),
        ("24/7 off", "2026-11-23T18:00", None),
    ],
)
def test_the_day_whose_report_is_due(hours: str, at: str, expected: str | None) -> None:
    found = day_to_report(clinic(hours=hours), on(at))
    assert found == (day(expected) if expected else None)


def test_without_people_on_call_there_is_none() -> None:
    assert day_to_report(clinic(on_call=None), on("2026-11-23T17:00")) is None


def test_the_lead_and_the_team_get_it() -> None:
    assert reported_to(clinic()) == ["dee phone", "team"]
    assert reported_to(clinic(on_call=ON_CALL | {"lead": "nobody"})) == ["team"]


async def reports(desk: Desk) -> tuple[list[tuple[date, int]], list[str]]:
    async with desk.db.read() as session:
        rows = list(await session.scalars(select(DayReport)))
        told = await session.scalars(select(Alert.address).where(Alert.kind == "report"))
        return [(row.day, row.open_requests) for row in rows], list(told)


async def test_it_counts_requests_that_nobody_has_resolved(night: Night) -> None:
    for _ in range(3):
        await night.hand_over("P3", reason="request")
    _, done = await night.hand_over("P3", reason="request")
    await night.hand_over("P2", reason="medical_advice")
    await night.desk.handovers.resolve(done, await night.person(), note="Done.")
    async with night.desk.db.write() as session:
        assert await take_report(session, night.desk.words.clinic, day("2026-11-23"), now())
    assert await reports(night.desk) == ([(day("2026-11-23"), 3)], ["dee phone", "team"])
    [entry] = await night.noted("day_report_written")
    assert '"open_requests":3' in entry.details


async def test_of_many_desks_one_writes_it(night: Night) -> None:
    await night.hand_over("P3", reason="request")
    other = Desk.build(night.settings)

    async def write(desk: Desk) -> bool:
        async with desk.db.write() as session:
            return await take_report(session, desk.words.clinic, day("2026-11-23"), now())

    written = await asyncio.gather(*(write(desk) for desk in (night.desk, other) * 4))
    assert written.count(True) == 1
    assert (await reports(night.desk))[1] == ["dee phone", "team"]
    await other.rasa.close()
    await other.db.close()


async def test_with_nothing_open_nobody_hears_of_it(night: Night) -> None:
    async with night.desk.db.write() as session:
        assert await take_report(session, night.desk.words.clinic, day("2026-11-23"), now())
    assert await reports(night.desk) == ([(day("2026-11-23"), 0)], [])


async def test_the_look_writes_it_when_the_day_ends(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    night.set(always(hours="Mo-Fr 09:00-17:00"))
    await night.hand_over("P3", reason="request")
    for text, count in (
        ("2026-11-23T16:59", 0),
        ("2026-11-23T17:00", 2),
        ("2026-11-23T18:00", 2),
        ("2026-11-24T17:00", 4),
    ):
        monkeypatch.setattr(night, "clock", lambda text=text: on(text))
        await night.worker().look()
        assert len((await reports(night.desk))[1]) == count
