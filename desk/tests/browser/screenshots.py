"""Makes the pictures in docs/screenshots from the really started system: `make screenshots`."""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from browsers import Browsers, launched
from guest import Guest
from inbox_page import InboxPage
from playwright.sync_api import Locator, Page, expect
from running_system import ROOT, RunningSystem
from staffed_system import staffed_system
from visitor_page import VisitorPage, hook

FOLDER = ROOT / "docs" / "screenshots"
LARGEST = 300_000
"""Bytes: a README with five pictures still opens at once."""


def save(what: Page | Locator, name: str) -> None:
    """Write one picture, and say so. Raises SystemExit when it is too large."""
    path = FOLDER / f"{name}.png"
    what.screenshot(path=path, animations="disabled", caret="hide")
    size = path.stat().st_size
    print(f"{path.relative_to(ROOT)}  {size // 1000} kB")
    if size > LARGEST:
        raise SystemExit(f"{path.name} is larger than {LARGEST // 1000} kB")


def newcomer(browser: Browsers, url: str, width: int, height: int, scale: float) -> VisitorPage:
    """Give a visitor with an open chat."""
    guest = Guest(browser, url, size=(width, height), scale=scale)
    return VisitorPage(guest).come().open_chat()


def picture_answers(browser: Browsers, url: str) -> None:
    """An answer with its source open, beside the page; and the same chat on a phone."""
    visitor = newcomer(browser, url, 1080, 740, 1)
    visitor.open_source(visitor.ask("How fast does it work?"))
    visitor.wait_until_delivered()
    save(visitor.page, "widget")

    phone = newcomer(browser, url, 390, 780, 2)
    phone.ask("What are the benefits?")
    phone.wait_until_delivered()
    save(phone.page, "widget-phone")


def picture_crisis(browser: Browsers, url: str) -> VisitorPage:
    """The reply to a crisis. Gives the visitor, who goes on to wait for staff."""
    visitor = newcomer(browser, url, 460, 720, 2)
    visitor.ask("Nothing helps any more. I want to kill myself.")
    expect(visitor.system).to_be_visible()
    visitor.wait_until_delivered()
    save(visitor.panel, "widget-crisis")
    return visitor


def picture_inbox(browser: Browsers, system: RunningSystem, crisis: VisitorPage) -> None:
    """The queue with cases of each kind, and the crisis, taken and answered."""
    inbox = InboxPage(Guest(browser, system.url, size=(1120, 1000), scale=1.25))
    inbox.sign_in("kim")

    done = newcomer(browser, system.url, 460, 720, 1)
    done.page.locator(hook("person")).click()
    done.next_answer(0)
    inbox.open_case(done.conversation_id())
    inbox.take_it()
    inbox.reply("Good evening, this is Kim. What can I do for you?")
    inbox.resolve("Wanted to know if a sister may come along. Yes.")

    for words in ("Should I stop my blood pressure pills before a session?", "Talk to a person"):
        waiting = newcomer(browser, system.url, 460, 720, 1)
        waiting.ask(words)
        waiting.wait_until_delivered()

    inbox.go_to_queue()
    expect(inbox.waiting).to_have_count(3)
    save(inbox.page, "inbox-queue")

    inbox.open_case(crisis.conversation_id())
    inbox.take_it()
    inbox.reply("I am Kim, from the clinic. I am here with you. Can somebody be with you tonight?")
    crisis.say("Thank you for writing to me.")
    expect(inbox.transcript).to_contain_text("Thank you")
    inbox.page.evaluate("scrollTo(0, 0)")
    save(inbox.page, "inbox-conversation")


def main() -> None:
    """Start the system, play each scene, and write its picture."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="nightdesk-") as var,
        staffed_system(Path(var)) as system,
        launched() as browser,
    ):
        picture_answers(browser, system.url)
        crisis = picture_crisis(browser, system.url)
        picture_inbox(browser, system, crisis)


if __name__ == "__main__":
    main()
