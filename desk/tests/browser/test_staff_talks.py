"""Two browsers, a visitor's and a staff member's, talk to each other."""

import re

from conftest import NewGuest
from inbox_page import InboxPage
from playwright.sync_api import expect
from visitor_page import VisitorPage, hook


def ask_for_a_person(visitor: VisitorPage) -> str:
    """Press the button and wait for the answer. Gives the conversation's id."""
    visitor.page.locator(hook("person")).click()
    expect(visitor.next_answer(0)).to_contain_text("You can talk to a person")
    expect(visitor.system).to_contain_text("Our staff have been told")
    return visitor.conversation_id()


def test_staff_see_the_most_serious_first_and_why(
    new_guest: NewGuest, chatting: VisitorPage, kim: InboxPage
) -> None:
    request = ask_for_a_person(chatting)
    expect(kim.case(request)).to_contain_text("P3 Request")

    # The queue is live: the second case comes above the first while Kim looks at it.
    other = VisitorPage(new_guest()).come().open_chat()
    other.ask("My rent is due and I want to kill myself")
    crisis = other.conversation_id()
    expect(kim.case(crisis)).to_contain_text("P1 Crisis")
    expect(kim.case(crisis)).to_contain_text("My rent is due")

    places = [case.get_attribute("id") for case in kim.waiting.all()]
    above, below = (kim.case(one).get_attribute("id") for one in (crisis, request))
    assert places.index(above) < places.index(below)

    kim.open_case(crisis)
    expect(kim.marks.first).to_contain_text("kill myself")
    expect(kim.marks.filter(has_text="rent")).to_have_count(0)


def test_visitor_asks_for_a_person_and_talks_with_one(
    chatting: VisitorPage, kim: InboxPage
) -> None:
    conversation_id = ask_for_a_person(chatting)

    kim.open_case(conversation_id)
    expect(kim.send).to_be_disabled()
    kim.take_it()
    expect(chatting.system.last).to_contain_text("Kim from our staff has joined this chat")

    kim.reply("Good evening, this is Kim. How can I help?")
    expect(chatting.staff).to_contain_text("Kim, clinic staff")
    expect(chatting.staff).to_contain_text("How can I help?")

    answered = chatting.bot.count()
    chatting.say("May I bring my sister along?")
    expect(kim.transcript).to_contain_text("May I bring my sister along?")
    kim.reply("Yes, she is welcome.")
    expect(chatting.staff.last).to_contain_text("she is welcome")
    # The assistant keeps out of it.
    assert chatting.bot.count() == answered

    kim.resolve("Asked about a companion; answered.")
    expect(chatting.system.last).to_contain_text("Kim has left this chat")
    expect(chatting.system.last).to_contain_text("The automated assistant is answering again")
    answer = chatting.ask("How fast does ketamine therapy work?")
    expect(answer).to_contain_text("a few hours to a few days")


def test_newest_message_is_in_view_unless_staff_read_back(
    chatting: VisitorPage, kim: InboxPage
) -> None:
    chatting.ask("What are the benefits?")
    chatting.ask("I want to kill myself")
    kim.open_case(chatting.conversation_id())
    events = kim.transcript.locator(".event")
    expect(events.last).to_be_in_viewport()
    kim.take_it()

    for number in range(6):
        chatting.say(f"I have been thinking about this a lot, {number}")
        expect(events.filter(has_text=f"a lot, {number}")).to_be_in_viewport(ratio=1)

    first = events.first
    first.scroll_into_view_if_needed()
    chatting.say("And that is all")
    expect(kim.transcript).to_contain_text("And that is all")
    expect(first).to_be_in_viewport()


def test_each_sees_that_the_other_is_writing(chatting: VisitorPage, kim: InboxPage) -> None:
    kim.open_conversation(ask_for_a_person(chatting))
    kim.take_it()

    kim.reply_box.press_sequentially("One mom")

    expect(chatting.page.locator(hook("typing"))).to_have_text("Clinic staff are writing…")
    # What is only being written has not been said.
    assert chatting.staff.count() == 0


def test_what_a_colleague_has_taken_cannot_be_taken(
    chatting: VisitorPage, kim: InboxPage, noor: InboxPage
) -> None:
    conversation_id = ask_for_a_person(chatting)
    kim.open_conversation(conversation_id)
    noor.open_conversation(conversation_id)
    expect(noor.take).to_be_visible()

    kim.take_it()

    # Noor sees it without doing anything, and can neither take it nor write.
    expect(noor.who).to_contain_text("With Kim")
    expect(noor.take).to_have_count(0)
    expect(noor.send).to_be_disabled()


