"""What staff do all day: look for a case, hear of a new one, pass it on, note, open it again."""

import re
import time

from conftest import NewGuest, NewInbox
from guest import PHONE
from inbox_page import InboxPage
from playwright.sync_api import Page, expect
from test_accessible import LOOKS, assert_no_findings
from test_staff_talks import ask_for_a_person
from visitor_page import VisitorPage

# What the page would play, without a loudspeaker: the frequencies, in order.
LISTEN = """
window.played = [];
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...when) {
  window.played.push(this.frequency.value);
  return start.apply(this, when);
};
"""


def part(page: Page, name: str) -> None:
    """Open one of the parts beside a conversation."""
    page.locator(f"#{name} > summary").click()


def call(new_guest: NewGuest, words: str) -> VisitorPage:
    """A visitor who writes `words` and has had the answer."""
    visitor = VisitorPage(new_guest()).come().open_chat()
    visitor.ask(words)
    return visitor


def test_a_filter_stays_while_the_queue_lives(
    new_guest: NewGuest, chatting: VisitorPage, kim: InboxPage
) -> None:
    request = ask_for_a_person(chatting)
    expect(kim.case(request)).to_be_visible()
    kim.page.get_by_label("Level", exact=True).select_option("P1")
    kim.page.get_by_role("button", name="Show", exact=True).click()
    expect(kim.page).to_have_url(f"{kim.guest.url}/inbox?level=P1&state=&reason=")
    expect(kim.case(request)).to_have_count(0)

    crisis = call(new_guest, "I want to kill myself").conversation_id()
    expect(kim.case(crisis)).to_be_visible()
    expect(kim.case(request)).to_have_count(0)

    kim.page.get_by_role("link", name="Show all").click()
    expect(kim.case(request)).to_be_visible()


def test_a_search_finds_words_and_stays(new_guest: NewGuest, kim: InboxPage) -> None:
    found = call(new_guest, "My aardvark says I want to talk to a person").conversation_id()
    call(new_guest, "I want to talk to a person")
    kim.page.get_by_role("searchbox", name="Search").fill("aardvark")
    kim.page.keyboard.press("Enter")
    expect(kim.page.locator("#searched")).to_contain_text("aardvark")
    expect(kim.page.locator(".case")).to_have_count(1)
    assert "aardvark" not in kim.page.url

    later = call(new_guest, "Another aardvark wants to talk to a person").conversation_id()
    for conversation_id in (found, later):
        link = kim.page.locator(f"a[href='/inbox/conversations/{conversation_id}']")
        expect(link).to_have_count(1)


def test_a_new_crisis_is_heard_only_once_sound_is_on(new_guest: NewGuest, kim: InboxPage) -> None:
    kim.page.add_init_script(LISTEN)
    kim.go_to_queue()
    silent = call(new_guest, "I want to kill myself").conversation_id()
    expect(kim.case(silent)).to_be_visible()
    expect(kim.page).to_have_title(re.compile("^P[01] waiting"))
    expect(kim.page.locator("body")).to_have_attribute("data-flash", re.compile("low|high"))
    assert kim.page.evaluate("window.played") == []

    kim.page.get_by_role("button", name="Sound on").click()
    expect(kim.page.get_by_role("button", name="Sound off")).to_be_visible()
    wait_until_played(kim.page, 4)
    kim.page.evaluate("window.played = []")
    loud = call(new_guest, "I want to kill myself tonight").conversation_id()
    expect(kim.case(loud)).to_be_visible()
    wait_until_played(kim.page, 1)

    # It is on for every page from now, and what was heard is not heard again.
    kim.go_to_queue()
    expect(kim.page.get_by_role("button", name="Sound off")).to_be_visible()
    expect(kim.case(loud)).to_be_visible()
    assert kim.page.evaluate("window.played") == []


def wait_until_played(page: Page, tones: int) -> None:
    """Wait for so many tones; asked from here, since the page's own policy forbids evaluation."""
    until = time.monotonic() + 15
    while page.evaluate("window.played.length") < tones:
        assert time.monotonic() < until, "nothing was heard"
        time.sleep(0.1)


def acknowledge_emergencies(inbox: InboxPage) -> None:
    """See to what other tests have left: an emergency that nobody has seen is heard again."""
    page = inbox.page
    while True:
        page.goto(f"{inbox.guest.url}/inbox?level=P0&state=waiting")
        unseen = inbox.waiting.filter(has_text="Nobody has seen this yet")
        if not unseen.count():
            return
        unseen.first.get_by_role("link").click()
        page.get_by_role("button", name="Acknowledge").click()
        expect(inbox.who).to_contain_text("Seen by Kim")


