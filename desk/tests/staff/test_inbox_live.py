"""Open pages hear of what happens: over the stream, and in a real browser."""

import asyncio
import contextlib
import os
import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from axe_playwright_python.async_playwright import Axe
from machine_browser import FLAGS, browser_path
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect
from staff_people import PASSWORD, Calls, Person, SignIn

from nightdesk_desk import held, log
from nightdesk_desk.desk import Desk
from nightdesk_desk.privacy.removal import remove_conversation
from nightdesk_desk.staff import sessions, streams

WITHIN = 20.0
"""Seconds in which an open page must hear of the record. Above a loaded machine's worst, and below
the 30 s after which a page would ask by itself: what comes sooner came over the stream."""


async def next_event(lines: AsyncIterator[str]) -> str:
    async for line in lines:
        if line.startswith("event:") and line != "event: beat":
            return line.removeprefix("event:").strip()
    return "(end)"


@contextlib.asynccontextmanager
async def listening(
    address: str, person: Person, path: str, **headers: str
) -> AsyncIterator[AsyncIterator[str]]:
    cookies = {"nightdesk-staff": person.http.cookies["nightdesk-staff"]}
    async with (
        httpx.AsyncClient(base_url=address, cookies=cookies, timeout=2 * WITHIN) as http,
        http.stream("GET", path, headers=headers) as answer,
    ):
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        yield answer.aiter_lines()


async def test_the_queues_stream(address: str, sign_in: SignIn, calls: Calls, desk: Desk) -> None:
    maria = await sign_in()
    async with listening(address, maria, "/inbox/stream") as lines:
        assert await next_event(lines) == "changed"
        case = await calls()
        assert await asyncio.wait_for(next_event(lines), WITHIN) == "changed"
        await desk.handovers.acknowledge(case.handover_id, maria.id)
        assert await asyncio.wait_for(next_event(lines), WITHIN) == "changed"


async def test_a_page_that_is_up_to_date_hears_nothing(
    address: str, sign_in: SignIn, calls: Calls
) -> None:
    maria, case = await sign_in(), await calls()
    page = (await maria.http.get(case.url)).text
    seen = page.split("stream?seen=")[1].split('"')[0]
    async with listening(address, maria, f"{case.url}/stream?seen={seen}") as lines:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(next_event(lines), 1)
    # After a lost connection the browser says what it saw last.
    reconnected = {"Last-Event-ID": seen}
    await calls("worse now", into=case.conversation_id)
    async with listening(address, maria, f"{case.url}/stream", **reconnected) as lines:
        assert await asyncio.wait_for(next_event(lines), WITHIN) == "changed"


async def test_a_stream_ends_with_its_session(
    address: str, sign_in: SignIn, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "CHECK_SESSION", 0.0)
    maria = await sign_in()
    async with listening(address, maria, "/inbox/stream") as lines:
        assert await next_event(lines) == "changed"
        async with desk.db.write() as session:
            await sessions.close_all_sessions(session, maria.id)
        desk.wakeups.notify("")
        assert await asyncio.wait_for(next_event(lines), WITHIN) == "signed-out"
        assert await asyncio.wait_for(next_event(lines), WITHIN) == "(end)"


async def test_a_page_of_a_deleted_conversation_leaves_its_words(
    address: str, sign_in: SignIn, calls: Calls, desk: Desk
) -> None:
    maria, case = await sign_in(), await calls()
    seen = (await maria.http.get(case.url)).text.split("stream?seen=")[1].split('"')[0]
    async with listening(address, maria, f"{case.url}/stream?seen={seen}") as lines:
        async with desk.db.write() as session:
            await remove_conversation(session, case.conversation_id, {"why": "test"})
        desk.wakeups.notify(case.conversation_id)
        assert await asyncio.wait_for(next_event(lines), WITHIN) == "changed"
    part = await maria.http.get(f"{case.url}/live", headers={"HX-Request": "true"})
    assert (part.status_code, part.headers["hx-refresh"]) == (404, "true")
    whole = await maria.http.get(case.url)
    assert whole.status_code == 404
    assert "hx-refresh" not in whole.headers


