"""A visitor takes a copy of the chat, has it deleted, and is seen to be writing."""

import re

import httpx
import pytest
from guest import paste
from inbox_page import InboxPage
from playwright.sync_api import expect
from test_staff_talks import ask_for_a_person
from visitor_page import VisitorPage, hook

CONVERSATION = "JSON.parse(localStorage.getItem(`nightdesk ${location.origin} conversation`))"
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


def test_a_copy_is_pasted(chatting: VisitorPage) -> None:
    chatting.ask(FAST)
    press(chatting, "menu", "clip")
    said = chatting.page.locator(hook("said"))
    expect(said).to_contain_text("The chat is copied")
    expect(said).to_be_focused()
    pasted = paste(chatting.page)
    assert f"You: {FAST}" in pasted
    assert "Automated assistant: " in pasted


@pytest.mark.parametrize(
    "refused",
    [
        "delete Navigator.prototype.clipboard",
        "Clipboard.prototype.writeText = () => Promise.reject(new DOMException('no'))",
    ],
)
def test_where_nothing_may_be_copied_that_is_said(chatting: VisitorPage, refused: str) -> None:
    chatting.ask(FAST)
    chatting.page.evaluate(f"() => {{ {refused} }}")
    press(chatting, "menu", "clip")
    expect(chatting.page.locator(hook("said"))).to_contain_text("You can save a copy as a file")


def test_a_new_chat_is_another_one_in_all_tabs(chatting: VisitorPage) -> None:
    chatting.ask(FAST)
    first = chatting.page.evaluate(CONVERSATION)
    other = VisitorPage(chatting.guest).come().open_chat()
    expect(other.messages).to_have_count(2)

    press(chatting, "menu", "open-new", "new-no")
    expect(chatting.bot).to_have_count(1)
    press(chatting, "menu", "open-new")
    expect(chatting.page.locator(hook("sheet"))).to_contain_text("The clinic keeps it")
    for name in ("new-staff", "new-urgent"):
        expect(chatting.page.locator(hook(name))).to_have_count(0)
    press(chatting, "new-yes")

    expect(chatting.page.locator(hook("said"))).to_contain_text("has forgotten your chat")
    expect(chatting.messages).to_have_count(0)
    expect(other.panel).to_have_count(0)
    press(chatting, "said-close")
    chatting.ask("Hello!")
    assert chatting.conversation_id() != first["id"]
    other.open_chat()
    expect(other.own).to_have_text([re.compile("Hello!")])
    # The clinic has the first one still.
    kept = httpx.get(
        f"{chatting.guest.url}/api/conversations/{first['id']}/events?after=0&wait=0",
        headers={"Authorization": f"Bearer {first['token']}"},
    )
    assert len(kept.json()) == 2


def test_who_has_the_chat_is_said_before_a_new_one(chatting: VisitorPage) -> None:
    chatting.ask("I want to kill myself")
    press(chatting, "menu", "open-new")
    expect(chatting.page.locator(hook("new-staff"))).to_contain_text("can't answer you")
    expect(chatting.page.locator(hook("new-urgent"))).to_contain_text("Use the lines above now")


def test_a_fault_of_a_press_ends_in_plain_words(chatting: VisitorPage) -> None:
    chatting.ask(FAST)
    press(chatting, "menu")
    chatting.page.evaluate(
        "() => { URL.createObjectURL = () => { throw new Error('broken on purpose') } }"
    )
    press(chatting, "copy")
    expect(chatting.page.locator(hook("fallback"))).to_contain_text("does not work right now")
    press(chatting, "try-again")
    expect(chatting.messages).to_have_count(2)
    # It was no error of the page's.
    assert chatting.guest.complaints == []


def test_before_anything_was_said_there_is_nothing_to_save_or_delete(
    chatting: VisitorPage,
) -> None:
    press(chatting, "menu")
    expect(chatting.page.locator(hook("open-contact"))).to_be_visible()
    for name in ("copy", "clip", "open-new", "open-delete"):
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