def test_an_emergency_is_heard_elsewhere_and_again_until_acknowledged(
    new_guest: NewGuest, kim: InboxPage, expected_complaints: list[str]
) -> None:
    # The clock is put forward: the page takes its line for dead, and opens another.
    expected_complaints += ["[object Event]"]
    page = kim.page
    acknowledge_emergencies(kim)
    page.add_init_script(LISTEN)
    page.clock.install()
    kim.go_to_queue()
    page.get_by_role("button", name="Sound on").click()
    page.goto(f"{kim.guest.url}/inbox/account")
    expect(page.locator("#elsewhere #calls")).to_have_count(1)
    # The press that a browser wants to see on each page before it plays.
    page.get_by_role("heading", level=1).click()
    assert page.evaluate("window.played") == []

    emergency = call(new_guest, "I took all my pills").conversation_id()
    page.clock.fast_forward(15_000)
    expect(page.locator(f"#elsewhere a[href='/inbox/conversations/{emergency}']")).to_be_visible()
    expect(page).to_have_title(re.compile("^P0 waiting"))
    wait_until_played(page, 4)
    page.clock.fast_forward(61_000)
    wait_until_played(page, 8)

    kim.open_conversation(emergency)
    page.get_by_role("button", name="Acknowledge").click()
    expect(kim.who).to_contain_text("Seen by Kim")
    page.evaluate("window.played = []")
    page.clock.fast_forward(130_000)
    assert page.evaluate("window.played") == []


def test_everything_is_a_key_away_but_not_in_a_field(new_guest: NewGuest, kim: InboxPage) -> None:
    one = call(new_guest, "I want to kill myself").conversation_id()
    expect(kim.case(one)).to_be_visible()
    page = kim.page
    page.bring_to_front()

    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog).to_be_visible()
    assert_no_findings(page, "the list of shortcuts")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()

    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.type("jk?")
    expect(page.locator("#search")).to_have_value("jk?")
    expect(dialog).to_be_hidden()
    page.locator("#search").fill("")
    page.locator("#search").blur()

    page.keyboard.press("j")
    first = page.locator("#queue .case h3 a").first
    expect(first).to_be_focused()
    page.keyboard.press("k")
    expect(first).to_be_focused()
    kim.open_conversation(one)
    page.keyboard.press("a")
    expect(kim.who).to_contain_text("Seen by Kim")
    page.keyboard.press("t")
    expect(kim.who).to_contain_text("With you")
    expect(kim.reply_box).to_be_focused()
    page.keyboard.type("are at ease")
    expect(kim.reply_box).to_have_value("are at ease")
    kim.reply_box.blur()
    page.keyboard.press("r")
    expect(kim.reply_box).to_be_focused()
    expect(kim.reply_box).to_have_value("are at ease")


def test_shortcuts_can_be_turned_off(kim: InboxPage) -> None:
    kim.page.get_by_role("button", name="Keyboard").click()
    kim.page.get_by_label("Use these shortcuts in this browser").uncheck()
    kim.page.get_by_role("button", name="Close").click()
    kim.page.keyboard.press("/")
    expect(kim.page.locator("#search")).not_to_be_focused()
    kim.go_to_queue()
    kim.page.keyboard.press("?")
    expect(kim.page.get_by_role("dialog")).to_be_hidden()
    # The button still opens the list, where they are turned on again.
    kim.page.get_by_role("button", name="Keyboard").click()
    kim.page.get_by_label("Use these shortcuts in this browser").check()
    kim.page.get_by_role("button", name="Close").click()
    kim.page.keyboard.press("/")
    expect(kim.page.locator("#search")).to_be_focused()


def test_a_draft_survives_reload_and_sign_out_until_it_is_sent(
    chatting: VisitorPage, new_guest: NewGuest
) -> None:
    conversation_id = ask_for_a_person(chatting)
    noor = InboxPage(new_guest())
    noor.sign_in("noor")
    noor.open_conversation(conversation_id)
    noor.take_it()
    noor.reply_box.press_sequentially("Half a thought")
    noor.page.reload()
    expect(noor.reply_box).to_have_value("Half a thought")

    noor.page.get_by_role("button", name="Sign out").click()
    noor.enter("noor")
    noor.open_conversation(conversation_id)
    expect(noor.reply_box).to_have_value("Half a thought")

    noor.send.click()
    expect(chatting.staff).to_contain_text("Half a thought")
    expect(noor.reply_box).to_have_value("")
    noor.page.reload()
    expect(noor.who).to_contain_text("With you")
    expect(noor.reply_box).to_have_value("")