async def test_a_stream_says_that_it_is_there(
    address: str, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "BEAT", 0.0)
    monkeypatch.setattr(streams, "LOOK_AGAIN", 0.01)
    maria = await sign_in()
    async with listening(address, maria, "/inbox/stream") as lines:

        async def beats() -> None:
            for _ in range(2):
                while await anext(lines) != "event: beat":
                    pass

        await asyncio.wait_for(beats(), WITHIN)


async def test_a_look_that_hangs_ends_the_stream_so_that_the_page_connects_again(
    address: str, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    maria = await sign_in()
    hangs = False
    read_queue = streams.read_queue

    async def read(*given: Any) -> Any:
        if hangs:
            await asyncio.Event().wait()
        return await read_queue(*given)

    monkeypatch.setattr(streams, "read_queue", read)
    monkeypatch.setattr(streams, "LOOK_AGAIN", 0.01)
    async with listening(address, maria, "/inbox/stream") as lines:
        assert await next_event(lines) == "changed"
        monkeypatch.setattr(streams, "LOOK_WITHIN", 0.01)
        hangs = True
        assert await asyncio.wait_for(next_event(lines), WITHIN) == "(end)"
    assert "a live update failed: TimeoutError" in caplog.text


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    # Debian's where there is one, else the one that playwright has installed.
    path = os.environ.get("CHROMIUM") or browser_path()
    expect.set_options(timeout=WITHIN * 1000)
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        await browser.close()


async def open_inbox(
    browser: Browser, address: str, username: str, *, phone: bool = False, dark: bool = False
) -> Page:
    context: BrowserContext = await browser.new_context(
        base_url=address,
        viewport={"width": 390, "height": 800} if phone else {"width": 1200, "height": 860},
        color_scheme="dark" if dark else "light",
    )
    page = await context.new_page()
    page.set_default_timeout(WITHIN * 1000)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    # A refused style or script is told on the console, and so is a broken part.
    page.on(
        "console",
        lambda message: (
            errors.append(message.text)
            if message.type == "error" and "409" not in message.text and "422" not in message.text
            else None
        ),
    )
    page.errors = errors  # type: ignore[attr-defined]
    await page.goto("/inbox")
    await page.get_by_label("User name").fill(username)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Inbox", exact=True)).to_be_visible()
    return page


def errors_of(page: Page) -> list[str]:
    found: list[str] = page.errors  # type: ignore[attr-defined]
    return found


async def test_two_people_at_their_browsers(
    chromium: Browser, address: str, sign_in: SignIn, calls: Calls, desk: Desk
) -> None:
    await sign_in()
    await sign_in("noor", "Noor")
    maria = await open_inbox(chromium, address, "maria")
    noor = await open_inbox(chromium, address, "noor", phone=True)
    await expect(maria.get_by_text("Nobody is waiting.")).to_be_visible()

    case = await calls()
    for page in (maria, noor):
        link = page.get_by_role("link", name="May be in crisis or unsafe")
        await expect(link).to_be_visible(timeout=WITHIN * 1000)
        await expect(page).to_have_title(re.compile(r"\(1\) Inbox"))
        await link.click()
        await expect(page.locator("mark")).to_have_text("I want to die")

    # Maria drafts before she takes it; nothing live touches the draft.
    box = maria.get_by_label("Your reply to the visitor")
    await box.fill("I am Maria.")
    await expect(maria.get_by_role("button", name="Send")).to_be_disabled()
    await maria.get_by_role("button", name="Take").click()
    await expect(maria.locator("#who")).to_contain_text("With you since")
    await expect(noor.locator("#who")).to_contain_text("With Maria since")
    await expect(noor.get_by_role("button", name="Take")).to_have_count(0)
    await calls("are you there", "P1", into=case.conversation_id)
    await expect(maria.locator("mark", has_text="are you there")).to_be_visible()
    await expect(box).to_have_value("I am Maria.")

    await expect(box).to_be_focused()
    await maria.keyboard.press("Control+Enter")
    await expect(box).to_have_value("")
    for page in (maria, noor):
        await expect(page.locator(".from-staff .text")).to_have_text("I am Maria.")

    # An empty reply and a second one: the first is refused, the second has a key of its own.
    await box.fill("How are you?")
    await maria.get_by_role("button", name="Send").click()
    await expect(maria.locator(".from-staff")).to_have_count(2)

    await maria.get_by_text("Resolve", exact=True).first.click()
    note = maria.get_by_label("Note for the record")
    await note.fill("Spoke with them.")
    await maria.get_by_role("button", name="Resolve").click()
    await expect(maria.locator("#notice")).to_contain_text("both are needed")
    await expect(note).to_have_value("Spoke with them.")
    await maria.get_by_label("How it ended").select_option("answered")
    await maria.get_by_role("button", name="Resolve").click()
    await expect(maria.locator("#who")).to_contain_text("Resolved by Maria")
    await expect(noor.locator("#who")).to_contain_text("Resolved by Maria")
    await noor.get_by_role("link", name="All conversations").click()
    await expect(noor.get_by_text("Nobody is waiting.")).to_be_visible()
    assert errors_of(maria) == []
    assert errors_of(noor) == []


async def test_the_loser_of_a_race_reads_who_won(
    chromium: Browser, address: str, sign_in: SignIn, calls: Calls, desk: Desk
) -> None:
    maria = await sign_in()
    await sign_in("noor", "Noor")
    case = await calls()
    noor = await open_inbox(chromium, address, "noor")
    # No live updates: the page still offers what is gone.
    await noor.route("**/stream*", lambda route: route.abort())
    await noor.goto(case.url)
    await desk.handovers.take(case.handover_id, maria.id)
    await noor.get_by_role("button", name="Take").click()
    await expect(noor.locator("#notice")).to_have_text(
        "Maria has this conversation. Nothing was changed."
    )
    await expect(noor.locator("#connection p")).to_be_visible()


async def test_signed_out_elsewhere_the_page_goes_away(
    chromium: Browser, address: str, sign_in: SignIn, calls: Calls, desk: Desk
) -> None:
    maria, case = await sign_in(), await calls()
    page = await open_inbox(chromium, address, "maria")
    await page.goto(case.url)
    async with desk.db.write() as session:
        await sessions.close_all_sessions(session, maria.id)
    await page.get_by_role("button", name="Take").click()
    await expect(page.get_by_text("You were signed out")).to_be_visible()
    await expect(page.get_by_text("want to die")).to_have_count(0)


@pytest.mark.parametrize(("phone", "dark"), [(False, False), (False, True), (True, False)])
async def test_no_barriers(
    chromium: Browser,
    address: str,
    sign_in: SignIn,
    calls: Calls,
    desk: Desk,
    phone: bool,
    dark: bool,
) -> None:
    maria, case = await sign_in(), await calls()
    await calls("what dose", "P2", "medical_advice", ())
    await calls("a person please", "P3", "request", ())
    await calls("I took them all", "P0")
    done = await calls("old one", "P2", "medical_advice", ())
    await desk.handovers.resolve(done.handover_id, maria.id, note="Done")
    await desk.handovers.take(case.handover_id, maria.id)
    await desk.handovers.reply(case.handover_id, maria.id, "Hello")
    async with desk.db.write() as session:
        gap = log.NewEvent("bot", "Not here.", "not_in_source:routes_of_administration")
        await log.append(session, case.conversation_id, [gap])
        alarm = log.NewEvent("bot", "Please call.", "handover:crisis", level="P0")
        await held.keep(session, case.conversation_id, alarm, 1, {"P0": 300, "P1": 300})
    page = await open_inbox(chromium, address, "maria", phone=phone, dark=dark)
    login = await (await chromium.new_context(base_url=address)).new_page()
    await login.goto("/inbox/login")
    for shown, path in (
        (page, "/inbox"),
        (page, case.url),
        (page, done.url),
        (page, "/inbox/asked"),
        (login, None),
    ):
        if path:
            await shown.goto(path)
        results = await Axe().run(shown)
        assert results.violations_count == 0, results.generate_report()
        width = await shown.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert width <= 0, f"{path} is wider than the screen"
