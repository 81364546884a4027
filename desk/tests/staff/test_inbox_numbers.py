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
from nightdesk_desk.privacy.removal import remove_conversation
from nightdesk_desk.quantiles import Within

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
    clinic = dataclasses.replace(desk.words.clinic, hours=hours, closed_days=())
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
    assert (today["Hand-overs"], today["Reply by a person"]) == ("2", "1")


async def test_the_table_has_a_row_for_each_day_and_no_identifier(
    sign_in: SignIn, calls: Calls
) -> None:
    case = await calls(WORDS, "P1")
    found = await rows(await sign_in(role="lead"), "?days=7")
    assert len(found) == 7
    assert (
        found[-1]["Hand-overs"]
        == found[-1]["P1 Crisis"]
        == found[-1]["Reason: May be in crisis or unsafe"]
        == "1"
    )
    assert found[0]["Hand-overs"] == "0"
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
    assert sum(int(row["Chats"]) for row in await rows(await sign_in(role="lead"), "?days=7")) == 1


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
    assert (found.done, found.within, found.p50) == (1, within, Within(36_300))


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
        assert "Hand-overs" not in answer.text


async def test_what_is_deleted_is_in_no_figure_and_the_page_says_so(
    sign_in: SignIn, calls: Calls, desk: Desk
) -> None:
    maria, gone, _ = await sign_in(role="lead"), await calls(WORDS), await calls(WORDS)
    assert "deleted in this time" not in (await maria.http.get("/inbox/numbers")).text
    async with desk.db.write() as session:
        await log.hold(session, gone.conversation_id)
        await remove_conversation(session, gone.conversation_id, {"why": "visitor"})
    page = (await maria.http.get("/inbox/numbers")).text
    assert "1 chat was deleted in this time" in page
    assert (await rows(maria))[-1]["Chats"] == "1"


async def test_before_the_first_chat_there_is_no_quiet_time(
    sign_in: SignIn, calls: Calls, desk: Desk
) -> None:
    maria, case = await sign_in(role="lead"), await calls(WORDS)
    said = "The oldest chat that is still kept began"
    assert said in (await maria.http.get("/inbox/numbers")).text
    async with desk.db.write() as session:
        await session.execute(
            update(Conversation)
            .where(Conversation.id == case.conversation_id)
            .values(created_at=now() - timedelta(days=40))
        )
    assert said not in (await maria.http.get("/inbox/numbers?days=30")).text


async def test_who_still_waits_shows_in_the_times(
    sign_in: SignIn, calls: Calls, desk: Desk
) -> None:
    await calls(WORDS, "P0")
    async with desk.db.write() as session:
        opened = now() - timedelta(hours=2, seconds=5)
        await session.execute(update(Handover).values(opened_at=opened))
    maria = await sign_in(role="lead")
    page = (await maria.http.get("/inbox/numbers")).text
    assert "over 2:00:0" in page
    assert "0 of 1" in page
    seen = next(row for row in await rows(maria) if row["Hand-overs"] == "1")
    assert int(seen["Seen: 95 % within, seconds"]) >= 7205
    assert seen["Seen: these seconds still grow"] == "both"


async def test_no_cell_of_the_table_is_a_formula(sign_in: SignIn, calls: Calls) -> None:
    await calls(WORDS, "P1")
    maria = await sign_in(role="lead")
    table = (await maria.http.get("/inbox/numbers/table.csv")).text
    for row in csv.reader(io.StringIO(table)):
        assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "'"))]


async def test_a_picture_has_its_figures_in_words_too(sign_in: SignIn, calls: Calls) -> None:
    await calls(WORDS, "P1")
    page = (await (await sign_in(role="lead")).http.get("/inbox/numbers")).text
    assert ": 1 P1 Crisis</title>" in page
    assert page.count('href="#by-step"') == 2
    assert '<table id="by-step">' in page
