"""A visitor takes a copy of the chat, has it deleted, and is seen to be writing."""

import re

import pytest
from inbox_page import InboxPage
from playwright.sync_api import expect
from test_staff_talks import ask_for_a_person
from visitor_page import VisitorPage, hook

FAST = "How fast does ketamine therapy work?"
EXPORT = re.compile(r"/export$")
WHOLE = re.compile(r"/api/conversations/[^/]+$")
TYPING = re.compile(r"/typing$")
BROKEN_ON_PURPOSE = pytest.mark.parametrize(
    "expected_complaints", [["Failed to load resource"]], ids=["broken"]
)


def press(visitor: VisitorPage, *names: str) -> None:
    for name in names:
        visitor.page.locator(hook(name)).click()


def save_copy(visitor: VisitorPage) -> tuple[str, str]:
    """Have the chat saved. Gives the file's name and its words."""
    saved = visitor.guest.save(visitor.page, lambda: press(visitor, "menu", "copy"))
    expect(visitor.page.locator(hook("said"))).to_contain_text("saves the chat as a file")
    return saved


def test_a_copy_is_saved(chatting: VisitorPage) -> None:
    chatting.ask(FAST)
    name, words = save_copy(chatting)
    assert name == "chat.txt"
    assert FAST in words
    assert "a few hours to a few days" in words


@BROKEN_ON_PURPOSE
def test_without_the_desk_the_copy_is_what_the_page_has(chatting: VisitorPage) -> None:
    chatting.ask(FAST)
    chatting.page.route(EXPORT, lambda route: route.abort())
    _, saved = save_copy(chatting)
    assert f"You: {FAST}" in saved
    assert "Automated assistant: " in saved


def test_before_anything_was_said_there_is_nothing_to_save_or_delete(
    chatting: VisitorPage,
) -> None:
    press(chatting, "menu")
    expect(chatting.page.locator(hook("open-contact"))).to_be_visible()
    for name in ("copy", "open-delete"):
        expect(chatting.page.locator(hook(name))).to_have_count(0)


def test_a_chat_is_deleted_after_one_question(chatting: VisitorPage) -> None:
    chatting.ask(FAST)
    chatting.input.fill("half a")
    first = chatting.conversation_id()

    press(chatting, "menu", "open-delete", "delete-no")
    expect(chatting.bot).to_have_count(1)
    press(chatting, "menu", "open-delete", "delete-yes")

    expect(chatting.page.locator(hook("said"))).to_contain_text("Your chat was deleted")
    expect(chatting.messages).to_have_count(0)
    expect(chatting.input).to_have_value("")
    kept = chatting.page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert first not in kept
    assert "half a" not in kept

    press(chatting, "said-close")
    chatting.ask("Hello!")
    assert chatting.conversation_id() != first
    chatting.page.reload()
    expect(chatting.own).to_have_count(1)


def test_a_crisis_that_staff_have_not_closed_is_kept_and_that_is_said(
    chatting: VisitorPage,
) -> None:
    chatting.ask("I want to kill myself")
    press(chatting, "menu", "open-delete", "delete-yes")
    expect(chatting.page.locator(hook("said"))).to_be_visible()
    expect(chatting.page.locator(hook("said"))).not_to_contain_text("Your chat was deleted")
    expect(chatting.bot.first).to_contain_text("988")


@BROKEN_ON_PURPOSE
def test_a_deletion_that_fails_is_not_shown_as_done(chatting: VisitorPage) -> None:
    chatting.ask(FAST)
    chatting.page.route(WHOLE, lambda route: route.abort())
    press(chatting, "menu", "open-delete", "delete-yes")
    expect(chatting.page.locator(hook("said"))).to_contain_text("was not deleted")
    expect(chatting.bot).to_have_count(1)


def test_typing_is_told_only_while_a_person_has_the_chat(
    chatting: VisitorPage, kim: InboxPage
) -> None:
    def told() -> list[str]:
        return [url for url in chatting.guest.requests if TYPING.search(url)]

    conversation_id = ask_for_a_person(chatting)
    chatting.input.press_sequentially("Is anybody")
    assert told() == []

    kim.open_conversation(conversation_id)
    kim.take_it()
    expect(chatting.system.last).to_contain_text("has joined this chat")
    with chatting.page.expect_request(TYPING):
        chatting.input.press_sequentially(" there?")
    # A few keys are one notice.
    assert len(told()) == 1
