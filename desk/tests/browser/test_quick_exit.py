"""Leaving quickly: whoever wants to finds how, and then nothing is in view or stays here."""

import re

import pytest
from conftest import NewGuest
from guest import PHONE
from own_page import make_own
from playwright.sync_api import Dialog, Route, expect
from quick_exit import FAST, assert_forgotten, assert_left, leave
from test_accessible import assert_no_findings, tab_to
from test_launcher import BROKEN, CHAT_FILE, CONFIG, assert_help
from visitor_page import VisitorPage, hook

EMPTY = "<html><head></head><body></body></html>"


@pytest.fixture
def expected_complaints() -> list[str]:
    """What a browser itself says of what is broken on purpose."""
    return ["Failed to load resource", "Access to script"]


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
