"""Whatever becomes of the chat: the launcher opens a panel with phone, hours and crisis lines."""

import re
from collections.abc import Callable, Iterator

import pytest
from conftest import NewGuest
from guest import PHONE
from playwright.sync_api import Locator, Page, Route, expect
from test_accessible import FOCUSED, assert_no_findings, tab_to
from visitor_page import VisitorPage, hook

FAST = "How fast does ketamine therapy work?"
CHAT_FILE = re.compile(r"/widget-chat\.js")
CONFIG = re.compile(r"/api/widget/config$")
LATE_MS = 10_000

NO_STORAGE = """for (const area of ["localStorage", "sessionStorage"])
  Object.defineProperty(window, area, { get() { throw new DOMException("no") } })"""


def script(body: str) -> Callable[[Route], None]:
    return lambda route: route.fulfill(
        body=body, content_type="text/javascript", headers={"Access-Control-Allow-Origin": "*"}
    )


BROKEN = {
    "refused": lambda route: route.abort(),
    "gone": lambda route: route.fulfill(status=404, body="<h1>Not found</h1>"),
    "of-another-language": script("class { ?"),
    "throwing": script("throw new Error('broken')"),
    "empty": script(""),
    "of-another-age": script("document.currentScript.nightdesk.take(0, () => ({}))"),
    "not-starting": script(
        "document.currentScript.nightdesk.take(1, () => { throw new Error('broken') })"
    ),
}


@pytest.fixture
def expected_complaints() -> list[str]:
    """What a browser itself says of a file that is broken on purpose."""
    return [
        "Failed to load resource",
        "Access to script",
        "broken",
        "Unexpected token",
        "class statement requires a name",
    ]


def fallback(visitor: VisitorPage) -> Locator:
    return visitor.page.locator(hook("fallback"))


def assert_help(visitor: VisitorPage, hours: bool = True) -> None:
    """Phone, hours and crisis lines are in view, and can be dialled."""
    said = fallback(visitor)
    expect(said).to_contain_text("The chat does not work")
    expect(said.locator("a[href='tel:5550100142']")).to_be_in_viewport(ratio=1)
    expect(said).to_contain_text("The lines above work without this chat")
    if hours:
        expect(said).to_contain_text("Clinic hours: Monday to Friday")
    for href in ("tel:911", "tel:988", "sms:988"):
        expect(visitor.crisis_line.locator(f"a[href='{href}']")).to_be_in_viewport(ratio=0.9)


def chat_files(visitor: VisitorPage) -> int:
    return len([url for url in visitor.guest.requests if CHAT_FILE.search(url)])


@pytest.mark.parametrize("how", BROKEN)
def test_without_the_chat_there_is_help_and_another_try(visitor: VisitorPage, how: str) -> None:
    visitor.page.route(CHAT_FILE, BROKEN[how])
    visitor.open_chat()

    assert_help(visitor)
    expect(visitor.input).to_have_count(0)

    visitor.page.unroute(CHAT_FILE)
    visitor.page.locator(hook("try-again")).click()

    expect(visitor.input).to_be_visible()
    expect(visitor.ask(FAST)).to_contain_text("a few hours to a few days")
    expect(fallback(visitor)).to_have_count(0)


def test_another_opening_is_another_try(visitor: VisitorPage) -> None:
    visitor.page.route(CHAT_FILE, BROKEN["refused"])
    visitor.open_chat()
    assert_help(visitor)
    visitor.page.locator(hook("close")).click()
    visitor.page.unroute(CHAT_FILE)

    visitor.open_chat()

    expect(visitor.input).to_be_focused()


@pytest.mark.parametrize("size", [(1200, 800), PHONE, (640, 320)])
def test_everybody_can_use_the_panel_without_the_chat(
    new_guest: NewGuest, size: tuple[int, int]
) -> None:
    visitor = VisitorPage(new_guest(size=size)).come()
    page = visitor.page
    page.route(CHAT_FILE, BROKEN["refused"])

    tab_to(page, "launcher")
    page.keyboard.press("Enter")
    assert_help(visitor)
    assert page.evaluate(FOCUSED) == "panel"
    assert_no_findings(page, "no chat")
    tab_to(page, "try-again")
    page.keyboard.press("Enter")
    # It fails again, and who pressed is still here.
    assert_help(visitor)
    page.keyboard.press("Escape")
    expect(visitor.panel).to_have_count(0)
    assert page.evaluate(FOCUSED) == "launcher"


