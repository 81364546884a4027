"""What an answer rests on: caution, source line, the drawer behind it; and whether it helped."""

import re
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from browsers import Browsers
from conftest import NewGuest
from guest import PHONE, Guest
from playwright.sync_api import Locator, Route, expect
from running_system import ROOT, RunningSystem
from visitor_page import VisitorPage, hook

FAST = "How fast does ketamine therapy work?"
THIRD_FILE = re.compile(r"/widget-more\.js")
FEEDBACK = re.compile(r"/feedback$")
BROKEN_ON_PURPOSE = pytest.mark.parametrize(
    "expected_complaints", [["Failed to load resource"]], ids=["broken"]
)


def assert_caution(answer: Locator) -> None:
    """What is never left out is there, and apart from the answer."""
    caution = answer.locator(hook("caution"))
    expect(caution).to_contain_text("Please also know")
    expect(caution).to_contain_text("off-label")
    expect(caution).to_have_attribute("role", "note")
    expect(answer.locator(".bubble")).not_to_contain_text("off-label")


def assert_caution_and_source(answer: Locator) -> None:
    """What is said under every answer from the material."""
    assert_caution(answer)
    line = answer.locator(hook("source-passage"))
    expect(line).to_contain_text("From our guide: Rapid Relief")
    expect(line).to_contain_text("No current review by a clinician")


def assert_said(answer: Locator, words: str, chosen: str | None) -> None:
    """What the visitor is told about what they said, and which button shows it."""
    expect(answer.locator(hook("feedback-said"))).to_contain_text(words)
    for name in ("feedback-yes", "feedback-no"):
        pressed = "true" if name == chosen else "false"
        expect(answer.locator(hook(name))).to_have_attribute("aria-pressed", pressed)


def test_visitor_opens_what_an_answer_rests_on(chatting: VisitorPage) -> None:
    answer = chatting.ask(FAST)
    assert_caution_and_source(answer)
    toggle = answer.locator(hook("source-toggle"))
    expect(toggle).to_have_attribute("aria-expanded", "false")

    drawer = chatting.open_source(answer)

    expect(toggle).to_have_attribute("aria-expanded", "true")
    expect(toggle).to_be_focused()
    expect(drawer.locator("blockquote").first).to_contain_text("a few hours to a few days")
    expect(drawer.locator(hook("source-document"))).to_contain_text("no date given")
    expect(drawer.locator(hook("source-review"))).to_have_text(
        "This answer has no current review by a clinician."
    )
    caution = drawer.locator(hook("source-caution"))
    expect(caution).to_contain_text("off-label")
    links = caution.get_by_role("link").all()
    assert links
    for link in links:
        assert (link.get_attribute("href") or "").startswith("https://")
        assert link.get_attribute("target") == "_blank"
        assert link.get_attribute("rel") == "noreferrer"
    # It is read by who opens it, and not read out to everybody as it comes.
    expect(drawer).to_have_attribute("aria-live", "off")

    toggle.click()
    expect(drawer).to_be_hidden()
    expect(toggle).to_be_focused()


def test_third_file_is_loaded_when_the_chat_is_opened(visitor: VisitorPage) -> None:
    def loads() -> list[str]:
        return [url for url in visitor.guest.requests if THIRD_FILE.search(url)]

    assert loads() == []

    visitor.open_chat()
    expect(visitor.ask(FAST).locator(hook("source-toggle"))).to_be_visible()

    assert len(loads()) == 1
    visitor.page.locator(hook("close")).click()
    visitor.open_chat()
    expect(visitor.bot.last.locator(hook("source-toggle"))).to_be_visible()
    assert len(loads()) == 1


def test_what_a_visitor_says_about_an_answer_is_kept(chatting: VisitorPage) -> None:
    answer = chatting.ask(FAST)
    asked = answer.get_by_role("group", name="Did this answer your question?")
    expect(asked).to_be_visible()
    assert_said(answer, "", None)

    answer.locator(hook("feedback-yes")).click()
    assert_said(answer, "You said yes", "feedback-yes")
    expect(answer.locator(hook("feedback-yes"))).to_be_focused()
    expect(answer.locator(hook("feedback-person"))).to_have_count(0)

    # They may change their mind, and both tabs and later visits know the last word.
    answer.locator(hook("feedback-no")).click()
    assert_said(answer, "You said no", "feedback-no")
    chatting.page.reload()
    assert_said(chatting.bot.last, "You said no", "feedback-no")
    later = VisitorPage(chatting.guest).come().open_chat()
    assert_said(later.bot.last, "You said no", "feedback-no")

    chatting.bot.last.locator(hook("feedback-person")).click()
    expect(chatting.own.last).to_contain_text("Talk to a person")
    # What comes of it is no answer from the material, and nobody is asked about it.
    expect(chatting.next_answer(1).locator(hook("feedback"))).to_have_count(0)


