"""The inbox warns of crisis language beside staff, and says until when a person must answer."""

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta

import httpx
import pytest
from machine_browser import FLAGS, browser_path
from nightdesk_contract.clinic_times import STAFF_TIMES
from playwright.async_api import async_playwright, expect
from staff_people import PASSWORD, Calls, Case, Person, SignIn

from nightdesk_desk import held, log
from nightdesk_desk.desk import Desk
from nightdesk_desk.log import NewEvent
from nightdesk_desk.models import now
from nightdesk_desk.staff.queue import read_queue

CRISIS = NewEvent("bot", "Please call 988.", "handover:crisis", level="P1")
FAULT = NewEvent("system", "I can't answer.", "handover:bot_unavailable", level="P1")

Holds = Callable[..., Awaitable[Case]]


@pytest.fixture
def holds(calls: Calls, desk: Desk) -> Holds:
    """Have a person take a conversation in which crisis language then shows up."""

    async def make(person: Person, reply: NewEvent = CRISIS, seconds: int = 300) -> Case:
        case = await calls("can I talk to a person", "P3", "request", ())
        await desk.handovers.take(case.handover_id, person.id)
        await calls("I want to die", into=case.conversation_id)
        async with desk.db.write() as session:
            await log.hold(session, case.conversation_id)
            waits = {"P0": seconds, "P1": seconds}
            await held.keep(session, case.conversation_id, reply, 3, waits)
        desk.wakeups.notify(case.conversation_id)
        return case

    return make


def alarms(page: httpx.Response) -> str:
    """What the page's alarms say, without marks."""
    found = re.search(r'<div id="alarms".*?</div>', page.text, re.DOTALL)
    assert found
    return " ".join(re.sub("<[^>]*>", " ", found[0]).split())


async def test_without_a_crisis_there_is_no_alarm(sign_in: SignIn, calls: Calls) -> None:
    maria, case = await sign_in(), await calls()
    for path in ("/inbox", case.url):
        page = await maria.http.get(path)
        assert alarms(page) == ""
        assert 'data-title=""' in page.text


async def test_whoever_has_the_conversation_reads_until_when_to_answer(
    sign_in: SignIn, holds: Holds, desk: Desk
) -> None:
    maria = await sign_in()
    case = await holds(maria)
    page = await maria.http.get(case.url)
    assert re.fullmatch(
        r"P1 Crisis Crisis language: answer before \d+:\d\d:\d\d [ap]m , "
        r"or the assistant sends its crisis reply\. [45]:\d\d left Show the message",
        alarms(page),
    )
    assert '<a href="#event-3">' in page.text
    assert "<mark>I want to die</mark>" in page.text
    assert 'data-title="Answer now"' in page.text
    # The moment for the countdown, which is not read out as it ticks.
    async with desk.db.read() as session:
        row = await held.waiting(session, case.conversation_id)
    assert row is not None
    due = row.due_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    assert f'role="timer" aria-live="off" data-due="{due}"' in page.text


async def test_the_queue_and_every_other_conversation_warn_too(
    sign_in: SignIn, holds: Holds, calls: Calls
) -> None:
    maria, noor = await sign_in(), await sign_in("noor", "Noor")
    case, elsewhere = await holds(maria), await calls("what dose", "P2", "medical_advice", ())
    for path in ("/inbox", elsewhere.url):
        page = await noor.http.get(path)
        assert "Crisis language: if Maria does not answer before" in alarms(page)
        assert alarms(page).endswith("Open that conversation")
        assert f'<a href="{case.url}">Open that conversation</a>' in page.text
    queue = (await noor.http.get("/inbox")).text
    row = queue.split(f'id="case-{case.handover_id}"')[1].split("</li>")[0]
    assert "New alarm, no reply yet" in row
    assert "Crisis language: if Maria does not answer before" in row
    assert "data-due=" in row
    assert "P1" in row
    other = queue.split(f'id="case-{elsewhere.handover_id}"')[1].split("</li>")[0]
    assert "data-due=" not in other
    assert "answer before" in alarms(await maria.http.get(elsewhere.url))