def test_a_chat_is_passed_on_and_the_visitor_knows_to_whom(
    chatting: VisitorPage, kim: InboxPage, noor: InboxPage
) -> None:
    conversation_id = ask_for_a_person(chatting)
    kim.open_conversation(conversation_id)
    expect(kim.page.locator("#pass")).to_be_hidden()
    kim.take_it()
    part(kim.page, "pass")
    kim.page.get_by_label("Colleague").select_option(label="Noor")
    kim.page.get_by_role("button", name="Pass on").click()

    expect(kim.who).to_contain_text("With Noor")
    expect(chatting.system.last).to_contain_text("Noor from our staff is with you in this chat now")
    # Noor looks at the queue and sees it there.
    line = noor.page.locator(f".case:has(a[href='/inbox/conversations/{conversation_id}'])")
    expect(line).to_contain_text("Kim passed this on to you")
    line.get_by_role("link").click()
    noor.reply("Noor here.")
    expect(chatting.staff).to_contain_text("Noor, clinic staff")


def test_a_note_a_level_and_opening_again(
    chatting: VisitorPage, kim: InboxPage, noor: InboxPage
) -> None:
    conversation_id = ask_for_a_person(chatting)
    kim.open_conversation(conversation_id)
    noor.open_conversation(conversation_id)
    said = chatting.transcript()

    part(kim.page, "private")
    kim.page.get_by_label("Note that only staff read").fill("Their sister rang, too.")
    kim.page.get_by_role("button", name="Keep note").click()
    expect(noor.page.locator("#details")).to_contain_text("Their sister rang, too.")

    part(kim.page, "level")
    kim.page.get_by_label("New level").select_option("P1")
    kim.page.locator("#level-why").fill("The sister is worried")
    kim.page.get_by_role("button", name="Change level").click()
    expect(kim.page.locator("#level")).not_to_have_attribute("open", "")
    expect(noor.page.locator("#status")).to_contain_text("P1 Crisis")
    # Nothing of it is for the visitor.
    assert chatting.transcript() == said

    kim.resolve("Spoke with both.")
    part(noor.page, "reopen")
    noor.page.locator("#reopen-why").fill("They rang again")
    noor.page.get_by_role("button", name="Open again").click()
    expect(noor.who).to_contain_text("Nobody has seen this yet")
    expect(kim.page.locator("#details")).to_contain_text("Opened again by Noor")
    expect(kim.page.locator("#details")).to_contain_text("How it ended: Answered here")


def test_staff_see_whether_the_visitor_is_there_and_writes(
    chatting: VisitorPage, kim: InboxPage
) -> None:
    kim.open_conversation(ask_for_a_person(chatting))
    expect(kim.page.locator("#presence")).to_have_text("The visitor is at the chat now.")
    kim.take_it()
    chatting.input.press_sequentially("I am not sure how to")
    expect(kim.page.locator("#visitor-typing")).to_have_text("The visitor is writing…")


@LOOKS
def test_everybody_can_do_it_all(
    new_guest: NewGuest, new_inbox: NewInbox, size: tuple[int, int], scheme: str
) -> None:
    visitor = call(new_guest, "I want to kill myself")
    call(new_guest, "I want to talk to a person")
    inbox = new_inbox("kim", size=size, scheme=scheme)
    page = inbox.page
    page.get_by_role("searchbox", name="Search").fill("kill myself")
    page.keyboard.press("Enter")
    expect(page.locator("#searched")).to_be_visible()
    assert_no_findings(page, "what was found")
    inbox.open_conversation(visitor.conversation_id())
    inbox.take_it()
    for name in ("resolve", "private", "pass", "level"):
        part(page, name)
    assert_no_findings(page, "every part of a conversation open")
    inbox.page.get_by_role("button", name="Keyboard").click()
    assert_no_findings(page, "the list of shortcuts")
    if size == PHONE:
        page.get_by_role("button", name="Close").click()
        for path in (page.url, f"{inbox.guest.url}/inbox"):
            page.goto(path)
            assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0], path
