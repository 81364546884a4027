"""A page that changes without being loaded anew, and one that is kept open: the chat stays true."""

import json
import re

import pytest
from conftest import NewGuest
from playwright.sync_api import Page, Route, expect
from running_system import wait_for
from test_accessible import FOCUSED
from test_launcher import CHAT_FILE, CONFIG
from visitor_page import VisitorPage, hook

FAST = "How fast does ketamine therapy work?"
HOSTS = "document.querySelectorAll('nightdesk-chat').length"
ABOVE = """document.querySelector("nightdesk-chat").shadowRoot.querySelector("aside")
  .matches(":popover-open")"""
# As Turbo does it, and with what it kept of the page when the chat was there.
REPLACE = """() => {
  const next = document.body.cloneNode(true);
  document.body.replaceWith(next);
}"""
EMPTY = "() => void (document.body.textContent = 'Another page')"
RUN_AGAIN = """() => new Promise((loaded) => {
  const tag = document.createElement("script");
  tag.onload = loaded;
  tag.src = "/widget.js";
  document.head.append(tag);
})"""


@pytest.mark.parametrize("change", [REPLACE, EMPTY], ids=["replaced", "emptied"])
def test_the_chat_stays_when_the_body_is_another(chatting: VisitorPage, change: str) -> None:
    page = chatting.page
    chatting.ask(FAST)
    chatting.input.fill("half a")
    page.keyboard.press("ArrowLeft")

    page.evaluate(change)

    expect(chatting.messages).to_have_count(2)
    expect(chatting.crisis_line.locator("a[href='tel:988']")).to_be_in_viewport(ratio=0.9)
    assert page.evaluate(HOSTS) == 1
    assert page.evaluate(ABOVE)
    # Whoever writes goes on.
    page.keyboard.type("n")
    expect(chatting.input).to_have_value("half na")
    chatting.ask("How much does it cost?")
    expect(chatting.messages).to_have_count(4)
    page.keyboard.press("Escape")
    expect(chatting.launcher).to_be_visible()
    page.evaluate(change)
    expect(chatting.launcher).to_be_visible()
    assert page.evaluate(HOSTS) == 1
    page.evaluate("document.querySelector('nightdesk-chat').open()")
    expect(chatting.messages).to_have_count(4)


def test_a_tag_that_runs_again_finds_the_chat(chatting: VisitorPage) -> None:
    page = chatting.page
    chatting.ask(FAST)
    # Within a moment, more often than it is put back at once.
    for _ in range(12):
        page.evaluate(REPLACE)
    page.evaluate(RUN_AGAIN)

    expect(chatting.messages).to_have_count(2)
    assert page.evaluate(HOSTS) == 1
    page.evaluate(RUN_AGAIN)
    assert page.evaluate(HOSTS) == 1
    expect(chatting.messages).to_have_count(2)


def test_the_focus_stays_where_the_visitor_is_on_the_page(chatting: VisitorPage) -> None:
    page = chatting.page
    expect(chatting.input).to_be_focused()
    # The page takes the focus with what it shows next.
    page.evaluate(
        """() => {
          const next = document.createElement("body");
          const field = next.appendChild(document.createElement("input"));
          document.body.replaceWith(next);
          field.focus();
        }"""
    )
    expect(chatting.panel).to_be_visible()
    assert page.evaluate("document.activeElement.localName") == "input"
    # The visitor was on the page already.
    page.evaluate("() => document.body.replaceWith(document.createElement('body'))")
    expect(chatting.panel).to_be_visible()
    assert page.evaluate(FOCUSED) != "input"


def test_a_page_that_will_not_have_it_is_not_stopped(visitor: VisitorPage) -> None:
    page = visitor.page
    page.evaluate(
        """() => {
          window.fight = new MutationObserver(() => {
            const there = document.querySelector("nightdesk-chat");
            if (there) there.parentNode.removeChild(there);
          });
          fight.observe(document.body, { childList: true });
          document.body.append("");
        }"""
    )
    # It answers still.
    assert page.evaluate("document.title") != ""
    page.evaluate("fight.disconnect()")
    expect(visitor.launcher).to_be_visible()


def test_a_chat_that_was_removed_asks_for_nothing_though_its_file_comes(
    chatting: VisitorPage,
) -> None:
    page = chatting.page
    chatting.ask(FAST)
    held: list[Route] = []
    page.route(CHAT_FILE, lambda route: held.append(route))
    with page.expect_request(CHAT_FILE):
        page.reload(wait_until="domcontentloaded")
    asked = len(chatting.guest.requests)

    page.evaluate("document.querySelector('nightdesk-chat').remove()")
    page.evaluate(EMPTY)
    held[0].continue_()

    # It has come, and has run.
    ran = "Boolean(window.litHtmlVersions)"
    wait_for(lambda: bool(page.evaluate(ran)), 15, "the chat's file has not come")
    page.wait_for_load_state("networkidle")
    assert page.evaluate(HOSTS) == 0
    since = chatting.guest.requests[asked:]
    assert [url for url in since if "/api/conversations" in url] == []
    # It can be put there again.
    page.unroute(CHAT_FILE)
    page.evaluate(RUN_AGAIN)
    expect(chatting.messages).to_have_count(2)


class Clock:
    """A clinic whose desk says whether it is open, to a page whose clock a test sets."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.open: bool | None = True
        page.clock.install()
        page.route(CONFIG, self._answer)

    def _answer(self, route: Route) -> None:
        if self.open is None:
            return route.abort()
        answer = route.fetch()
        config = answer.json()
        config["clinic"] |= {"open_now": self.open, "next_opening": ""}
        return route.fulfill(response=answer, body=json.dumps(config))

    def come_back(self) -> None:
        """Let the visitor look at the page again."""
        self.page.evaluate("() => void document.dispatchEvent(new Event('visibilitychange'))")

    def come_back_by_back(self) -> None:
        """Let the browser show the page again that it has kept."""
        event = "new PageTransitionEvent('pageshow', { persisted: true })"
        self.page.evaluate(f"() => void dispatchEvent({event})")


@pytest.fixture
def expected_complaints() -> list[str]:
    """What a browser says of a desk that is away on purpose."""
    return ["Failed to load resource"]


def test_whether_the_clinic_is_open_is_asked_again(new_guest: NewGuest) -> None:
    visitor = VisitorPage(new_guest())
    clock = Clock(visitor.page)
    visitor.come().open_chat()
    said = visitor.page.locator(hook("intro"))
    expect(said).to_contain_text("The clinic is open now")

    clock.open = False
    visitor.page.clock.fast_forward("08:00:00")
    clock.come_back()
    expect(said).to_contain_text("The clinic is closed now")

    # Not at every look.
    clock.open = True
    asked = len(visitor.guest.requests)
    clock.come_back()
    visitor.page.wait_for_load_state("networkidle")
    assert [url for url in visitor.guest.requests[asked:] if CONFIG.search(url)] == []

    # Somebody sets the clock back.
    visitor.page.clock.set_system_time("2020-01-01T12:00:00Z")
    clock.come_back()
    expect(said).to_contain_text("The clinic is open now")

    visitor.page.clock.fast_forward("08:00:00")
    clock.open = False
    clock.come_back_by_back()
    visitor.page.evaluate("document.querySelector('nightdesk-chat').open()")
    expect(said).to_contain_text("The clinic is closed now")

    # What nobody answers for is not said.
    visitor.page.clock.fast_forward("08:00:00")
    clock.open = None
    clock.come_back()
    expect(said).to_contain_text("Clinic hours")
    expect(said).not_to_contain_text(re.compile("The clinic is (open|closed) now"))
