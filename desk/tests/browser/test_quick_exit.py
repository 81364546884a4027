"""Leaving quickly: nothing is in view or stays here, and the clinic keeps what it has."""

import re
from collections.abc import Iterator
from contextlib import closing

import httpx
import pytest
from browsers import Browsers, over_bidi
from conftest import NewGuest
from guest import PHONE, Guest
from machine_browser import FIREFOX, chosen
from own_page import make_own
from playwright.sync_api import Dialog, Error, Page, Route, expect
from running_system import RunningSystem, wait_for
from test_accessible import assert_no_findings, tab_to
from test_launcher import BROKEN, CHAT_FILE, CONFIG, assert_help
from visitor_page import VisitorPage, hook

FAST = "How fast does ketamine therapy work?"
BEGINNING = re.compile(r"/conversations$")
MESSAGES = re.compile(r"/messages$")
EMPTY = "<html><head></head><body></body></html>"
KEPT = """() => JSON.stringify([{...localStorage}, {...sessionStorage}])"""
BEGUN = "JSON.parse(localStorage.getItem(`nightdesk ${location.origin} begun`))"
CONVERSATION = "JSON.parse(localStorage.getItem(`nightdesk ${location.origin} conversation`))"


@pytest.fixture
def expected_complaints() -> list[str]:
    """What a browser itself says of what is broken on purpose."""
    return ["Failed to load resource", "Access to script"]


@pytest.fixture
def quiet(system: RunningSystem) -> str:
    """A page that nobody asks about. (Of the desk itself, so that tests ask nobody else.)"""
    return f"{system.url}/privacy"


@pytest.fixture
def leaving(new_guest: NewGuest, quiet: str) -> VisitorPage:
    """A visitor on a page that leads there, who has opened the chat."""
    guest = new_guest()
    make_own(guest.context, f'data-exit="{quiet}"')
    return VisitorPage(guest).come().open_chat()


def leave(visitor: VisitorPage) -> None:
    visitor.hooked("leave").click()


def escape(page: Page, times: int) -> None:
    for _ in range(times):
        page.keyboard.press("Escape")


def assert_left(visitor: VisitorPage, quiet: str) -> None:
    """The visitor is elsewhere, and this browser has forgotten the chat."""
    expect(visitor.page).to_have_url(quiet)
    assert_forgotten(visitor.page)


def assert_forgotten(page: Page) -> None:
    kept = page.evaluate(KEPT)
    for name in ("begun", "conversation", "draft", "pending", "seen", "left"):
        assert f" {name}" not in kept
    assert '"true"' not in kept


def test_leaving_forgets_the_chat_in_all_tabs(leaving: VisitorPage, quiet: str) -> None:
    leaving.ask(FAST)
    leaving.input.fill("half a")
    other = VisitorPage(leaving.guest).come().open_chat()
    expect(other.messages).to_have_count(2)
    other.input.fill("another half")
    closed = VisitorPage(leaving.guest).come()
    closed.page.wait_for_function("document.querySelector('nightdesk-chat')")
    assert quiet not in leaving.guest.requests

    leave(leaving)

    assert_left(leaving, quiet)
    for tab in (other, closed):
        expect(tab.launcher).to_be_visible()
        expect(tab.launcher.locator(".count")).to_be_hidden()
        assert_forgotten(tab.page)
    for tab in (other, closed):
        tab.open_chat()
        expect(tab.input).to_have_value("")
        expect(tab.messages).to_have_count(0)
    # A new chat is another one.
    other.ask("Hello!")
    expect(other.own).to_have_count(1)


def test_a_draft_is_forgotten_also_by_a_tab_that_was_elsewhere(
    leaving: VisitorPage, quiet: str
) -> None:
    other = VisitorPage(leaving.guest).come().open_chat()
    other.input.fill("he must not see this")
    other.page.goto(quiet)

    leave(leaving)
    assert_left(leaving, quiet)

    other.come()
    expect(other.panel).to_have_count(0)
    assert_forgotten(other.page)
    other.open_chat()
    expect(other.input).to_have_value("")
    # A new one stays.
    other.input.fill("anew")
    other.page.reload()
    expect(other.input).to_have_value("anew")


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


