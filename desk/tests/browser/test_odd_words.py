"""Words that are not meant kindly, or not words at all: shown as they are, and nothing runs."""

import pytest
from inbox_page import InboxPage
from playwright.sync_api import Page, expect
from visitor_page import VisitorPage, hook

MARKUP = (
    '<img src=x onerror="window.harmed=1"> <script>window.harmed=2</script> '
    "<a href='javascript:window.harmed=3'>here</a> & &lt;b&gt; {{ 7 * 7 }} I want to kill myself"
)


def assert_unharmed(page: Page) -> None:
    """Nothing of the markup has become a part of the page."""
    assert page.evaluate("window.harmed") is None
    expect(page.locator("img")).to_have_count(0)
    expect(page.locator("a[href^='javascript']")).to_have_count(0)


def test_markup_is_shown_as_text_to_visitor_and_staff(
    chatting: VisitorPage, kim: InboxPage
) -> None:
    chatting.ask(MARKUP)
    chatting.wait_until_delivered()
    expect(chatting.own.locator(".bubble")).to_have_text(MARKUP)
    conversation_id = chatting.conversation_id()

    # In the queue's line, and in the conversation, where the trigger is marked within it.
    expect(kim.case(conversation_id)).to_contain_text('<img src=x onerror="window.harmed=1">')
    assert_unharmed(kim.page)
    kim.open_case(conversation_id)
    expect(kim.transcript).to_contain_text(MARKUP)
    expect(kim.marks.first).to_contain_text("kill myself")

    # The other way round, and live.
    kim.take_it()
    kim.reply(f"{MARKUP} javascript:alert(1)")
    expect(chatting.staff.locator(".bubble")).to_contain_text(MARKUP)
    kim.resolve(MARKUP)
    expect(kim.page.locator(".note")).to_have_text(MARKUP)

    assert_unharmed(kim.page)
    assert_unharmed(chatting.page)
    chatting.page.reload()
    expect(chatting.own.locator(".bubble")).to_have_text(MARKUP)
    assert_unharmed(chatting.page)
    assert not [url for url in chatting.guest.requests + kim.guest.requests if url.endswith("/x")]


def test_too_long_a_message_is_refused_in_words_and_kept(chatting: VisitorPage) -> None:
    draft = "a" * 2001

    chatting.say(draft)

    expect(chatting.page.locator(hook("counter"))).to_contain_text("too long", ignore_case=True)
    expect(chatting.input).to_have_value(draft)
    expect(chatting.messages).to_have_count(0)

    # One letter less goes through.
    chatting.say(draft[1:])
    chatting.next_answer(0)
    expect(chatting.input).to_have_value("")


@pytest.mark.parametrize("text", ["😭", "🙂🙂🙂", "🏳️‍🌈", "???"])
def test_message_without_a_word_gets_an_answer(chatting: VisitorPage, text: str) -> None:
    chatting.ask(text)

    expect(chatting.own.locator(".bubble")).to_have_text(text)


def test_slash_command_is_plain_words(chatting: VisitorPage) -> None:
    chatting.ask("Hello!")

    chatting.ask("/restart")

    # It is answered like any words, what was said stays, and the chat goes on.
    expect(chatting.own.last.locator(".bubble")).to_have_text("restart")
    answer = chatting.ask("How fast does ketamine therapy work?")
    expect(answer).to_contain_text("a few hours to a few days")
    chatting.wait_until_delivered()
    chatting.page.reload()
    expect(chatting.own).to_have_count(3)
    expect(chatting.own.first).to_contain_text("Hello!")


def test_empty_message_is_not_sent(chatting: VisitorPage) -> None:
    chatting.say("   ")
    chatting.ask("Hello!")

    expect(chatting.own).to_have_count(1)