@pytest.mark.parametrize("words", ["Hello!", "I want to kill myself"])
def test_nobody_is_asked_whether_a_greeting_or_a_crisis_reply_helped(
    chatting: VisitorPage, words: str
) -> None:
    chatting.ask(FAST)
    expect(chatting.bot.first.locator(hook("feedback"))).to_be_visible()

    answer = chatting.ask(words)

    expect(answer.locator(hook("feedback"))).to_have_count(0)
    expect(answer.locator(hook("caution"))).to_have_count(0)


@BROKEN_ON_PURPOSE
def test_feedback_that_cannot_be_sent_is_not_shown_as_said(chatting: VisitorPage) -> None:
    answer = chatting.ask(FAST)
    expect(answer.locator(hook("feedback"))).to_be_visible()
    chatting.page.route(FEEDBACK, lambda route: route.abort())

    answer.locator(hook("feedback-no")).click()

    assert_said(answer, "That could not be sent. Try again.", None)
    expect(answer.locator(hook("feedback-said"))).to_have_attribute("role", "status")
    # Also then a person is offered.
    expect(answer.locator(hook("feedback-person"))).to_be_visible()

    chatting.page.unroute(FEEDBACK)
    answer.locator(hook("feedback-no")).click()
    assert_said(answer, "You said no", "feedback-no")


def _another_build(route: Route) -> None:
    file = ROOT / "desk" / "nightdesk_desk" / "static" / "widget-more.js"
    other, times = re.subn(r'"[0-9a-f]{8}"', '"00000000"', file.read_text(encoding="utf-8"))
    assert times == 1
    route.fulfill(body=other, content_type="text/javascript")


@BROKEN_ON_PURPOSE
@pytest.mark.parametrize(
    "broken", [lambda route: route.abort(), _another_build], ids=["blocked", "another-build"]
)
def test_without_the_third_file_the_chat_is_whole(visitor: VisitorPage, broken: object) -> None:
    visitor.page.route(THIRD_FILE, broken)  # type: ignore[arg-type]

    answer = visitor.open_chat().ask(FAST)

    expect(answer).to_contain_text("a few hours to a few days")
    assert_caution_and_source(answer)
    for name in ("source-toggle", "source-text", "feedback"):
        expect(answer.locator(hook(name))).to_have_count(0)
    expect(visitor.ask("How much does it cost?")).to_contain_text("$450")
    visitor.wait_until_delivered()

    # At the next opening it is tried again.
    visitor.page.unroute(THIRD_FILE)
    visitor.page.locator(hook("close")).click()
    visitor.open_chat()
    expect(visitor.open_source(visitor.bot.first).locator("blockquote").first).to_be_visible()
    expect(visitor.bot.first.locator(hook("feedback"))).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_of_it_fits_a_small_phone(new_guest: NewGuest, scheme: str) -> None:
    visitor = VisitorPage(new_guest(size=PHONE, scheme=scheme)).come().open_chat()
    answer = visitor.ask(FAST)
    visitor.open_source(answer)
    answer.locator(hook("feedback-no")).click()
    expect(answer.locator(hook("feedback-person"))).to_be_visible()

    assert visitor.page.locator(".log").evaluate("log => log.scrollWidth <= log.clientWidth")
    for name in ("source-toggle", "feedback-yes", "feedback-no", "feedback-person"):
        box = answer.locator(hook(name)).bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 44, name


@pytest.fixture
def strict_page(system: RunningSystem) -> Iterator[str]:
    """A clinic's own page on another origin, which lets nothing in but the desk."""
    policy = (
        f"default-src 'none'; img-src data:; script-src {system.url}; connect-src {system.url}; "
        "require-trusted-types-for 'script'; trusted-types lit-html nightdesk"
    )
    page = (
        '<!doctype html><html lang="en"><title>A clinic</title><link rel="icon" href="data:,">'
        f'<body><script src="{system.url}/widget.js" async></script></body></html>'
    ).encode()

    class Clinic(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(page)))
            self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Clinic) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_all_files_work_on_a_clinics_own_strict_page(
    browser: Browsers, system: RunningSystem, strict_page: str
) -> None:
    guest = Guest(browser, system.url)
    with closing(guest.context):
        visitor = VisitorPage(guest)
        visitor.page.goto(strict_page)
        answer = visitor.open_chat().ask(FAST)

        assert_caution_and_source(answer)
        expect(visitor.open_source(answer).locator("blockquote").first).to_be_visible()
        answer.locator(hook("feedback-yes")).click()
        assert_said(answer, "You said yes", "feedback-yes")

        assert [url for url in guest.strangers() if not url.startswith(strict_page)] == []
        assert guest.complaints == []
