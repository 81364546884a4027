"""Where leaving quickly leads to, and that no way leads back to the chat."""

import re
from collections.abc import Iterator
from contextlib import closing

import pytest
from browsers import Browsers, over_bidi
from conftest import NewGuest
from guest import Guest
from machine_browser import FIREFOX, chosen
from playwright.sync_api import Error, Page, expect
from quick_exit import FAST, assert_left, leave
from running_system import RunningSystem, wait_for
from visitor_page import VisitorPage, hook

FRAMED = """<!doctype html><html lang="en"><title>A clinic</title><link rel="icon" href="data:,">
<h1>A clinic</h1><iframe src="/framed?inside" width="600" height="700" {how}></iframe></html>"""
INSIDE = """<!doctype html><html lang="en"><title>A part</title><link rel="icon" href="data:,">
<body><script src="/widget.js" data-exit="{exit}"></script></body></html>"""
WEATHER = """<!doctype html><html lang="en"><title>Weather</title><link rel="icon" href="data:,">
<h1>Weather</h1></html>"""


@pytest.mark.parametrize("how", ["", 'sandbox="allow-scripts allow-same-origin"'])
def test_in_a_frame_all_of_the_page_is_left_where_that_is_allowed(
    new_guest: NewGuest, how: str, expected_complaints: list[str]
) -> None:
    expected_complaints += ["An iframe which has both", "Unsafe attempt to initiate navigation"]
    guest = new_guest()
    elsewhere = f"{guest.url}/weather"
    pages = {
        f"{guest.url}/framed": FRAMED.format(how=how),
        f"{guest.url}/framed?inside": INSIDE.format(exit=elsewhere),
        elsewhere: WEATHER,
    }
    guest.context.route(
        re.compile("/(framed|weather)"),
        lambda route: route.fulfill(body=pages[route.request.url], content_type="text/html"),
    )
    page = guest.tab()
    page.goto(f"{guest.url}/framed")
    inside = page.frame_locator("iframe")
    inside.locator(hook("launcher")).click()
    inside.locator(hook("leave")).click()

    if how:
        expect(inside.get_by_role("heading")).to_have_text("Weather")
        expect(page.get_by_role("heading")).to_have_text("A clinic")
    else:
        expect(page).to_have_url(elsewhere)
        expect(page.get_by_role("heading")).to_have_text("Weather")


def google(guest: Guest) -> None:
    """Stand in for it."""
    guest.context.route(
        "https://www.google.com/**",
        lambda route: route.fulfill(body="<title>Search</title>", content_type="text/html"),
    )


def test_without_another_wish_it_leads_to_a_page_that_everybody_knows(
    browser: Browsers, system: RunningSystem
) -> None:
    guest = Guest(browser, system.url)
    with closing(guest.context):
        google(guest)
        visitor = VisitorPage(guest).come().open_chat()
        visitor.ask(FAST)
        assert guest.strangers() == []
        leave(visitor)
        expect(visitor.page).to_have_url("https://www.google.com/")
        expect(visitor.page).to_have_title("Search")


def test_back_does_not_lead_to_the_chat(leaving: VisitorPage, quiet: str) -> None:
    page = leaving.page
    page.goto(f"{leaving.guest.url}/crisis-lines")
    page.goto(f"{leaving.guest.url}/demo")
    leaving.ask(FAST)

    leave(leaving)
    assert_left(leaving, quiet)

    page.go_back()
    expect(page).to_have_url(re.compile("/crisis-lines$"))
    page.go_back()
    expect(page).to_have_url(re.compile("/demo$"))
    expect(leaving.launcher).to_be_visible()
    expect(leaving.panel).to_have_count(0)
    leaving.open_chat()
    expect(leaving.messages).to_have_count(0)


@pytest.fixture
def keeping(browser: Browsers) -> Iterator[Browsers]:
    """A browser that keeps pages for "Back", as people's do."""
    with closing(browser.keeping_pages()) as started:
        yield started


@pytest.mark.parametrize("asked", [True, False], ids=["a-chat", "a-draft"])
def test_a_page_that_was_kept_does_not_bring_the_chat_back(
    keeping: Browsers, system: RunningSystem, asked: bool
) -> None:
    if asked and chosen() == FIREFOX:
        pytest.skip("Firefox keeps no page that follows a conversation: it loads it again")
    guest = Guest(keeping, system.url)
    with closing(guest.context):
        google(guest)
        visitor = VisitorPage(guest).come().open_chat()
        if asked:
            visitor.ask(FAST)
        visitor.input.fill("half a")
        page = visitor.page
        page.evaluate("window.kept = true")

        # Kept, and the chat is still the visitor's: it is there again, whole.
        page.goto(f"{system.url}/privacy")
        back_to_kept(page)
        expect(visitor.messages).to_have_count(2 if asked else 0)
        expect(visitor.input).to_have_value("half a")
        if asked:
            visitor.ask("How much does it cost?")

        # Another page of the site, from which the visitor leaves.
        page.goto(f"{system.url}/demo?second")
        expect(visitor.messages).to_have_count(4 if asked else 0)
        if not asked:
            visitor.ask(FAST)
        leave(visitor)
        expect(page).to_have_url("https://www.google.com/")

        back_to_kept(page)
        expect(visitor.launcher).to_be_visible()
        visitor.open_chat()
        expect(visitor.messages).to_have_count(0)
        expect(visitor.input).to_have_value("")
        visitor.ask("Hello!")
        expect(visitor.own).to_have_count(1)


def back_to_kept(page: Page) -> None:
    """Go back to a page that the browser has kept: it is not loaded again."""
    # Not within the call: it would fail when the page goes before it has answered.
    page.evaluate("void setTimeout(() => history.back())")

    def there() -> bool:
        try:
            return page.evaluate("window.kept") is True
        except Error:
            # The page that is left is gone just now.
            return False

    wait_for(there, 15, "the page was not kept")
    if over_bidi():
        # Playwright is not told that it is there, and waits for it before anything else: until it
        # hears that a later way has led nowhere.
        page.route("**/nowhere", lambda route: route.fulfill(status=204))
        page.evaluate("location.assign('/nowhere')")
