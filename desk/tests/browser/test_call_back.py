"""After hours, and after a while without a person: the truth, and the form for a call-back."""

import json
import re
from collections.abc import Iterator

import pytest
from conftest import NewGuest
from guest import PHONE
from inbox_page import InboxPage
from playwright.sync_api import Locator, expect
from running_system import RunningSystem
from test_accessible import LOOKS, assert_no_findings, tab_to
from visitor_page import VisitorPage, hook

FORM_SENT = re.compile(r"/contact$")
BROKEN_ON_PURPOSE = pytest.mark.parametrize(
    "expected_complaints", [["Failed to load resource"]], ids=["refused"]
)


@pytest.fixture
def night(system: RunningSystem) -> Iterator[RunningSystem]:
    """The clinic is closed, and opens again on a day that is always far enough away."""
    before = system.clinic.read_text()
    system.clinic.write_text(re.sub("(?m)^hours:.*$", "hours: Jan 01 09:00-09:01", before))
    yield system
    system.clinic.write_text(before)


def form_of(visitor: VisitorPage) -> Locator:
    return visitor.page.locator(hook("contact-form"))


def open_form(visitor: VisitorPage) -> Locator:
    """Open the form from the menu in the panel's head."""
    visitor.page.locator(hook("menu")).click()
    visitor.page.locator(hook("sheet")).locator(hook("open-contact")).click()
    expect(form_of(visitor)).to_be_visible()
    return form_of(visitor)


def fill_in(form: Locator, phone: str = "(555) 010-0123") -> None:
    form.get_by_label("Your name").fill("Jo")
    form.get_by_label("Phone number").fill(phone)
    form.get_by_label("Yes").check()
    form.get_by_label("I agree").check()


def test_after_hours_the_truth_is_told_and_a_call_back_offered(
    night: RunningSystem, new_guest: NewGuest
) -> None:
    visitor = VisitorPage(new_guest()).come().open_chat()
    visitor.page.locator(hook("person")).click()

    told = visitor.system.first
    expect(told).to_contain_text("Nobody at the clinic is reading right now")
    expect(told).to_contain_text("January 1, at 9:00 am")
    expect(told.get_by_role("link", name="911")).to_have_attribute("href", "tel:911")
    expect(told.get_by_role("link", name="988").first).to_be_visible()

    opener = told.locator(hook("open-contact"))
    expect(opener).to_have_text("Leave your number")
    opener.click()
    fill_in(form_of(visitor))
    # The crisis lines are never covered.
    expect(visitor.crisis_line.get_by_role("link").first).to_be_in_viewport(ratio=0.9)
    visitor.page.locator(hook("contact-send")).click()

    expect(visitor.page.locator(hook("said"))).to_contain_text("Your details are saved")
    expect(visitor.system.last).to_contain_text("Our staff will see them when we open")
    visitor.page.locator(hook("said-close")).click()
    expect(opener).to_be_focused()


def test_an_emergency_is_offered_nothing_to_wait_for(
    night: RunningSystem, new_guest: NewGuest
) -> None:
    visitor = VisitorPage(new_guest()).come().open_chat()
    expect(visitor.ask("I just took all my pills")).to_contain_text("911")

    expect(visitor.system.last).to_contain_text("Please don't wait for us")
    expect(visitor.panel.locator(hook("open-contact"))).to_have_count(0)


def test_staff_see_who_wants_to_be_called(chatting: VisitorPage, kim: InboxPage) -> None:
    form = open_form(chatting)
    fill_in(form)
    chatting.page.locator(hook("contact-send")).click()
    expect(chatting.page.locator(hook("said"))).to_be_visible()

    kim.open_conversation(chatting.conversation_id())

    expect(kim.page.get_by_text("(555) 010-0123").first).to_be_visible()
    expect(kim.page.get_by_text("Jo", exact=False).first).to_be_visible()


@BROKEN_ON_PURPOSE
def test_mistakes_are_told_beside_their_fields(chatting: VisitorPage) -> None:
    form = open_form(chatting)
    send = chatting.page.locator(hook("contact-send"))

    send.click()
    expect(form.locator(hook("contact-consent-wrong"))).to_contain_text("tick the box")
    expect(form.get_by_label("I agree")).to_be_focused()
    form.get_by_label("I agree").check()
    send.click()
    phone = form.get_by_label("Phone number")
    expect(form.locator(hook("contact-phone-wrong"))).to_contain_text("a phone number or an email")
    expect(phone).to_be_focused()
    expect(phone).to_have_attribute("aria-invalid", "true")
    phone.fill("(555) 010-0123")
    form.get_by_label("Email address").fill("nowhere")
    send.click()
    expect(form.locator(hook("contact-email-wrong"))).to_contain_text("email address")
    expect(form.locator(hook("contact-phone-wrong"))).to_be_hidden()
    # Nothing that was typed is lost by a mistake.
    expect(phone).to_have_value("(555) 010-0123")

    form.get_by_label("Email address").fill("")
    send.click()
    expect(chatting.page.locator(hook("said"))).to_be_visible()


