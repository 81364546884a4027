"""The desk goes away under a visitor: they know it, help stays in reach, and nothing doubles."""

from collections.abc import Iterator

import pytest
from guest import WAIT_MS
from playwright.sync_api import expect
from running_system import RunningSystem, wait_for
from visitor_page import VisitorPage, hook

START_MS = 30_000
"""The desk, started again by the supervisor, and the widget's own waits before it looks again."""


@pytest.fixture(autouse=True)
def whole_again(system: RunningSystem) -> Iterator[None]:
    """Leave the system as it was found."""
    yield
    system.start_service("desk")
    system.wait_until_ready()


@pytest.fixture
def expected_complaints() -> list[str]:
    return ["Failed to load resource"]


def test_message_to_a_desk_that_is_down_is_not_delivered_until_it_is_back(
    chatting: VisitorPage, system: RunningSystem
) -> None:
    chatting.ask("How fast does ketamine therapy work?")
    system.stop_service("desk")

    chatting.say("How much does it cost?")

    status = chatting.own.last.locator(hook("status"))
    expect(status).to_have_text("Not delivered", timeout=WAIT_MS)
    expect(chatting.unreachable).to_contain_text("We cannot reach the chat right now")
    expect(chatting.unreachable).to_contain_text("Nobody has seen what is marked")
    for href in ("tel:911", "tel:988", "sms:988"):
        expect(chatting.crisis_line.locator(f"a[href='{href}']")).to_be_in_viewport(ratio=1)
    expect(chatting.unreachable.locator("a[href^='tel:']")).to_be_in_viewport(ratio=1)

    system.start_service("desk")
    system.wait_until_live()
    chatting.own.last.locator(hook("retry")).click()

    expect(status).to_have_text("Delivered")
    expect(chatting.next_answer(1)).to_contain_text("$450")
    expect(chatting.unreachable).to_have_count(0)
    assert chatting.own.count() == 2
    expect(chatting.ask("What are your opening hours?")).to_contain_text("Monday to Friday")
    assert (chatting.own.count(), chatting.bot.count()) == (3, 3)


def test_message_sent_while_the_desk_dies_arrives_once(
    chatting: VisitorPage, system: RunningSystem
) -> None:
    chatting.ask("How fast does ketamine therapy work?")
    before = system.kill("desk")

    chatting.say("How much does it cost?")

    wait_for(lambda: system.pid("desk") not in (0, before), 30, "the desk is not started again")
    system.wait_until_live()
    status = chatting.own.last.locator(hook("status"))
    expect(status).not_to_have_text("Sending…", timeout=START_MS)
    if status.inner_text() == "Not delivered":
        chatting.own.last.locator(hook("retry")).click()
    expect(chatting.next_answer(1, START_MS)).to_contain_text("$450")
    expect(status).to_have_text("Delivered")

    chatting.page.reload()
    expect(chatting.messages).to_have_count(4)
    expect(chatting.own.filter(has_text="How much does it cost?")).to_have_count(1)


def test_undelivered_message_is_still_there_after_a_reload(
    chatting: VisitorPage, system: RunningSystem
) -> None:
    chatting.ask("How fast does ketamine therapy work?")
    system.stop_service("desk")
    chatting.say("How much does it cost?")
    expect(chatting.own.last.locator(hook("status"))).to_have_text("Not delivered")

    system.start_service("desk")
    system.wait_until_live()
    chatting.page.reload()

    expect(chatting.own).to_have_count(2)
    expect(chatting.own.last.locator(hook("status"))).to_have_text("Not delivered")
    chatting.own.last.locator(hook("retry")).click()
    expect(chatting.next_answer(1)).to_contain_text("$450")
    chatting.wait_until_delivered()


def test_open_chat_goes_on_by_itself_when_the_desk_is_back(
    chatting: VisitorPage, system: RunningSystem
) -> None:
    chatting.ask("How fast does ketamine therapy work?")
    second = VisitorPage(chatting.guest).come().open_chat()
    expect(second.messages).to_have_count(2)

    before = system.kill("desk")
    wait_for(lambda: system.pid("desk") not in (0, before), 30, "the desk is not started again")
    system.wait_until_live()
    chatting.ask("How much does it cost?", START_MS)

    # The other tab has done nothing, and hears of it.
    expect(second.messages).to_have_count(4, timeout=2 * START_MS)
    assert second.transcript() == chatting.transcript()
