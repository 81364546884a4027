"""Makes the pictures in docs/screenshots from the really started system: `make screenshots`."""

import re
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from browsers import Browsers, launched
from guest import Guest
from inbox_page import InboxPage
from own_page import make_own
from playwright.sync_api import Locator, Page, expect
from running_system import ROOT, RunningSystem
from staffed_system import staffed_system
from visitor_page import VisitorPage, hook

FOLDER = ROOT / "docs" / "screenshots"
LARGEST = 300_000
"""Bytes: a README with a few pictures still opens at once."""
PHONE = (390, 780)
NARROW = (460, 720)


def save(what: Page | Locator, name: str) -> None:
    """Write one picture, and say so. Raises SystemExit when it is too large."""
    path = FOLDER / f"{name}.png"
    what.screenshot(path=path, animations="disabled", caret="hide")
    size = path.stat().st_size
    print(f"{path.relative_to(ROOT)}  {size // 1000} kB")
    if size > LARGEST:
        raise SystemExit(f"{path.name} is larger than {LARGEST // 1000} kB")


def newcomer(
    browser: Browsers, url: str, size: tuple[int, int], scale: float, **likings: object
) -> VisitorPage:
    """Give a visitor with an open chat."""
    guest = Guest(browser, url, size=size, scale=scale, **likings)  # type: ignore[arg-type]
    return VisitorPage(guest).come().open_chat()


def picture_answers(browser: Browsers, url: str) -> None:
    """An answer with its source open beside the page, on a phone, in the dark, in few colours."""
    visitor = newcomer(browser, url, (1080, 740), 1)
    visitor.open_source(visitor.ask("How fast does it work?"))
    visitor.wait_until_delivered()
    save(visitor.page, "widget")

    phone = newcomer(browser, url, PHONE, 2)
    phone.ask("What are the benefits?")
    phone.wait_until_delivered()
    save(phone.page, "widget-phone")

    dark = newcomer(browser, url, PHONE, 1.5, scheme="dark")
    dark.ask("Is it safe?")
    dark.wait_until_delivered()
    save(dark.page, "widget-dark")

    contrast = newcomer(browser, url, PHONE, 1.5, scheme="dark", forced_colors="active")
    contrast.ask("How much does it cost?")
    contrast.wait_until_delivered()
    save(contrast.page, "widget-high-contrast")


def picture_spanish(browser: Browsers, url: str) -> None:
    """The chat on a Spanish page, before anything is said."""
    guest = Guest(browser, url, size=PHONE, scale=1.5)
    make_own(guest.context, 'data-lang="es"')
    visitor = VisitorPage(guest).come().open_chat()
    expect(visitor.hooked("menu")).to_be_visible()
    save(visitor.page, "widget-spanish")


def picture_desk_away(browser: Browsers, url: str) -> None:
    """What is there when nothing but the launcher's own file can be had."""
    guest = Guest(browser, url, size=PHONE, scale=1.5)
    guest.context.route(re.compile("/widget-|/api/"), lambda route: route.abort())
    visitor = VisitorPage(guest).come().open_chat()
    expect(visitor.hooked("try-again")).to_be_visible()
    save(visitor.page, "widget-desk-away")


def picture_after_hours(browser: Browsers, system: RunningSystem) -> None:
    """Who asks for a person while the clinic is closed."""
    before = system.clinic.read_text()
    # Closed all of today, wherever that is, and tomorrow.
    opens = f"{date.today() + timedelta(days=2):%a}"[:2]
    system.clinic.write_text(re.sub("(?m)^hours:.*$", f"hours: {opens} 09:00-17:00", before))
    visitor = newcomer(browser, system.url, PHONE, 1.5)
    visitor.hooked("person").click()
    expect(visitor.system).to_contain_text("Nobody at the clinic is reading")
    visitor.system.locator(hook("open-contact")).click()
    expect(visitor.hooked("contact-form")).to_be_visible()
    save(visitor.page, "widget-after-hours")
    system.clinic.write_text(before)


def picture_crisis(browser: Browsers, url: str) -> VisitorPage:
    """The reply to a crisis. Gives the visitor, who goes on to wait for staff."""
    visitor = newcomer(browser, url, NARROW, 2)
    visitor.ask("Nothing helps any more. I want to kill myself.")
    expect(visitor.system).to_be_visible()
    visitor.wait_until_delivered()
    save(visitor.panel, "widget-crisis")
    return visitor


def picture_inbox(browser: Browsers, system: RunningSystem, crisis: VisitorPage) -> None:
    """The queue with cases of each kind, and the crisis, taken and answered."""
    inbox = InboxPage(Guest(browser, system.url, size=(1120, 1000), scale=1.25))
    inbox.sign_in("kim")

    done = newcomer(browser, system.url, NARROW, 1)
    done.page.locator(hook("person")).click()
    done.next_answer(0)
    inbox.open_case(done.conversation_id())
    inbox.take_it()
    inbox.reply("Good evening, this is Kim. What can I do for you?")
    inbox.resolve("Wanted to know if a sister may come along. Yes.")

    for words in ("Should I stop my blood pressure pills before a session?", "Talk to a person"):
        waiting = newcomer(browser, system.url, NARROW, 1)
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

    inbox.reply("Good. I will stay here with you until she is there.")
    expect(crisis.staff.last).to_contain_text("until she is there")
    crisis.wait_until_delivered()
    save(crisis.panel, "widget-staff")


def main() -> None:
    """Start the system, play each scene, and write its picture."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="nightdesk-") as var,
        staffed_system(Path(var)) as system,
        launched() as browser,
    ):
        picture_answers(browser, system.url)
        picture_spanish(browser, system.url)
        picture_desk_away(browser, system.url)
        crisis = picture_crisis(browser, system.url)
        picture_inbox(browser, system, crisis)
        picture_after_hours(browser, system)


if __name__ == "__main__":
    main()