@pytest.fixture
def held(visitor: VisitorPage) -> Iterator[list[Route]]:
    """The chat's file is on its way for as long as the test likes; time stands still."""
    routes: list[Route] = []
    visitor.page.clock.install()
    visitor.page.route(CHAT_FILE, lambda route: routes.append(route))
    yield routes
    visitor.page.unroute(CHAT_FILE)


def test_a_slow_chat_is_waited_for_and_takes_over(visitor: VisitorPage, held: list[Route]) -> None:
    visitor.open_chat()
    expect(visitor.crisis_line.locator("a[href='tel:988']")).to_be_visible()
    visitor.page.clock.fast_forward(1000)
    loading = visitor.page.locator(hook("loading"))
    expect(loading).to_contain_text("Loading the chat…")
    expect(loading.locator("a[href='tel:5550100142']")).to_be_visible()
    expect(loading).to_contain_text("Clinic hours")

    visitor.page.clock.fast_forward(LATE_MS)
    assert_help(visitor)

    # Better late than never.
    held[0].continue_()
    expect(visitor.input).to_be_focused()
    expect(fallback(visitor)).to_have_count(0)


def test_of_two_tries_the_first_that_comes_is_taken(
    visitor: VisitorPage, held: list[Route]
) -> None:
    visitor.open_chat()
    visitor.page.clock.fast_forward(LATE_MS)
    with visitor.page.expect_request(CHAT_FILE):
        visitor.page.locator(hook("try-again")).click()
    held[0].continue_()
    expect(visitor.input).to_be_visible()
    visitor.input.fill("half a")
    with visitor.page.expect_response(CHAT_FILE):
        held[1].continue_()
    expect(visitor.page.locator(hook("input"))).to_have_count(1)
    expect(visitor.input).to_have_value("half a")


def test_a_chat_that_cannot_draw_gives_way_to_help_and_starts_anew(chatting: VisitorPage) -> None:
    chatting.ask(FAST)
    chatting.page.evaluate(
        """() => {
          window.time = Date.prototype.toLocaleTimeString;
          Date.prototype.toLocaleTimeString = () => { throw new Error("broken on purpose") };
        }"""
    )
    chatting.input.fill("half a")
    assert_help(chatting)

    chatting.page.locator(hook("try-again")).click()
    assert_help(chatting)
    chatting.page.evaluate("() => void (Date.prototype.toLocaleTimeString = window.time)")
    chatting.page.locator(hook("try-again")).click()

    # All that was said and half said is there, once.
    expect(chatting.input).to_have_value("half a")
    expect(chatting.messages).to_have_count(2)
    expect(chatting.ask("How much does it cost?")).to_contain_text("$450")
    expect(chatting.messages).to_have_count(4)
    expect(chatting.page.locator(hook("menu"))).to_have_count(1)
    # Nothing of it was an error of the page's.
    assert [text for text in chatting.guest.complaints if "broken" in text] == []


def test_the_chat_works_where_nothing_can_be_stored(new_guest: NewGuest) -> None:
    guest = new_guest()
    guest.context.add_init_script(NO_STORAGE)
    visitor = VisitorPage(guest).come().open_chat()

    expect(visitor.ask(FAST)).to_contain_text("a few hours to a few days")
    visitor.page.keyboard.press("Escape")
    visitor.open_chat()
    expect(visitor.messages).to_have_count(2)
    assert guest.complaints == []


def test_help_is_there_where_nothing_can_be_stored_and_nothing_comes(new_guest: NewGuest) -> None:
    guest = new_guest()
    guest.context.add_init_script(NO_STORAGE)
    visitor = VisitorPage(guest)
    for what in (CHAT_FILE, CONFIG):
        visitor.page.route(what, BROKEN["refused"])
    visitor.come().open_chat()

    assert_help(visitor, hours=False)


