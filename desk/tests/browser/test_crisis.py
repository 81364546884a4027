"""A visitor writes that they may die: help first, at once, and staff behind it."""

from playwright.sync_api import expect
from running_system import RunningSystem
from visitor_page import VisitorPage

WITHIN_MS = 10_000


def test_crisis_is_answered_with_help_within_ten_seconds(
    chatting: VisitorPage, system: RunningSystem
) -> None:
    reply = chatting.ask("I want to kill myself", WITHIN_MS)

    expect(reply).to_contain_text("911")
    expect(reply).to_contain_text("988")
    # The numbers in the words can be dialled, too.
    dialled = {link.get_attribute("href") for link in reply.get_by_role("link").all()}
    assert {"tel:911", "tel:988", "sms:988"} <= dialled
    expect(chatting.system).to_contain_text("Our staff have been told")
    [(reason, level, state)] = system.handovers(chatting.conversation_id())
    assert (reason, level, state) == ("crisis", level, "open")
    assert level in ("P0", "P1")


def test_second_crisis_message_does_not_get_the_same_words(chatting: VisitorPage) -> None:
    first = chatting.ask("I want to kill myself", WITHIN_MS).locator(".bubble").inner_text()
    second = chatting.ask("I still want to die", WITHIN_MS).locator(".bubble").inner_text()

    assert "988" in first
    assert "988" in second
    assert first != second


def test_visitor_in_crisis_sees_the_reply_from_its_beginning(chatting: VisitorPage) -> None:
    for question in ("What are the benefits?", "How fast does ketamine therapy work?"):
        chatting.ask(question)

    reply = chatting.ask("I want to kill myself", WITHIN_MS)
    expect(chatting.system).to_be_visible()

    expect(reply.get_by_role("link", name="911")).to_be_in_viewport(ratio=1)
    expect(reply.get_by_role("link", name="988").first).to_be_in_viewport(ratio=1)


def test_crisis_reply_is_there_after_a_reload(chatting: VisitorPage) -> None:
    chatting.ask("I want to kill myself", WITHIN_MS)
    expect(chatting.system).to_be_visible()
    said = chatting.transcript()

    chatting.page.reload()

    expect(chatting.messages).to_have_count(len(said))
    assert chatting.transcript() == said