@BROKEN_ON_PURPOSE
def test_a_form_that_cannot_be_sent_says_so(chatting: VisitorPage) -> None:
    form = open_form(chatting)
    fill_in(form)
    chatting.page.route(FORM_SENT, lambda route: route.abort())
    send = chatting.page.locator(hook("contact-send"))
    send.click()
    expect(form.locator(hook("contact-wrong"))).to_contain_text("could not be sent")

    chatting.page.unroute(FORM_SENT)
    send.click()
    expect(chatting.page.locator(hook("said"))).to_be_visible()


@BROKEN_ON_PURPOSE
def test_words_of_a_crisis_in_the_form_get_help(chatting: VisitorPage) -> None:
    form = open_form(chatting)
    form.get_by_label("Your name").fill("I want to kill myself")
    chatting.page.locator(hook("contact-send")).click()

    expect(form).to_contain_text("988")
    expect(chatting.next_answer(0)).to_contain_text("988")


def test_nothing_of_the_form_is_kept_in_the_browser(chatting: VisitorPage) -> None:
    form = open_form(chatting)
    for label, how in (("Your name", "name"), ("Phone number", "tel"), ("Email address", "email")):
        expect(form.get_by_label(label)).to_have_attribute("autocomplete", how)
    fill_in(form)
    kept = chatting.page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert "010-0123" not in json.dumps(kept)

    chatting.page.locator(hook("contact-cancel")).click()
    expect(form).to_have_count(0)
    expect(chatting.page.locator(hook("menu"))).to_be_focused()
    expect(open_form(chatting).get_by_label("Phone number")).to_have_value("")


def test_the_form_is_filled_in_by_keyboard_and_left_by_escape(chatting: VisitorPage) -> None:
    page = chatting.page
    tab_to(page, "menu", "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator(hook("open-contact"))).to_be_focused()
    page.keyboard.press("Enter")
    expect(form_of(chatting)).to_be_visible()
    tab_to(page, "contact-phone")
    page.keyboard.type("(555) 010-0123")
    tab_to(page, "contact-send")

    page.keyboard.press("Escape")
    expect(form_of(chatting)).to_have_count(0)
    # The first press closed the sheet alone.
    expect(chatting.panel).to_be_visible()
    page.keyboard.press("Escape")
    expect(chatting.panel).to_be_hidden()


@LOOKS
def test_everybody_can_use_the_form(
    new_guest: NewGuest, size: tuple[int, int], scheme: str, expected_complaints: list[str]
) -> None:
    expected_complaints += ["Failed to load resource"]
    visitor = VisitorPage(new_guest(size=size, scheme=scheme)).come().open_chat()
    visitor.ask("How fast does ketamine therapy work?")
    visitor.page.locator(hook("menu")).click()
    assert_no_findings(visitor.page, "menu")
    visitor.page.locator(hook("open-delete")).click()
    assert_no_findings(visitor.page, "asked whether to delete")
    visitor.page.locator(hook("delete-no")).click()
    form = open_form(visitor)
    assert_no_findings(visitor.page, "form")
    visitor.page.locator(hook("contact-send")).click()
    expect(form.locator(hook("contact-consent-wrong"))).to_be_visible()
    assert_no_findings(visitor.page, "form with a mistake")


@pytest.mark.parametrize("size", [PHONE, (640, 320)])
def test_the_form_fits_a_small_screen_below_the_crisis_lines(
    new_guest: NewGuest, size: tuple[int, int]
) -> None:
    visitor = VisitorPage(new_guest(size=size)).come().open_chat()
    form = open_form(visitor)
    fill_in(form)

    sheet = visitor.page.locator(hook("sheet"))
    assert sheet.evaluate("sheet => sheet.scrollWidth <= sheet.clientWidth")
    for number in range(3):
        link = visitor.crisis_line.get_by_role("link").nth(number)
        expect(link).to_be_in_viewport(ratio=0.9)
    send = visitor.page.locator(hook("contact-send"))
    send.scroll_into_view_if_needed()
    expect(send).to_be_in_viewport(ratio=0.9)
    send.click()
    expect(visitor.page.locator(hook("said"))).to_be_visible()
