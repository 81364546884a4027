"""The page with figures, and the table that is taken away: no identifier in either."""

import csv
import dataclasses
import io
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import update
from staff_people import Calls, Person, SignIn

from nightdesk_desk import log
from nightdesk_desk.desk import Desk
from nightdesk_desk.models import Conversation, Handover, now
from nightdesk_desk.numbers import numbers
from nightdesk_desk.numbers_facts import read_facts

WORDS = "zebra-marmalade-seventeen"


async def rows(maria: Person, query: str = "") -> list[dict[str, str]]:
    answer = await maria.http.get(f"/inbox/numbers/table.csv{query}")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/csv")
    assert re.fullmatch(
        r'attachment; filename="nightdesk-[\d-]+\.csv"', answer.headers["content-disposition"]
    )
    return list(csv.DictReader(io.StringIO(answer.text)))


async def test_a_hand_over_is_counted_with_its_times(
    sign_in: SignIn, calls: Calls, desk: Desk
) -> None:
    case = await calls(WORDS, "P0")
    async with desk.db.write() as session:
        opened = now() - timedelta(minutes=10)
        await session.execute(
            update(Handover).values(
                opened_at=opened, acknowledged_at=opened + timedelta(seconds=90)
            )
        )
    maria = await sign_in(role="lead")
    page = (await maria.http.get("/inbox/numbers")).text
    assert "1:30" in page
    assert "1 of 1" in page
    assert WORDS not in page
    assert case.conversation_id not in page


@pytest.mark.parametrize(("hours", "after"), [("24/7", False), ("Jan 01 09:00-09:01", True)])
async def test_after_hours_is_what_came_while_the_clinic_was_closed(
    calls: Calls, desk: Desk, hours: str, after: bool
) -> None:
    await calls(WORDS, "P2")
    clinic = dataclasses.replace(desk.words.clinic, hours=hours)
    async with desk.db.read() as session:
        facts = await read_facts(session, now() - timedelta(days=1), now(), clinic, {})
    assert [case.after_hours for case in facts.cases] == [after]


async def test_a_reply_to_a_later_hand_over_is_not_one_to_the_first(
    sign_in: SignIn, calls: Calls, desk: Desk
) -> None:
    maria, case = await sign_in(role="lead"), await calls(WORDS, "P2")
    await desk.handovers.resolve(case.handover_id, maria.id, note="Rang them")
    later = await calls(WORDS, "P3", "request", into=case.conversation_id)
    await desk.handovers.take(later.handover_id, maria.id)
    await desk.handovers.reply(later.handover_id, maria.id, "Hello")
    today = (await rows(maria))[-1]
    assert (today["handovers"], today["answered_by_a_person"]) == ("2", "1")


async def test_the_table_has_a_row_for_each_day_and_no_identifier(
    sign_in: SignIn, calls: Calls
) -> None:
    case = await calls(WORDS, "P1")
    found = await rows(await sign_in(role="lead"), "?days=7")
    assert len(found) == 7
    assert found[-1]["handovers"] == found[-1]["level_p1"] == found[-1]["reason_crisis"] == "1"
    assert found[0]["handovers"] == "0"
    text = str(found)
    assert WORDS not in text
    assert case.conversation_id not in text
    assert "Maria" not in text


@pytest.mark.parametrize(
    ("query", "count"), [("?days=7&by=day", 7), ("?days=90&by=week", 13), ("?days=30&by=x", 30)]
)
async def test_by_day_and_by_week(sign_in: SignIn, query: str, count: int) -> None:
    assert count <= len(await rows(await sign_in(role="lead"), query)) <= count + 1


async def test_what_is_older_does_not_count(sign_in: SignIn, desk: Desk) -> None:
    async with desk.db.write() as session:
        for days in (1, 20):
            conversation_id, _ = await log.start_conversation(session)
            await log.append(session, conversation_id, [log.NewEvent("visitor", WORDS)])
            await session.execute(
                update(Conversation)
                .where(Conversation.id == conversation_id)
                .values(created_at=now() - timedelta(days=days))
            )
        await log.start_conversation(session)  # opened, and nobody wrote
    assert sum(int(row["chats"]) for row in await rows(await sign_in(role="lead"), "?days=7")) == 1


async def test_nothing_at_all_is_a_page_too(sign_in: SignIn) -> None:
    maria = await sign_in(role="lead")
    page = await maria.http.get("/inbox/numbers?days=90")
    assert page.status_code == 200
    assert "Nothing in this time." in page.text


@pytest.mark.parametrize(("level", "within"), [("P2", 1), ("P3", 1), ("P1", 0)])
async def test_the_aim_counts_milder_levels_only_while_the_clinic_is_open(
    calls: Calls, desk: Desk, level: str, within: int
) -> None:
    await calls(WORDS, level)
    opened = datetime(2026, 11, 3, 5, 0, tzinfo=UTC)  # 23:00 of a Monday in the clinic's zone
    seen = datetime(2026, 11, 3, 15, 5, tzinfo=UTC)  # five minutes after it opened
    async with desk.db.write() as session:
        await session.execute(update(Handover).values(opened_at=opened, acknowledged_at=seen))
    clinic = dataclasses.replace(
        desk.words.clinic, hours="Mo-Fr 09:00-17:00", time_zone="America/Chicago", closed_days=()
    )
    async with desk.db.read() as session:
        facts = await read_facts(session, opened, seen + timedelta(days=1), clinic, {})
    day = date(2026, 11, 2)
    found = numbers(facts, day, day, "day", clinic.zone, {"P1": 15, "P2": 15, "P3": 15}).seen[level]
    assert (found.done, found.within, found.p50) == (1, within, 36_300)


async def test_the_figures_are_for_leads_and_admins(sign_in: SignIn) -> None:
    staff, admin = await sign_in(), await sign_in("ada", "Ada", "admin")
    for path in ("/inbox/numbers", "/inbox/numbers/table.csv"):
        assert (await staff.http.get(path)).status_code == 403
        assert (await admin.http.get(path)).status_code == 200
    link = 'href="/inbox/numbers"'
    assert link not in (await staff.http.get("/inbox")).text
    assert link in (await admin.http.get("/inbox")).text


async def test_only_staff_see_it(browser) -> None:  # type: ignore[no-untyped-def]
    for path in ("/inbox/numbers", "/inbox/numbers/table.csv"):
        answer = await browser().get(path)
        assert answer.status_code in (303, 401)
        assert "handovers" not in answer.text
