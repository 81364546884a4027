"""The staff inbox as a member of staff uses it."""

import re

from guest import Guest
from log_leaks import note_sent
from playwright.sync_api import Locator, Page, expect
from staff_member import PASSWORD


class InboxPage:
    """One tab of the inbox."""

    def __init__(self, guest: Guest) -> None:
        self.guest = guest
        self.page: Page = guest.tab()
        self.who = self.page.locator("#who")
        self.notice = self.page.locator("#notice")
        self.transcript = self.page.locator("#transcript")
        self.marks = self.transcript.locator("mark")
        self.take = self.page.get_by_role("button", name="Take", exact=True)
        self.reply_box = self.page.get_by_label("Your reply to the visitor")
        self.send = self.page.get_by_role("button", name="Send", exact=True)
        self.waiting = self.page.locator("section[aria-labelledby=waiting-h] .case")

    def sign_in(self, username: str) -> None:
        """Sign in with a name and the password, up to the queue."""
        self.go_to_queue()
        self.enter(username)

    def enter(self, username: str) -> None:
        """Give a name and the password where they are asked for, and wait for the queue."""
        self.page.get_by_label("User name").fill(username)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        expect(self.page.get_by_role("heading", name="Inbox", exact=True)).to_be_visible()
        # In Firefox, what still loads would meet the next way to go.
        self.page.wait_for_load_state()

    def go_to_queue(self) -> None:
        """Open the queue; whoever is not signed in comes to the login."""
        self.page.goto(f"{self.guest.url}/inbox")

    def case(self, conversation_id: str) -> Locator:
        """Give a conversation's line among those that wait."""
        link = self.page.locator(f"a[href='/inbox/conversations/{conversation_id}']")
        return self.waiting.filter(has=link)

    def alarm(self, conversation_id: str) -> Locator:
        """Give the warning that a conversation must be answered now, on whatever page is open."""
        return self.page.locator(f"#alarm-{conversation_id}")

    def open_case(self, conversation_id: str) -> None:
        """Open a conversation from the queue."""
        self.case(conversation_id).get_by_role("link").click()
        expect(self.transcript).to_be_visible()

    def open_conversation(self, conversation_id: str) -> None:
        """Open a conversation by its address."""
        self.page.goto(f"{self.guest.url}/inbox/conversations/{conversation_id}")
        expect(self.transcript).to_be_visible()

    def take_it(self) -> None:
        """Take the conversation that is open."""
        self.take.click()
        expect(self.who).to_contain_text("With you")

    def reply(self, text: str) -> None:
        """Reply to the visitor."""
        note_sent(text)
        self.reply_box.fill(text)
        expect(self.send).to_be_enabled()
        self.send.click()
        expect(self.reply_box).to_have_value("")

    def resolve(self, note: str, ending: str = "Answered here") -> None:
        """Resolve the conversation that is open, saying how it ended."""
        self.page.locator("#resolve summary").click()
        self.page.get_by_label("How it ended").select_option(ending)
        self.page.get_by_label("Note for the record").fill(note)
        self.page.get_by_role("button", name="Resolve", exact=True).click()
        expect(self.who).to_have_text(re.compile("^Resolved by"))
