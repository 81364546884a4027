"""The assistant goes away: each page of the inbox says so by itself, and chats come to staff."""

from collections.abc import Iterator

import pytest
from conftest import NewGuest
from inbox_page import InboxPage
from playwright.sync_api import Page, expect
from running_system import RunningSystem
from test_accessible import assert_no_findings
from visitor_page import VisitorPage

NOTICED_MS = 30_000
"""A hanging Rasa is found out by its deadline; then other pages ask every few seconds."""
PHONE = "(555) 010-0142"
MARK = "window.notLoadedAnew = true"


@pytest.fixture(autouse=True)
def whole_again(system: RunningSystem) -> Iterator[None]:
    """Leave the system as it was found."""
    yield
    for name in ("actions", "rasa"):
        system.start_service(name)
    system.wait_until_ready()


def banner(page: Page, words: str) -> None:
    """The page says it by itself: it was not loaded anew."""
    notice = page.locator("#bot-down")
    if words:
        expect(notice).to_contain_text(words, timeout=NOTICED_MS)
        expect(notice).to_be_visible()
    else:
        expect(notice.locator(".problem")).to_have_count(0, timeout=NOTICED_MS)
    assert page.evaluate("window.notLoadedAnew") is True


def test_the_inbox_says_that_all_chats_come_to_staff_and_they_do(
    new_guest: NewGuest, kim: InboxPage, noor: InboxPage, system: RunningSystem
) -> None:
    talking = VisitorPage(new_guest()).come().open_chat()
    talking.ask("How fast does ketamine therapy work?")
    case = InboxPage(kim.guest)
    case.open_conversation(talking.conversation_id())
    noor.page.goto(f"{noor.guest.url}/inbox/asked")
    pages = (kim.page, case.page, noor.page)
    for page in pages:
        page.evaluate(MARK)
        banner(page, "")

    system.stop_service("rasa")

    for page in pages:
        banner(page, "The assistant is down: all chats come to staff.")
        # What visitors read meanwhile.
        banner(page, PHONE)
    assert_no_findings(kim.page, "the queue while the assistant is down")
    talking.say("Is it safe?")
    newcomer = VisitorPage(new_guest()).come().open_chat()
    newcomer.say("What are your opening hours?")
    for visitor in (talking, newcomer):
        expect(visitor.system.last).to_contain_text(PHONE)
        expect(kim.case(visitor.conversation_id())).to_contain_text("nobody has judged")

    system.start_service("rasa")
    system.wait_until_ready()
    for page in pages:
        banner(page, "")


def test_without_actions_it_says_which_chats_come_to_staff(
    kim: InboxPage, system: RunningSystem
) -> None:
    kim.page.evaluate(MARK)
    system.stop_service("actions")
    banner(kim.page, "The assistant cannot answer practical questions")
    system.start_service("actions")
    system.wait_until_ready()
    banner(kim.page, "")
