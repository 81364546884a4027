"""A visitor finds the chat, learns what it is, asks, and gets what the clinic's material says."""

import signal

import pytest
from conftest import NewGuest
from guest import PHONE
from playwright.sync_api import expect
from running_system import RunningSystem
from visitor_page import VisitorPage, hook

FAST = "How fast does ketamine therapy work?"


def test_visitor_learns_what_this_is_before_typing(chatting: VisitorPage) -> None:
    intro = chatting.page.locator(hook("intro"))

    expect(intro).to_contain_text("I am an automated assistant, not a person")
    expect(intro).to_contain_text("Staff may read this chat")
    expect(intro).to_contain_text("demo content about a made-up clinic")
    expect(chatting.page.get_by_role("button", name="Talk to a person")).to_be_in_viewport()
    assert chatting.messages.count() == 0


@pytest.mark.parametrize("size", [(1200, 800), PHONE, (640, 320)])
def test_crisis_lines_are_in_view_and_can_be_dialled(
    new_guest: NewGuest, size: tuple[int, int]
) -> None:
    visitor = VisitorPage(new_guest(size=size)).come().open_chat()
    links = visitor.crisis_line.get_by_role("link")

    addresses = [link.get_attribute("href") for link in links.all()]
    assert addresses[:3] == ["tel:911", "tel:988", "sms:988"]
    for number in range(3):
        expect(links.nth(number)).to_be_in_viewport(ratio=0.9)
    expect(visitor.crisis_line.get_by_role("link", name="Not in the US?")).to_be_in_viewport(
        ratio=0.9
    )


def test_visitor_from_elsewhere_finds_the_lines_of_their_country(chatting: VisitorPage) -> None:
    with chatting.page.expect_popup() as opened:
        chatting.crisis_line.get_by_role("link", name="Not in the US?").click()

    countries = opened.value
    expect(countries).to_have_url(f"{chatting.guest.url}/crisis-lines")
    first = countries.get_by_role("heading", level=2).first
    expect(first).to_have_text("United States")
    expect(countries.get_by_role("heading", name="United Kingdom")).to_be_visible()
    expect(countries.locator("a[href='tel:999']")).to_be_visible()
    # The chat stays as it was.
    expect(chatting.panel).to_be_visible()


def test_visitor_reads_what_the_chat_does_in_a_crisis(chatting: VisitorPage) -> None:
    with chatting.page.expect_popup() as opened:
        chatting.panel.get_by_role("link", name="What we do in a crisis").click()

    protocol = opened.value
    expect(protocol.get_by_role("heading", level=1)).to_have_text("What this chat does in a crisis")
    for href in ("tel:911", "tel:988", "sms:988"):
        expect(protocol.locator(f"a[href='{href}']").first).to_be_visible()
    protocol.get_by_role("link", name="crisis lines by country").first.click()
    expect(protocol.get_by_role("heading", level=1)).to_have_text("Crisis lines by country")


def test_visitor_asks_reads_the_source_and_finds_it_again(chatting: VisitorPage) -> None:
    answer = chatting.ask(FAST)
    expect(answer).to_contain_text("a few hours to a few days")

    passage = chatting.open_source(answer)
    expect(passage.locator("blockquote")).to_contain_text("a few hours to a few days")
    expect(passage).to_contain_text("From the document")

    said = chatting.transcript()
    assert [line.split(":")[0] for line in said] == ["message-visitor", "message-bot"]
    chatting.page.reload()

    # Open as it was left, with everything in it, and live.
    expect(chatting.messages).to_have_count(2)
    expect(chatting.bot.last).to_contain_text("a few hours to a few days")
    assert chatting.own.count() == 1
    expect(chatting.ask("How much does it cost?")).to_contain_text("$")
    chatting.wait_until_delivered()
    assert [line.split(":")[0] for line in chatting.transcript()] == [
        "message-visitor",
        "message-bot",
    ] * 2


def test_visitor_who_comes_back_later_finds_the_chat_in_a_new_tab(chatting: VisitorPage) -> None:
    chatting.ask(FAST)

    later = VisitorPage(chatting.guest).come().open_chat()

    expect(later.messages).to_have_count(2)
    assert later.transcript() == chatting.transcript()


def test_visitor_starts_with_a_suggested_question(chatting: VisitorPage) -> None:
    starter = chatting.page.locator(hook("starter")).first
    words = starter.inner_text()

    starter.click()

    expect(chatting.own).to_contain_text([words])
    expect(chatting.next_answer(0).locator(hook("source-toggle"))).to_be_visible()


def test_visitor_goes_on_with_quick_replies(chatting: VisitorPage) -> None:
    overview = chatting.ask("What are the benefits?")
    fast = overview.locator(hook("quick-reply")).first
    words = fast.inner_text()

    fast.click()

    expect(chatting.own.last).to_contain_text(words)
    expect(chatting.next_answer(1)).to_contain_text("a few hours to a few days")
    # Those of an earlier answer no longer fit.
    expect(overview.locator(hook("quick-reply"))).to_have_count(0)


def test_practical_question_is_answered_from_the_clinic(chatting: VisitorPage) -> None:
    answer = chatting.ask("How long does a session last?")

    expect(answer).to_contain_text("about 2 hours")
    expect(answer.locator(hook("source-clinic"))).to_contain_text("From the clinic")


def test_what_the_material_does_not_say_is_not_made_up(chatting: VisitorPage) -> None:
    answer = chatting.ask("Is ketamine approved by the FDA for depression?")

    expect(answer).to_contain_text("Our guide says nothing about FDA approval")
    expect(answer.locator(".source")).to_have_count(0)
    expect(answer.get_by_role("button", name="Talk to a person")).to_be_visible()


def test_greeting_is_greeted(chatting: VisitorPage) -> None:
    answer = chatting.ask("Hello!")

    expect(answer).to_contain_text("Hello! I'm an automated assistant")
    expect(answer.locator(".source")).to_have_count(0)


def test_visitor_sees_that_an_answer_is_on_its_way(
    chatting: VisitorPage, system: RunningSystem
) -> None:
    typing = chatting.page.locator(hook("typing"))
    # For as long as the bot holds its breath, its answer is on its way.
    system.kill("rasa", signal.SIGSTOP)
    try:
        chatting.say(FAST)
        expect(typing).to_have_text("The assistant is writing…")
    finally:
        system.kill("rasa", signal.SIGCONT)

    expect(chatting.next_answer(0)).to_contain_text("a few hours to a few days")
    expect(typing).to_have_count(0)


def test_two_tabs_of_one_visitor_show_the_same_chat(chatting: VisitorPage) -> None:
    chatting.ask(FAST)
    second = VisitorPage(chatting.guest).come().open_chat()

    second.ask("How much does it cost?")
    expect(chatting.messages).to_have_count(4)
    chatting.ask("What are your opening hours?")
    expect(second.messages).to_have_count(6)

    assert chatting.transcript() == second.transcript()
    assert chatting.conversation_id() == second.conversation_id()


def test_two_visitors_do_not_see_each_other(chatting: VisitorPage, new_guest: NewGuest) -> None:
    chatting.ask(FAST)

    other = VisitorPage(new_guest()).come().open_chat()
    other.ask("How much does it cost?")

    expect(other.messages).to_have_count(2)
    expect(chatting.messages).to_have_count(2)
    assert chatting.conversation_id() != other.conversation_id()
