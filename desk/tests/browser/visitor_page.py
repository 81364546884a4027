"""The demo page as a visitor uses it, by what is to be seen there."""

from typing import Self

from guest import WAIT_MS, Guest
from log_leaks import note_sent
from playwright.sync_api import Locator, Page, expect


def hook(name: str) -> str:
    """Give the selector of one of the widget's places for tests."""
    return f"[data-test={name}]"


class VisitorPage:
    """One tab with the demo page, or another page at `address`, and its chat."""

    def __init__(self, guest: Guest, address: str = "") -> None:
        self.guest = guest
        self.address = address or f"{guest.url}/demo"
        self.page: Page = guest.tab()
        self.launcher = self.page.locator(hook("launcher"))
        self.panel = self.page.locator(hook("panel"))
        self.input = self.page.locator(hook("input"))
        self.crisis_line = self.page.locator(hook("crisis"))
        self.log = self.panel.get_by_role("log")
        self.messages = self.page.locator("[data-test^=message-]")
        self.own = self.page.locator(hook("message-visitor"))
        self.bot = self.page.locator(hook("message-bot"))
        self.staff = self.page.locator(hook("message-staff"))
        self.system = self.page.locator(hook("message-system"))
        self.quick_replies = self.page.locator(hook("quick-reply"))
        self.unreachable = self.page.locator(hook("unreachable"))

    def hooked(self, *names: str) -> Locator:
        """Give one of the widget's places for tests, or one within another."""
        return self.page.locator(" ".join(hook(name) for name in names))

    def come(self) -> Self:
        """Load the page; the chat is closed."""
        self.page.goto(self.address)
        expect(self.launcher).to_be_visible()
        return self

    def open_chat(self) -> Self:
        """Open the chat."""
        self.launcher.click()
        expect(self.panel).to_be_visible()
        return self

    def say(self, text: str) -> None:
        """Type a message and send it."""
        note_sent(text)
        self.input.fill(text)
        self.input.press("Enter")

    def ask(self, text: str, within_ms: float = WAIT_MS) -> Locator:
        """Send a message. Gives the bot's answer to it, once it is there."""
        before = self.bot.count()
        self.say(text)
        return self.next_answer(before, within_ms)

    def next_answer(self, before: int, within_ms: float = WAIT_MS) -> Locator:
        """Wait for the bot's next message, when it had said `before` of them. Gives it."""
        answer = self.bot.nth(before)
        expect(answer).to_be_visible(timeout=within_ms)
        return answer

    def wait_until_delivered(self) -> None:
        """Wait until every message of the visitor's own has arrived."""
        expect(self.own.locator(hook("status")).last).to_have_text("Delivered")

    def open_source(self, answer: Locator) -> Locator:
        """Open an answer's source. Gives the passage."""
        answer.locator(hook("source-toggle")).click()
        passage = answer.locator(hook("source-text"))
        expect(passage).to_be_visible()
        return passage

    def transcript(self) -> list[str]:
        """Give all messages from top to bottom, each with who said it."""
        return [
            f"{message.get_attribute('data-test')}: {message.locator('.bubble').inner_text()}"
            for message in self.messages.all()
        ]

    def conversation_id(self) -> str:
        """Give the id that this browser keeps of its conversation."""
        found = self.page.evaluate(
            "desk => JSON.parse(localStorage.getItem(`nightdesk ${desk} conversation`)).id",
            self.guest.url,
        )
        return str(found)
