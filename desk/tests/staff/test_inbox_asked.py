"""The page on what visitors ask: counts of conversations by topic, and no visitor's words."""

import html
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from nightdesk_contract.texts import TextsError
from sqlalchemy import update
from staff_people import SignIn

from nightdesk_desk import log
from nightdesk_desk.desk import Desk
from nightdesk_desk.feedback_api import store_feedback
from nightdesk_desk.models import Event, now
from nightdesk_desk.staff.asked import Line, Material, grouped, period
from nightdesk_desk.topics import Topic, load_topics

WORDS = "zebra-marmalade-seventeen"


async def talk(
    desk: Desk,
    *outcomes: str,
    days_ago: float = 0,
    basis: dict[str, Any] | None = None,
    helpful: bool | None = None,
) -> None:
    """A conversation in which the bot answers so, one message after the other."""
    async with desk.db.write() as session:
        conversation_id, _ = await log.start_conversation(session)
        for outcome in outcomes:
            said = [
                log.NewEvent("visitor", WORDS),
                log.NewEvent("bot", "Told.", outcome, basis=basis),
            ]
            _, seq = await log.append(session, conversation_id, said)
            if helpful is not None:
                await store_feedback(session, conversation_id, seq, helpful=helpful)
        await session.execute(
            update(Event)
            .where(Event.conversation_id == conversation_id)
            .values(at=now() - timedelta(days=days_ago))
        )


def tables(page: str) -> dict[str, list[list[str]]]:
    """The page's tables by caption, as their rows' cells without markup."""
    found = {}
    for table in re.findall(r"<table.*?</table>", page, re.DOTALL):
        caption = re.search(r"<caption>(.*?)</caption>", table, re.DOTALL)
        assert caption
        rows = re.findall(r"<tr>(.*?)</tr>", table.split("<tbody>")[1], re.DOTALL)
        found[html.unescape(caption[1])] = [
            [
                html.unescape(" ".join(re.sub(r"<[^>]*>", "", cell).split()))
                for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
            ]
            for row in rows
        ]
    return found


