"""Nothing that staff have half written is lost, and what they must see is where they look."""

import httpx
from conftest import NewGuest, NewInbox
from guest import PHONE
from inbox_page import InboxPage
from playwright.sync_api import Dialog, expect
from test_accessible import assert_no_findings
from test_inbox_work import part
from test_staff_talks import ask_for_a_person
from visitor_page import VisitorPage


def test_notes_and_reasons_survive_a_shortcut_until_they_are_used(
    chatting: VisitorPage, kim: InboxPage
) -> None:
    conversation_id = ask_for_a_person(chatting)
    page = kim.page
    kim.open_conversation(conversation_id)
    for name in ("resolve", "private", "level"):
        part(page, name)
    page.get_by_label("Note for the record").press_sequentially("Half a closing note")
    page.get_by_label("False alarm").check()
    page.get_by_label("Note that only staff read").press_sequentially("Half a private note")
    page.get_by_label("New level").select_option("P2")
    page.locator("#level-why").press_sequentially("Half a reason")
    kim.reply_box.press_sequentially("Half a reply")

    page.locator("#status-h").focus()
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    kim.open_conversation(conversation_id)

    # They stand there again, and their parts are open, so that they are seen.
    expect(page.get_by_label("Note for the record")).to_have_value("Half a closing note")
    expect(page.get_by_label("False alarm")).to_be_checked()
    expect(page.get_by_label("Note that only staff read")).to_have_value("Half a private note")
    expect(page.get_by_label("New level")).to_have_value("P2")
    expect(page.locator("#level-why")).to_have_value("Half a reason")
    expect(kim.reply_box).to_have_value("Half a reply")
    for name in ("resolve", "private", "level"):
        expect(page.locator(f"#{name} > form")).to_be_visible()

    page.get_by_role("button", name="Keep note").click()
    expect(page.locator("#details")).to_contain_text("Half a private note")
    page.reload()
    expect(page.get_by_label("Note for the record")).to_have_value("Half a closing note")
    expect(page.locator("#private > form")).to_be_hidden()
    expect(page.locator("#private-text")).to_have_value("")


def test_what_is_half_written_for_a_case_goes_with_it(
    chatting: VisitorPage, kim: InboxPage, noor: InboxPage
) -> None:
    conversation_id = ask_for_a_person(chatting)
    noor.open_conversation(conversation_id)
    part(noor.page, "level")
    noor.page.locator("#level-why").press_sequentially("Half a reason")
    part(noor.page, "private")
    noor.page.locator("#private-text").press_sequentially("Half a note")
    kim.open_conversation(conversation_id)
    kim.take_it()
    kim.resolve("Answered.")
    expect(noor.who).to_contain_text("Resolved by Kim")

    noor.page.reload()

    # A note can still be kept: it is about the person, not about what was open.
    expect(noor.page.locator("#private-text")).to_have_value("Half a note")
    kept = noor.page.evaluate("Object.keys(localStorage).filter((key) => key.endsWith('.level'))")
    assert kept == []


def test_a_shortcut_asks_before_it_leaves_a_form_that_nothing_keeps(kim: InboxPage) -> None:
    page = kim.page
    where = f"{kim.guest.url}/inbox/asked/legality"
    page.goto(where)
    as_saved = page.get_by_label("Answer, in short").input_value()
    page.get_by_label("Answer, in short").fill("Half an answer")
    page.get_by_role("heading", level=1).click()
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    page.once("dialog", stay)
    page.keyboard.press("/")
    expect(page.get_by_label("Answer, in short")).to_have_value("Half an answer")
    assert len(asked) == 1
    assert "not saved" in asked[0]
    assert page.url == where

    page.get_by_label("Answer, in short").fill(as_saved)
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()


def test_a_refusal_is_seen_where_the_button_was_pressed(
    chatting: VisitorPage, kim: InboxPage, expected_complaints: list[str]
) -> None:
    expected_complaints += ["Failed to load resource", "Response Status Error Code", "htmx:"]
    chatting.ask("I want to kill myself")
    kim.open_conversation(chatting.conversation_id())
    kim.take_it()
    page = kim.page
    part(page, "resolve")
    page.get_by_label("Note for the record").fill("Talked.")
    button = page.get_by_role("button", name="Resolve", exact=True)
    button.click()

    refused = page.locator("#resolve .refused")
    expect(refused).to_contain_text("how it ended")
    expect(refused).to_be_in_viewport()
    expect(button).to_be_focused()
    assert_no_findings(page, "a refusal beside its button")

    # An answer that never came is told there as well, and the words stay.
    page.route("**/reply", lambda route: route.abort())
    kim.reply_box.fill("Are you there?")
    kim.send.click()
    expect(page.locator("#reply .refused")).to_contain_text("No answer came")
    expect(kim.reply_box).to_have_value("Are you there?")
    # Further down the page, too, it is seen that the connection is gone.
    expect(page.locator("#connection p")).to_be_in_viewport()
    page.unroute("**/reply")
    kim.send.click()
    expect(chatting.staff).to_contain_text("Are you there?")
    expect(page.locator(".refused")).to_have_count(0)


