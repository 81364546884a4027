"""No finding of axe-core on any page, in any state, size or scheme; and no mouse is needed."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import NewGuest, NewInbox
from guest import DESKTOP, PHONE
from inbox_page import PASSWORD, InboxPage
from playwright.sync_api import Page, expect
from visitor_page import VisitorPage, hook

LOOKS = pytest.mark.parametrize(
    ("size", "scheme"), [(DESKTOP, "light"), (PHONE, "light"), (DESKTOP, "dark")]
)
FOCUSED = """() => {
  let focused = document.activeElement;
  while (focused?.shadowRoot) focused = focused.shadowRoot.activeElement;
  return focused?.dataset.test ?? focused?.id ?? "";
}"""


def assert_no_findings(page: Page, where: str) -> None:
    """Let axe-core look at the page as it is; fails with its report."""
    found = Axe().run(page).response["violations"]
    assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in found] == [], where


def tab_to(page: Page, name: str, key: str = "Tab") -> None:
    """Press Tab until the named element has the focus.

    At the page's end Firefox goes on to its own buttons: what is further up is reached backwards.
    """
    for _ in range(60):
        if page.evaluate(FOCUSED) == name:
            return
        page.keyboard.press(key)
    raise AssertionError(f"{key} does not lead to {name}")


@LOOKS
def test_everybody_can_use_the_chat(
    new_guest: NewGuest, size: tuple[int, int], scheme: str
) -> None:
    visitor = VisitorPage(new_guest(size=size, scheme=scheme)).come()
    assert_no_findings(visitor.page, "closed")

    visitor.open_chat()
    assert_no_findings(visitor.page, "open")

    answer = visitor.ask("How fast does ketamine therapy work?")
    expect(answer.locator(hook("caution"))).to_be_visible()
    visitor.open_source(answer)
    visitor.ask("What are the benefits?")
    assert_no_findings(visitor.page, "answers, a caution, a source, quick replies")

    answer.locator(hook("feedback-no")).click()
    expect(answer.locator(hook("feedback-said"))).to_contain_text("You said no")
    assert_no_findings(visitor.page, "an answer that did not help")

    visitor.ask("I want to kill myself")
    expect(visitor.system).to_be_visible()
    visitor.input.fill("a" * 2001)
    assert_no_findings(visitor.page, "a crisis, and a message that is too long")


@LOOKS
def test_everybody_can_use_the_inbox(
    new_guest: NewGuest, new_inbox: NewInbox, size: tuple[int, int], scheme: str
) -> None:
    visitor = VisitorPage(new_guest()).come().open_chat()
    visitor.ask("How fast does ketamine therapy work?")
    visitor.ask("I want to kill myself")
    login = InboxPage(new_guest(size=size, scheme=scheme))
    login.go_to_queue()
    assert_no_findings(login.page, "sign in")

    inbox = new_inbox("kim", size=size, scheme=scheme)
    expect(inbox.case(visitor.conversation_id())).to_be_visible()
    assert_no_findings(inbox.page, "queue")

    inbox.open_case(visitor.conversation_id())
    assert_no_findings(inbox.page, "conversation")
    inbox.take_it()
    inbox.reply("This is Kim.")
    inbox.page.locator("#resolve summary").click()
    inbox.page.get_by_text("Ready-made replies").click()
    assert_no_findings(inbox.page, "conversation taken, about to be resolved")


@LOOKS
def test_everybody_can_use_the_pages_on_what_visitors_ask(
    new_guest: NewGuest, new_inbox: NewInbox, size: tuple[int, int], scheme: str
) -> None:
    visitor = VisitorPage(new_guest()).come().open_chat()
    visitor.ask("How does it work in the brain?")
    for username in ("kim", "noor"):
        inbox = new_inbox(username, size=size, scheme=scheme)
        page = inbox.page
        page.goto(f"{inbox.guest.url}/inbox/asked")
        assert_no_findings(page, f"what visitors ask, as {username}")
        page.get_by_role("link", name="How does it work in the brain?").click()
        expect(page.get_by_text("how does it work in the brain").first).to_be_visible()
        assert_no_findings(page, f"a topic, as {username}")
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


def test_a_lead_drafts_an_answer_without_a_mouse(
    kim: InboxPage, expected_complaints: list[str]
) -> None:
    expected_complaints += ["Failed to load resource"]  # a draft with a mistake is a 422
    page = kim.page
    page.goto(f"{kim.guest.url}/inbox/asked/legality")
    page.get_by_label("Answer, in short").focus()
    page.keyboard.type("It is legal here, on a prescription.")
    page.keyboard.press("Tab")
    page.keyboard.type("Visitor guide")
    page.keyboard.press("Tab")
    page.keyboard.type("Ketamine is legal with a prescription.")
    page.keyboard.press("Tab")
    page.keyboard.type("is it legal")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Write ten or more different lines")).to_be_visible()
    assert_no_findings(page, "a draft with a mistake")

    page.get_by_label("Ten or more ways").fill("\n".join(f"is it legal {i}" for i in range(10)))
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Not saved yet")).to_have_count(0)
    page.goto(f"{kim.guest.url}/inbox/asked")
    expect(page.get_by_text("legality.yml")).to_be_visible()
    assert_no_findings(page, "a list of drafts")


@LOOKS
def test_a_lead_can_use_the_audit_record(
    new_inbox: NewInbox, size: tuple[int, int], scheme: str
) -> None:
    inbox = new_inbox("kim", size=size, scheme=scheme)
    page = inbox.page
    # Only these: what other tests did may fill the first page.
    page.goto(f"{inbox.guest.url}/inbox/audit?kind=signed_in")
    expect(page.get_by_role("cell", name="Signed in").first).to_be_visible()
    assert_no_findings(page, "the audit record")
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


@pytest.mark.parametrize("path", ["/privacy", "/crisis-protocol", "/crisis-lines"])
def test_everybody_can_read_the_clinics_pages(new_guest: NewGuest, path: str) -> None:
    guest = new_guest(size=PHONE)
    page = guest.tab()
    page.goto(guest.url + path)

    assert_no_findings(page, path)


@pytest.mark.parametrize(
    "path", ["/demo", "/privacy", "/crisis-protocol", "/crisis-lines", "/inbox/login"]
)
def test_nothing_is_wider_than_a_small_phone(new_guest: NewGuest, path: str) -> None:
    guest = new_guest(size=PHONE)
    page = guest.tab()
    page.goto(guest.url + path)

    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]


def test_visitor_without_a_mouse_asks_and_comes_back(visitor: VisitorPage) -> None:
    page = visitor.page
    tab_to(page, "launcher")
    page.keyboard.press("Enter")
    expect(visitor.input).to_be_focused()

    page.keyboard.type("How fast does ketamine therapy work?")
    page.keyboard.press("Enter")
    answer = visitor.next_answer(0)
    expect(visitor.input).to_be_focused()
    expect(answer.locator(hook("source-toggle"))).to_be_visible()

    tab_to(page, "source-toggle", "Shift+Tab")
    page.keyboard.press("Enter")
    expect(answer.locator(hook("source-text"))).to_be_visible()
    assert page.evaluate(FOCUSED) == "source-toggle"

    tab_to(page, "feedback-yes")
    page.keyboard.press("Enter")
    expect(answer.locator(hook("feedback-said"))).to_contain_text("You said yes")
    assert page.evaluate(FOCUSED) == "feedback-yes"

    page.keyboard.press("Escape")
    expect(visitor.panel).to_have_count(0)
    assert page.evaluate(FOCUSED) == "launcher"


def test_staff_without_a_mouse_take_and_reply(chatting: VisitorPage, new_guest: NewGuest) -> None:
    chatting.ask("I want to talk to a person")
    conversation_id = chatting.conversation_id()
    inbox = InboxPage(new_guest())
    page = inbox.page
    inbox.go_to_queue()

    tab_to(page, "username")
    page.keyboard.type("kim")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    case = inbox.case(conversation_id)
    expect(case).to_be_visible()
    case.get_by_role("link").focus()
    page.keyboard.press("Enter")
    expect(inbox.transcript).to_be_visible()

    tab_to(page, "do-take")
    page.keyboard.press("Enter")
    expect(inbox.who).to_contain_text("With you")
    expect(inbox.reply_box).to_be_focused()
    page.keyboard.type("Hello, Kim here.")
    page.keyboard.press("Control+Enter")

    expect(chatting.staff).to_contain_text("Hello, Kim here.")
