"""The widget without a mouse: nothing of it needs one, and the focus is never lost."""

import re

import pytest
from conftest import NewGuest
from playwright.sync_api import Page, expect
from scripted_desk import ANSWER, STAFF, ScriptedVisitor
from test_accessible import FOCUSED, tab_to
from visitor_page import VisitorPage, hook

MESSAGES = re.compile(r"/messages$")
CONTACT = re.compile(r"/contact$")


@pytest.fixture
def expected_complaints() -> list[str]:
    return ["Failed to load resource"]


def back_to(page: Page, name: str) -> None:
    """Press Shift and Tab until the named element has the focus."""
    for _ in range(60):
        if page.evaluate(FOCUSED) == name:
            return
        page.keyboard.press("Shift+Tab")
    raise AssertionError(f"Shift and Tab do not lead to {name}")


def test_a_whole_conversation_by_keyboard(visitor: VisitorPage) -> None:
    page = visitor.page
    keys = page.keyboard
    tab_to(page, "launcher")
    keys.press("Enter")
    expect(visitor.input).to_be_focused()
    expect(visitor.hooked("menu")).to_be_visible()

    # Ask, and read the answer's source.
    keys.type("What are the benefits?")
    keys.press("Enter")
    answer = visitor.next_answer(0)
    expect(visitor.input).to_be_focused()
    back_to(page, "source-toggle")
    keys.press("Enter")
    expect(answer.locator(hook("source-text"))).to_be_visible()

    # Go on with a quick reply: it is gone then, and the transcript has the focus.
    tab_to(page, "quick-reply")
    keys.press("Enter")
    fast = visitor.next_answer(1)
    expect(visitor.log).to_be_focused()
    expect(fast.locator(hook("feedback-no"))).to_be_visible()
    tab_to(page, "input")
    back_to(page, "feedback-no")
    keys.press("Enter")
    expect(fast.locator(hook("feedback-said"))).to_contain_text("You said no")
    assert page.evaluate(FOCUSED) == "feedback-no"

    # Read back and forth in the transcript.
    back_to(page, "source-toggle")
    while not visitor.log.evaluate("(log) => log.getRootNode().activeElement === log"):
        keys.press("Shift+Tab")
    keys.press("Home")
    expect(visitor.hooked("intro")).to_be_in_viewport()
    keys.press("End")
    expect(fast.locator(hook("feedback-said"))).to_be_in_viewport()

    tab_to(page, "person")
    keys.press("Enter")
    expect(visitor.system).to_contain_text("Our staff have been told")

    # The form: filled in, sent with a mistake, and mended.
    back_to(page, "menu")
    keys.press("Enter")
    expect(visitor.hooked("sheet", "open-contact")).to_be_focused()
    keys.press("Enter")
    tab_to(page, "contact-phone")
    keys.type("(555) 010-0123")
    tab_to(page, "contact-send")
    keys.press("Enter")
    expect(page.get_by_label("I agree")).to_be_focused()
    keys.press("Space")
    tab_to(page, "contact-send")
    keys.press("Enter")
    expect(visitor.hooked("said")).to_be_focused()
    tab_to(page, "said-close")
    keys.press("Enter")
    assert page.evaluate(FOCUSED) == "menu"

    keys.press("Enter")
    tab_to(page, "copy")
    visitor.guest.save(page, lambda: keys.press("Enter"))
    expect(visitor.hooked("said")).to_be_focused()
    # The first press closes what the menu opened, the second the chat.
    keys.press("Escape")
    expect(visitor.hooked("sheet")).to_have_count(0)

    # A message that is not delivered, and is sent once more.
    page.route(MESSAGES, lambda route: route.abort())
    tab_to(page, "input")
    keys.type("How much does it cost?")
    keys.press("Enter")
    expect(visitor.own.last.locator(hook("status"))).to_have_text("Not delivered")
    page.unroute(MESSAGES)
    back_to(page, "retry")
    keys.press("Enter")
    visitor.wait_until_delivered()
    expect(visitor.log).to_be_focused()

    keys.press("Escape")
    expect(visitor.panel).to_have_count(0)
    assert page.evaluate(FOCUSED) == "launcher"


def test_the_focus_stays_when_what_had_it_goes(new_guest: NewGuest) -> None:
    visitor = ScriptedVisitor(new_guest()).come_and_open()
    visitor.tell("How fast does it work?")
    visitor.desk_says(ANSWER)
    visitor.hooked("quick-reply").first.focus()
    # Another tab asks: the quick replies no longer fit.
    visitor.desk_says({"from": "visitor", "text": "And how long?"})
    expect(visitor.quick_replies).to_have_count(0)
    expect(visitor.log).to_be_focused()

    # What has it is only moved: it keeps it.
    visitor.answer_with("/messages", "away")
    visitor.say("Is it safe?")
    retry = visitor.own.last.locator(hook("retry"))
    retry.focus()
    visitor.desk_says(STAFF)
    expect(retry).to_be_focused()

    # All of it is deleted.
    visitor.hooked("menu").click()
    visitor.hooked("open-delete").click()
    visitor.hooked("delete-yes").click()
    expect(visitor.hooked("said")).to_be_focused()
    visitor.hooked("said-close").click()
    expect(visitor.hooked("menu")).to_be_focused()


def test_escape_closes_the_menu_first_wherever_the_focus_is(new_guest: NewGuest) -> None:
    visitor = ScriptedVisitor(new_guest()).come_and_open()
    menu = visitor.hooked("menu")
    close = visitor.hooked("close")
    for place in (visitor.input, visitor.log, close, visitor.crisis_line.locator("a").first):
        menu.click()
        expect(visitor.hooked("sheet")).to_be_visible()
        place.focus()
        visitor.page.keyboard.press("Escape")
        expect(visitor.hooked("sheet")).to_have_count(0)
        expect(visitor.panel).to_be_visible()
        expect(menu).to_be_focused()
        # Not so fast that it means to leave.
        visitor.page.wait_for_timeout(1100)

    visitor.page.keyboard.press("Escape")
    expect(visitor.panel).to_have_count(0)
    expect(visitor.launcher).to_be_focused()


def test_a_chat_that_fails_leaves_the_focus_in_the_panel(new_guest: NewGuest) -> None:
    visitor = ScriptedVisitor(new_guest()).come_and_open()
    page = visitor.page
    page.evaluate("() => { Date.prototype.toLocaleTimeString = () => { throw new Error() } }")
    visitor.say("Hello")
    expect(visitor.hooked("fallback")).to_be_visible()
    assert page.evaluate(FOCUSED) == "panel"
    tab_to(page, "try-again")


def test_an_open_chat_takes_no_focus_from_the_page(new_guest: NewGuest) -> None:
    visitor = ScriptedVisitor(new_guest()).come_and_open()
    visitor.page.reload()
    expect(visitor.input).to_be_visible()
    assert visitor.page.evaluate("document.activeElement === document.body")