def test_colleague_with_an_old_page_is_told_who_has_it(
    chatting: VisitorPage,
    kim: InboxPage,
    noor: InboxPage,
    expected_complaints: list[str],
) -> None:
    # The second is what htmx says of a broken stream, the third what Firefox does.
    expected_complaints += ["Failed to load resource", "[object Event]", "Firefox can"]
    conversation_id = ask_for_a_person(chatting)
    # Nothing live reaches Noor's page.
    noor.page.route(re.compile("/stream|/live"), lambda route: route.abort())
    kim.open_conversation(conversation_id)
    noor.open_conversation(conversation_id)

    kim.take_it()
    noor.take.click()

    expect(noor.notice).to_have_text("Kim has this conversation. Nothing was changed.")
    kim.reply("Still me.")
    expect(chatting.staff).to_contain_text("Kim, clinic staff")
    assert chatting.system.filter(has_text="Noor").count() == 0


def test_reload_in_the_middle_of_a_talk_loses_nothing(
    chatting: VisitorPage, kim: InboxPage
) -> None:
    kim.open_conversation(ask_for_a_person(chatting))
    kim.take_it()
    kim.reply("This is Kim.")
    expect(chatting.staff).to_have_count(1)
    said = chatting.transcript()

    chatting.page.reload()
    kim.reply_box.fill("A draft")
    expect(chatting.messages).to_have_count(len(said))
    assert chatting.transcript() == said

    # Live again, in both directions; the staff member's page is loaded again as well.
    kim.reply("Are you still there?")
    expect(chatting.staff).to_have_count(2)
    kim.page.reload()
    chatting.say("Yes, I am.")
    expect(kim.transcript).to_contain_text("Yes, I am.")
    expect(kim.who).to_contain_text("With you")


def test_crisis_during_a_talk_warns_staff_and_waits_for_their_answer(
    chatting: VisitorPage, kim: InboxPage, noor: InboxPage
) -> None:
    conversation_id = ask_for_a_person(chatting)
    kim.open_conversation(conversation_id)
    kim.take_it()
    status = kim.page.locator("#status")
    expect(status).to_contain_text("P3 Request")
    answered = chatting.bot.count()

    chatting.say("I want to kill myself")

    expect(kim.alarm(conversation_id)).to_contain_text("Crisis language: answer before")
    expect(kim.page).to_have_title(re.compile("^Answer now"))
    expect(status).to_contain_text("P1 Crisis")
    expect(kim.marks.first).to_contain_text("kill myself")
    expect(kim.who).to_contain_text("With you")
    warned = noor.alarm(conversation_id)
    expect(warned).to_contain_text("Crisis language: if Kim does not answer before")

    kim.reply("I am here with you. Are you safe right now?")
    expect(chatting.staff).to_contain_text("Are you safe")
    for inbox in (kim, noor):
        expect(inbox.alarm(conversation_id)).to_have_count(0)
    assert chatting.bot.count() == answered


def test_a_ready_made_reply_is_picked_by_keyboard_and_sent_by_hand(
    chatting: VisitorPage, kim: InboxPage
) -> None:
    kim.open_conversation(ask_for_a_person(chatting))
    kim.take_it()
    kim.reply_box.fill("Good evening.")

    kim.page.locator("#canned summary").focus()
    kim.page.keyboard.press("Enter")
    kim.page.get_by_role("button", name="Use “Hello, and who I am”").focus()
    kim.page.keyboard.press("Enter")

    expect(kim.reply_box).to_be_focused()
    expect(kim.reply_box).to_have_value(re.compile(r"^Good evening\.\n\nHello, my name is Kim\."))
    expect(chatting.staff).to_have_count(0)
    kim.send.click()
    expect(chatting.staff).to_contain_text("Hello, my name is Kim.")


def test_crisis_during_a_talk_that_is_given_back_gets_help_at_once(
    chatting: VisitorPage, kim: InboxPage
) -> None:
    conversation_id = ask_for_a_person(chatting)
    kim.open_conversation(conversation_id)
    kim.take_it()
    answered = chatting.bot.count()
    chatting.say("I want to kill myself")
    expect(kim.alarm(conversation_id)).to_have_count(1)

    kim.page.get_by_role("button", name="Give back to the assistant").click()

    expect(chatting.next_answer(answered)).to_contain_text("988")
    expect(kim.alarm(conversation_id)).to_have_count(0)


def test_crisis_is_not_resolved_without_saying_how_it_ended(
    chatting: VisitorPage, kim: InboxPage, expected_complaints: list[str]
) -> None:
    expected_complaints += ["Failed to load resource", "Response Status Error Code 422"]
    chatting.ask("I want to kill myself", 10_000)
    kim.open_case(chatting.conversation_id())
    kim.take_it()

    kim.page.locator("#resolve summary").click()
    kim.page.get_by_label("Note for the record").fill("Talked.")
    kim.page.get_by_role("button", name="Resolve", exact=True).click()

    expect(kim.notice).to_contain_text("how it ended")
    expect(kim.who).to_contain_text("With you")
    expect(kim.page.get_by_label("Note for the record")).to_have_value("Talked.")