@pytest.mark.parametrize(
    "old", ["delete Element.prototype.attachShadow", "delete Object.hasOwn", "delete window.fetch"]
)
def test_an_old_browser_gets_the_help_and_no_file_that_it_cannot_read(
    new_guest: NewGuest, old: str
) -> None:
    guest = new_guest()
    guest.context.add_init_script(old)
    if "fetch" in old:
        guest.context.add_init_script("delete Object.hasOwn; delete window.AbortController")
    visitor = VisitorPage(guest).come().open_chat()

    assert_help(visitor, hours="fetch" not in old)
    expect(fallback(visitor)).to_contain_text("does not work in this browser")
    expect(visitor.page.locator(hook("try-again"))).to_have_count(0)
    # What cannot help is not loaded, and the page around it keeps its looks.
    assert chat_files(visitor) == 0
    assert guest.complaints == []
    visitor.page.keyboard.press("Escape")
    expect(visitor.panel).to_have_count(0)
    assert visitor.page.evaluate(FOCUSED) == "launcher"


def test_what_the_desk_once_said_helps_when_it_is_away(visitor: VisitorPage) -> None:
    visitor.page.wait_for_function(
        "localStorage.getItem(`nightdesk ${location.origin} config`) !== null"
    )
    visitor.page.route(CONFIG, BROKEN["refused"])
    visitor.page.route(CHAT_FILE, BROKEN["refused"])
    visitor.page.reload()
    visitor.open_chat()

    assert_help(visitor)


def test_a_page_that_is_only_read_loads_the_launcher_alone(visitor: VisitorPage) -> None:
    visitor.page.wait_for_load_state("networkidle")
    assert chat_files(visitor) == 0

    visitor.open_chat()
    expect(visitor.input).to_be_visible()
    assert chat_files(visitor) == 1


def test_messages_that_nobody_has_seen_are_counted_on_the_launcher(chatting: VisitorPage) -> None:
    chatting.ask(FAST)
    later = VisitorPage(chatting.guest).come()
    assert chat_files(later) >= 1
    later.page.wait_for_function("document.querySelector('nightdesk-chat').shadowRoot")

    chatting.page.evaluate("document.querySelector('nightdesk-chat').close()")
    chatting.launcher.wait_for()
    second = VisitorPage(chatting.guest).come()
    second.open_chat()
    expect(second.messages).to_have_count(2)
    second.say("How much does it cost?")
    second.page.close()

    expect(chatting.launcher).to_have_attribute("aria-label", "Open the chat. New messages: 1")
    expect(chatting.launcher).to_contain_text("1")
    expect(later.launcher).to_contain_text("1")
    later.page.reload()
    expect(later.launcher).to_contain_text("1")


def test_a_page_can_open_and_close_the_chat(visitor: VisitorPage) -> None:
    page: Page = visitor.page
    page.evaluate("document.querySelector('nightdesk-chat').open()")
    expect(visitor.input).to_be_focused()
    page.evaluate("document.querySelector('nightdesk-chat').close()")
    expect(visitor.panel).to_have_count(0)
    expect(visitor.launcher).to_be_visible()
    # Nothing is counted where nothing has come.
    expect(visitor.launcher.locator(".count")).to_be_hidden()


FORBIDDING = """<!doctype html><html lang="en"><title>A clinic</title>
<link rel="icon" href="data:,">
<meta http-equiv="Content-Security-Policy"
  content="require-trusted-types-for 'script'; trusted-types another">
<body><script src="/widget.js" data-phone="(555) 010-0142"></script></body></html>"""


def test_a_page_that_forbids_our_policy_gets_help(
    visitor: VisitorPage, expected_complaints: list[str]
) -> None:
    expected_complaints += [
        "Creating a TrustedTypePolicy",
        "The page\u2019s settings blocked creating a Trusted Types policy",
        "policy violated: trusted-types",
    ]
    page = visitor.page
    page.route(
        re.compile("/demo$"), lambda route: route.fulfill(body=FORBIDDING, content_type="text/html")
    )
    page.reload()
    visitor.open_chat()

    assert_help(visitor)