def test_the_clinic_keeps_the_record(leaving: VisitorPage, quiet: str) -> None:
    leaving.ask("I want to kill myself")
    chat = leaving.page.evaluate(CONVERSATION)

    leave(leaving)
    assert_left(leaving, quiet)

    assert [one["from"] for one in events(leaving, chat)][:2] == ["visitor", "bot"]


def events(visitor: VisitorPage, chat: dict[str, str]) -> list[dict[str, str]]:
    answer = httpx.get(
        f"{visitor.guest.url}/api/conversations/{chat['id']}/events?after=0&wait=0",
        headers={"Authorization": f"Bearer {chat['token']}"},
    )
    found: list[dict[str, str]] = answer.json()
    return found


def test_what_is_on_its_way_still_arrives(leaving: VisitorPage, quiet: str) -> None:
    leaving.ask(FAST)
    chat = leaving.page.evaluate(CONVERSATION)
    # Two that the desk has not confirmed: the second waits for the first.
    leaving.page.route(MESSAGES, lambda route: None)
    leaving.say("I am not safe at home")
    leaving.say("please call nobody")
    expect(leaving.own).to_have_count(3)
    leaving.page.unroute(MESSAGES)

    leave(leaving)
    assert_left(leaving, quiet)

    def arrived() -> bool:
        said = [one["text"] for one in events(leaving, chat) if one["from"] == "visitor"]
        return sorted(said[1:]) == ["I am not safe at home", "please call nobody"]

    wait_for(arrived, 15, "what was on its way did not arrive")


def test_the_first_words_arrive_also_from_who_leaves_at_once(
    leaving: VisitorPage, quiet: str
) -> None:
    # The conversation has not begun: the desk has not answered.
    leaving.page.route(BEGINNING, lambda route: None)
    with leaving.page.expect_request(BEGINNING):
        leaving.say("he is at the door")
    own = {"token": leaving.page.evaluate(BEGUN)}
    leaving.page.unroute(BEGINNING)

    leave(leaving)
    assert_left(leaving, quiet)

    def arrived() -> bool:
        begun = httpx.post(f"{leaving.guest.url}/api/conversations", json=own).json()
        chat = {"id": begun["conversation_id"], "token": begun["token"]}
        said = [one["text"] for one in events(leaving, chat) if one["from"] == "visitor"]
        return said == ["he is at the door"]

    wait_for(arrived, 15, "the first words did not arrive")


def test_a_request_outlives_the_page(leaving: VisitorPage) -> None:
    leaving.page.evaluate(
        """() => {
          window.kept = [];
          const real = fetch;
          window.fetch = (address, how) => {
            if (how?.body) window.kept.push(how.keepalive);
            return real(address, how);
          };
        }"""
    )
    leaving.ask(FAST)
    assert leaving.page.evaluate("[window.kept.length > 1, window.kept.every(Boolean)]") == [
        True,
        True,
    ]


def test_escape_three_times_leaves(leaving: VisitorPage, quiet: str) -> None:
    leaving.ask(FAST)
    leaving.input.fill("half a")
    leaving.page.locator(hook("menu")).click()

    # The first closes what is open in the panel, the second the panel.
    escape(leaving.page, 3)

    assert_left(leaving, quiet)


def test_escape_leaves_also_from_the_page_around_the_chat(leaving: VisitorPage, quiet: str) -> None:
    leaving.page.locator("h1").click()
    escape(leaving.page, 3)
    assert_left(leaving, quiet)


def test_escape_is_not_taken_for_leaving(leaving: VisitorPage) -> None:
    page = leaving.page
    page.clock.install()
    page.reload()
    leaving.input.click()

    # A key that is held is one press.
    for _ in range(4):
        page.keyboard.down("Escape")
    page.keyboard.up("Escape")
    expect(leaving.panel).to_have_count(0)
    # Two presses, and later a third.
    page.clock.fast_forward(2000)
    leaving.open_chat()
    escape(page, 2)
    page.clock.fast_forward(2000)
    escape(page, 1)
    # Where the chat is closed, the key is the page's.
    escape(page, 4)

    expect(page).to_have_url(re.compile("/demo$"))
    expect(leaving.launcher).to_be_visible()