def test_what_staff_have_opened_stays_open_when_the_visitor_writes(
    chatting: VisitorPage, kim: InboxPage
) -> None:
    chatting.ask("What are the benefits?")
    chatting.ask("I want to talk to a person")
    kim.open_conversation(chatting.conversation_id())
    source = kim.transcript.locator("details.source").first
    source.locator("summary").click()
    expect(source.locator("blockquote")).to_be_visible()

    chatting.say("Are you there?")

    expect(kim.transcript).to_contain_text("Are you there?")
    expect(source.locator("blockquote")).to_be_visible()


def test_every_cause_is_quoted_and_leads_to_its_message(
    chatting: VisitorPage, kim: InboxPage
) -> None:
    for words in (
        "Should I stop my lithium before a session?",
        "I cannot go on, I want to die",
        "I took 30 pills of xanax",
        "I want to kill myself",
    ):
        chatting.ask(words)
    kim.open_conversation(chatting.conversation_id())
    causes = kim.page.locator(".triggers > li")
    expect(causes).to_have_count(4)
    expect(causes.first).to_contain_text("P0 Emergency")
    expect(causes.first).to_contain_text("Noticed by")
    expect(causes.filter(has_text="want to die")).to_have_count(1)
    # The least serious stands behind a press, and stays there when something changes.
    kim.page.locator("#more-triggers > summary").click()
    expect(causes.last).to_contain_text("stop my lithium")
    assert_no_findings(kim.page, "all causes")
    causes.last.get_by_role("link").click()
    expect(kim.marks.filter(has_text="stop my lithium")).to_be_in_viewport()


def test_on_a_phone_the_first_case_and_the_reply_are_near(
    new_guest: NewGuest, new_inbox: NewInbox
) -> None:
    visitor = VisitorPage(new_guest()).come().open_chat()
    for words in ("What are the benefits?", "I took all my pills"):
        visitor.ask(words)
    contact = {"name": "Ann", "phone": "+1 312 555 0182", "consent": True}
    token = visitor.page.evaluate(
        "JSON.parse(localStorage.getItem(`nightdesk ${location.origin} conversation`)).token"
    )
    conversation_id = visitor.conversation_id()
    answer = httpx.post(
        f"{visitor.guest.url}/api/conversations/{conversation_id}/contact",
        json=contact,
        headers={"Authorization": f"Bearer {token}"},
    )
    assert answer.is_success, answer.text

    inbox = new_inbox("noor", size=PHONE)
    page = inbox.page
    expect(inbox.waiting.first).to_be_in_viewport()
    expect(page.get_by_label("Level", exact=True)).to_be_hidden()
    page.get_by_text("Choose what is shown").click()
    expect(page.get_by_label("Level", exact=True)).to_be_visible()
    assert_no_findings(page, "the queue's choices on a phone")

    inbox.open_conversation(conversation_id)
    expect(page.locator("#call-them a")).to_have_attribute("href", "tel:+13125550182")
    assert_no_findings(page, "a conversation on a phone")
    page.get_by_role("navigation", name="On this page").get_by_role(
        "link", name="Your reply"
    ).click()
    expect(inbox.reply_box).to_be_in_viewport()
    expect(inbox.transcript.locator(".event").last).to_be_in_viewport()


def test_an_emergency_elsewhere_is_seen_by_who_has_scrolled_down(
    new_guest: NewGuest, chatting: VisitorPage, noor: InboxPage
) -> None:
    conversation_id = ask_for_a_person(chatting)
    noor.open_conversation(conversation_id)
    noor.take_it()
    noor.page.locator("#history-h").scroll_into_view_if_needed()

    other = VisitorPage(new_guest()).come().open_chat()
    other.ask("I took all my pills")

    expect(noor.page.locator(".call").first).to_be_in_viewport()