def text(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", page)).split())


GAPS = "Asked, but not in our material"
UNCLEAR = "Not understood, by the nearest topic"
HELD_BACK = "Held back, because no clinician has signed the answer"
NO_HELP = "Answered, but it did not help"
DRAFTS = "Drafts of answers"
NOTHING = [["Nothing in this time."]]
NO_DRAFT = [["No draft yet. A lead or an admin writes one on a topic\u2019s page."]]
CLINIC = "Answered from the clinic\u2019s settings"
GUIDE = "Answered from the guide"


async def test_a_conversation_counts_each_topic_once(sign_in: SignIn, desk: Desk) -> None:
    maria = await sign_in()
    await talk(desk, "answer:rapid_relief", "logistics:cost", "answer:rapid_relief", "unknown")
    await talk(desk, "unknown", "unknown", "logistics:cost", "not_in_source:mechanism")
    await talk(desk, "logistics:cost")
    page = (await maria.http.get("/inbox/asked")).text
    assert tables(page) == {
        GAPS: [["How does it work in the brain?", "1", "topics.mechanism in clinic.yml"]],
        UNCLEAR: [["No topic recognised", "2"]],
        NO_HELP: NOTHING,
        DRAFTS: NO_DRAFT,
        CLINIC: [["How much does it cost?", "3"]],
        GUIDE: [["How fast does it work?", "1"]],
    }
    assert "had something to say in 3 conversations" in text(page)
    assert "In 2 of them it said at least once that it did not understand" in text(page)
    assert WORDS not in page


async def test_the_most_asked_comes_first(sign_in: SignIn, desk: Desk) -> None:
    maria = await sign_in()
    for outcome, times in (("legality", 1), ("mechanism", 3), ("evidence", 2)):
        for _ in range(times):
            await talk(desk, f"not_in_source:{outcome}")
    rows = tables((await maria.http.get("/inbox/asked")).text)[GAPS]
    assert [row[1] for row in rows] == ["3", "2", "1"]
    assert rows[0][0] == "How does it work in the brain?"


async def test_a_topic_without_a_name_is_shown_plainly(sign_in: SignIn, desk: Desk) -> None:
    maria = await sign_in()
    await talk(desk, "not_in_source:moon_landing", "answer:treatment_resistant")
    page = (await maria.http.get("/inbox/asked")).text
    assert tables(page)[GAPS] == [["moon landing", "1", "No setting for it"]]
    assert tables(page)[GUIDE] == [[desk.passages["treatment_resistant"].title, "1"]]


async def test_a_topic_can_have_been_filled_in_since(sign_in: SignIn, desk: Desk) -> None:
    maria = await sign_in()
    await talk(desk, "not_in_source:cost")
    await talk(desk, "not_in_source:mechanism")
    path = desk.settings.clinic_path
    good = path.read_text()
    path.write_text(good.replace("logistics: {}", "logistics:\n  cost: Each visit is $1."))
    rows = tables((await maria.http.get("/inbox/asked")).text)[GAPS]
    assert [row[2] for row in rows] == [
        "topics.mechanism in clinic.yml",
        "Filled in since: logistics.cost",
    ]


async def test_the_period_is_chosen(sign_in: SignIn, desk: Desk) -> None:
    maria = await sign_in()
    for days_ago in (1, 20, 60, 120):
        await talk(desk, "logistics:hours", days_ago=days_ago)

    async def counted(query: str) -> tuple[str, str]:
        page = (await maria.http.get(f"/inbox/asked{query}")).text
        [current] = re.findall(r'aria-current="page">(Last[^<]*)<', page)
        return current, tables(page)[CLINIC][0][1]

    assert await counted("") == ("Last 30 days", "2")
    assert await counted("?days=7") == ("Last 7 days", "1")
    assert await counted("?days=90") == ("Last 90 days", "3")
    assert await counted("?days=99999") == ("Last 30 days", "2")
    assert await counted("?days=x") == ("Last 30 days", "2")


async def test_before_anybody_asked(sign_in: SignIn) -> None:
    maria = await sign_in()
    page = (await maria.http.get("/inbox/asked")).text
    assert set(tables(page)) == {GAPS, UNCLEAR, NO_HELP, DRAFTS, CLINIC, GUIDE}
    assert page.count("Nothing in this time.") == 5
    assert "0 conversations" in text(page)


async def test_the_tables_can_be_read_without_seeing_them(sign_in: SignIn, desk: Desk) -> None:
    maria = await sign_in()
    await talk(desk, "logistics:hours")
    page = (await maria.http.get("/inbox/asked")).text
    assert page.count("<caption>") == page.count("<table") == 6
    assert '<th scope="col">Topic</th>' in page
    assert '<th scope="row">When are you open?</th>' in page
    assert "<script>" not in page


async def test_the_queue_leads_to_it(sign_in: SignIn) -> None:
    maria = await sign_in()
    queue = (await maria.http.get("/inbox")).text
    assert '<a href="/inbox/asked">What visitors ask</a>' in queue
    assert '<a href="/inbox" aria-current="page">Queue</a>' in queue
    asked = (await maria.http.get("/inbox/asked")).text
    assert '<a href="/inbox/asked" aria-current="page">What visitors ask</a>' in asked


async def test_what_was_not_understood_is_counted_by_the_nearest_topic(
    sign_in: SignIn, desk: Desk
) -> None:
    maria = await sign_in()
    for nearest in (["cost", "insurance"], ["cost"], []):
        await talk(desk, "unknown", basis={"nearest": nearest} if nearest else None)
    await talk(desk, "handover:request", basis={"nearest": ["cost"]})
    await talk(desk, "handover:request")
    await talk(desk, "handover:request", basis={"withheld": ["answer:utter_faq_safety"]})
    page = (await maria.http.get("/inbox/asked")).text
    assert tables(page)[UNCLEAR] == [["How much does it cost?", "3"], ["No topic recognised", "1"]]
    assert tables(page)[HELD_BACK] == [["Is ketamine therapy safe?", "1"]]
    assert '<a href="/inbox/asked/cost?days=30">How much does it cost?</a>' in page
    assert '<a href="/inbox/asked/no-topic?days=30">No topic recognised</a>' in page


async def test_answers_that_did_not_help_are_counted(sign_in: SignIn, desk: Desk) -> None:
    maria = await sign_in()
    for helpful in (False, True, False):
        await talk(desk, "answer:safety", helpful=helpful)
    await talk(desk, "logistics:hours", helpful=True)
    page = (await maria.http.get("/inbox/asked")).text
    assert tables(page)[NO_HELP] == [["Is ketamine therapy safe?", "2", "1"]]


async def test_only_staff_see_it(sign_in: SignIn, desk: Desk) -> None:
    maria = await sign_in()
    transport = maria.http._transport
    async with httpx.AsyncClient(transport=transport, base_url="http://desk.test") as nobody:
        answer = await nobody.get("/inbox/asked?days=7")
        assert answer.status_code == 303
        assert answer.headers["location"] == "/inbox/login?next=/inbox/asked"
        assert "nav" not in (await nobody.get("/inbox/login")).text


@pytest.mark.parametrize(
    ("asked", "days"), [("", 30), ("7", 7), ("30", 30), ("90", 90), ("8", 30), ("-7", 30)]
)
def test_a_period_is_one_of_the_choices(asked: str, days: int) -> None:
    assert period(asked) == days


def test_what_is_no_topic_is_not_listed(desk: Desk) -> None:
    counts = {"smalltalk": 4, "handover:crisis": 2, "unknown": 3, "answer:safety": 1}
    material = Material({"faq_safety": Topic("faq", "Is it safe?")}, {}, desk.words.clinic)
    found = grouped(counts, 5, 7, material)
    assert found.from_guide == [Line("Is it safe?", 1)]
    assert (found.from_clinic, found.not_covered) == ([], [])
    assert (found.conversations, found.not_understood) == (5, 3)


def test_a_topic_that_the_clinic_answers_itself_keeps_its_name(desk: Desk) -> None:
    clinic = replace(desk.words.clinic, topics={"mechanism": "It works so."})
    found = grouped(
        {"logistics:mechanism": 2, "not_in_source:mechanism": 1},
        3,
        30,
        Material(desk.topics, {}, clinic),
    )
    question = "How does it work in the brain?"
    assert found.from_clinic == [Line(question, 2)]
    assert found.not_covered == [Line(question, 1, "topics.mechanism", True, "mechanism")]


@pytest.mark.parametrize(
    "content", ["[broken", "- a\n- b", "faq: 5", "faq: {a: what}", "faq: {a: {phrase: x}}"]
)
def test_a_broken_topics_file_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "topics.yml"
    path.write_text(content)
    with pytest.raises(TextsError, match=r"topics\.yml"):
        load_topics(path)