@pytest.mark.parametrize("how", ["desk-away", "no-shadow-roots", "no-storage"])
def test_it_belongs_to_what_is_always_there(new_guest: NewGuest, quiet: str, how: str) -> None:
    guest = new_guest()
    make_own(guest.context, f'data-exit="{quiet}"')
    visitor = VisitorPage(guest)
    if how == "desk-away":
        for what in (CHAT_FILE, CONFIG):
            guest.context.route(what, BROKEN["refused"])
    elif how == "no-shadow-roots":
        guest.context.add_init_script("delete Element.prototype.attachShadow")
    else:
        guest.context.add_init_script(
            """for (const area of ["localStorage", "sessionStorage"])
              if (location.pathname === "/demo")
                Object.defineProperty(window, area, { get() { throw new DOMException("no") } })"""
        )
    visitor.come().open_chat()
    if how == "desk-away":
        assert_help(visitor, hours=False)

    leave(visitor)
    assert_left(visitor, quiet)


def test_at_once_nothing_is_in_view_and_nobody_is_asked(leaving: VisitorPage, quiet: str) -> None:
    """Also where the way to the other page is long, and where the page wants to ask."""
    page = leaving.page
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", stay)
    page.evaluate(
        """() => {
          addEventListener("beforeunload", (event) => event.preventDefault());
          onbeforeunload = () => "Stay?";
        }"""
    )
    leaving.ask(FAST)
    headers: list[dict[str, str]] = []

    def keep_waiting(route: Route) -> None:
        headers.append(route.request.headers)
        # To a browser this means to stay.
        route.fulfill(status=204)

    page.route(quiet, keep_waiting)

    with page.expect_response(quiet):
        # Playwright 1.64 would wait for an end of this way.
        leaving.hooked("leave").click(no_wait_after=True)
    assert page.evaluate("document.documentElement.outerHTML") == EMPTY
    assert page.evaluate("document.title") == ""
    assert_forgotten(page)
    # Nobody there is told where the visitor comes from.
    assert "referer" not in headers[0]

    # The key that stops what a browser loads is another try.
    page.unroute(quiet)
    press = 'new KeyboardEvent("keydown", { key: "Escape", cancelable: true })'
    assert page.evaluate(f"dispatchEvent({press})") is False
    assert_left(leaving, quiet)
    assert asked == []


@pytest.mark.parametrize("size", [(1200, 800), PHONE, (640, 320)])
def test_everybody_finds_it(new_guest: NewGuest, quiet: str, size: tuple[int, int]) -> None:
    guest = new_guest(size=size)
    make_own(guest.context, f'data-exit="{quiet}"')
    visitor = VisitorPage(guest).come().open_chat()
    button = visitor.hooked("leave")
    expect(button).to_have_accessible_name("Leave quickly")
    expect(button).to_have_accessible_description(re.compile("press Escape three times"))
    visitor.ask(FAST)
    visitor.page.locator(hook("menu")).click()
    expect(visitor.hooked("leave-about")).to_contain_text("Staff still have the chat")
    assert_no_findings(visitor.page, "menu")
    expect(button).to_be_in_viewport(ratio=1)
    box = button.bounding_box()
    assert box
    assert min(box["width"], box["height"]) >= 44
    visitor.hooked("panel").evaluate("panel => panel.scrollTo(0, panel.scrollHeight)")
    expect(button).to_be_in_viewport(ratio=1)

    visitor.hooked("close").click()
    tab_to(visitor.page, "launcher")
    visitor.page.keyboard.press("Enter")
    expect(visitor.input).to_be_focused()
    tab_to(visitor.page, "leave", "Shift+Tab")
    visitor.page.keyboard.press("Enter")
    assert_left(visitor, quiet)


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