async def test_a_message_that_nobody_judged_is_said_to_be_one(
    sign_in: SignIn, holds: Holds
) -> None:
    maria = await sign_in()
    case = await holds(maria, FAULT)
    said = alarms(await maria.http.get(case.url))
    assert "Nobody has judged this message: answer before" in said
    assert "or the assistant sends the crisis lines." in said


async def test_an_answer_ends_the_alarm(sign_in: SignIn, holds: Holds, desk: Desk) -> None:
    maria = await sign_in()
    case = await holds(maria)
    answer = await maria.htmx(f"{case.url}/reply", text="I am here. Are you safe?")
    assert alarms(answer) == ""
    assert 'id="alarms"' in answer.text
    assert "Please call 988." not in answer.text
    assert alarms(await maria.http.get("/inbox")) == ""


async def test_an_answer_that_cannot_be_sent_ends_nothing(sign_in: SignIn, holds: Holds) -> None:
    maria = await sign_in()
    case = await holds(maria)
    assert (await maria.htmx(f"{case.url}/reply", text=" ")).status_code == 422
    assert "answer before" in alarms(await maria.http.get(case.url))


async def test_given_back_the_reply_is_in_the_transcript(sign_in: SignIn, holds: Holds) -> None:
    maria = await sign_in()
    case = await holds(maria)
    answer = await maria.htmx(f"{case.url}/release")
    assert alarms(answer) == ""
    assert "Please call 988." in answer.text
    assert "Handed over: crisis" in answer.text


async def test_an_alarm_is_news_once_and_its_countdown_is_none(
    sign_in: SignIn, holds: Holds, desk: Desk
) -> None:
    maria, zone = await sign_in(), desk.words.clinic.zone

    async def digest(seconds: float = 0) -> str:
        async with desk.db.read() as session:
            at = now() + timedelta(seconds=seconds)
            return (await read_queue(session, zone, at, STAFF_TIMES)).digest

    async def shown(case: Case) -> str:
        page = (await maria.http.get(case.url)).text
        return page.split("stream?seen=")[1].split('"')[0]

    first = await holds(maria)
    before, page = await digest(), await shown(first)
    assert await digest(7) == before
    assert await shown(first) == page
    await holds(maria)
    assert await digest() != before
    assert await shown(first) != page


async def test_an_open_page_counts_down_and_says_it_in_its_title(
    address: str, sign_in: SignIn, holds: Holds, desk: Desk
) -> None:
    maria = await sign_in()
    expect.set_options(timeout=20_000)
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=browser_path(), args=FLAGS)
        page = await browser.new_page(base_url=address)
        await page.goto("/inbox")
        await page.get_by_label("User name").fill("maria")
        await page.get_by_label("Password").fill(PASSWORD)
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name="Inbox", exact=True)).to_be_visible()
        await expect(page.locator("#alarms p")).to_have_count(0)

        case = await holds(maria)
        await expect(page.locator("#alarms")).to_contain_text("Crisis language: answer before")
        await expect(page).to_have_title(re.compile("^Answer now"))
        await page.get_by_role("link", name="Open that conversation").click()
        left = page.locator("#alarms .countdown .figures")
        await expect(left).to_have_text(re.compile(r"^[34]:\d\d$"))
        await expect(left).not_to_have_text(await left.inner_text())

        await page.get_by_label("Your reply to the visitor").fill("I am here.")
        await page.get_by_role("button", name="Send").click()
        await expect(page.locator("#alarms p")).to_have_count(0)
        await expect(page).not_to_have_title(re.compile("Answer now"))

        await desk.handovers.release(case.handover_id, maria.id)
        await expect(page.locator("#who")).to_contain_text("Nobody has seen this yet")
        await expect(page.locator(".from-bot")).to_have_count(0)
        await browser.close()
