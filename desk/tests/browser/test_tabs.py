"""Several tabs of one site show the same, with one stream, whatever becomes of any of them."""

import pytest
from conftest import NewGuest
from guest import Guest
from machine_browser import FIREFOX, chosen
from open_streams import OpenStreams
from playwright.sync_api import expect
from visitor_page import VisitorPage, hook

FAST = "How fast does ketamine therapy work?"
COST = "How much does it cost?"

HANG_MS = 25_000
TAKEN_OVER_MS = 60_000


@pytest.fixture
def guest(new_guest: NewGuest) -> Guest:
    return new_guest()


@pytest.fixture
def streams(guest: Guest) -> OpenStreams:
    return OpenStreams(guest.context)


def open_tabs(guest: Guest, many: int) -> list[VisitorPage]:
    """Open tabs with the chat open; the first has asked something."""
    first = VisitorPage(guest).come().open_chat()
    first.ask(FAST)
    return [first, *(VisitorPage(guest).come().open_chat() for _ in range(many - 1))]


def assert_all_show(tabs: list[VisitorPage], messages: int, within_ms: float = 15_000) -> None:
    for tab in tabs:
        expect(tab.messages).to_have_count(messages, timeout=within_ms)
    shown = tabs[0].transcript()
    assert [tab.transcript() for tab in tabs] == [shown] * len(tabs)


def test_eight_tabs_show_the_same_with_one_stream(guest: Guest, streams: OpenStreams) -> None:
    tabs = open_tabs(guest, 8)
    assert_all_show(tabs, 2)

    tabs[4].ask(COST)
    tabs[4].wait_until_delivered()
    assert_all_show(tabs, 4)
    assert streams.now == 1
    assert streams.most == 1

    # The one that follows the desk is the first that was there.
    tabs.pop(0).page.close()
    streams.count_anew()
    tabs[2].ask("What are your opening hours?")
    assert_all_show(tabs, 6)
    assert streams.now == 1
    assert streams.most == 1


@pytest.mark.skipif(chosen() == FIREFOX, reason="only Chromium freezes a tab, and when it is told")
def test_a_frozen_tab_holds_up_no_other_and_catches_up(guest: Guest, streams: OpenStreams) -> None:
    tabs = open_tabs(guest, 3)
    assert_all_show(tabs, 2)
    sleeper = tabs.pop(0)
    browser = guest.context.new_cdp_session(sleeper.page)
    browser.send("Page.setWebLifecycleState", {"state": "frozen"})

    tabs[0].ask(COST)
    assert_all_show(tabs, 4)

    browser.send("Page.setWebLifecycleState", {"state": "active"})
    assert_all_show([sleeper, *tabs], 4)
    sleeper.ask("What are your opening hours?")
    assert_all_show([*tabs, sleeper], 6)
    assert streams.now == 1


def test_a_tab_that_hangs_is_taken_over_from(guest: Guest, streams: OpenStreams) -> None:
    tabs = open_tabs(guest, 3)
    assert_all_show(tabs, 2)
    hung = tabs.pop(0)
    hung.page.evaluate(
        "(ms) => void setTimeout(() => { for (const end = Date.now() + ms; Date.now() < end;); })",
        HANG_MS,
    )

    tabs[0].ask(COST)
    assert_all_show(tabs, 4, TAKEN_OVER_MS)

    # It comes round, and only listens.
    assert_all_show([hung, *tabs], 4, TAKEN_OVER_MS)
    tabs[1].ask("What are your opening hours?")
    assert_all_show([hung, *tabs], 6)
    assert streams.now == 1


def test_two_tabs_that_begin_at_the_same_moment_have_one_conversation(guest: Guest) -> None:
    tabs = [VisitorPage(guest).come().open_chat() for _ in range(2)]
    for tab, words in zip(tabs, (FAST, COST), strict=True):
        tab.input.fill(words)
    for tab in tabs:
        # Without waiting for what comes of it.
        tab.page.evaluate(
            """() => void setTimeout(() => document.querySelector("nightdesk-chat").shadowRoot
              .querySelector("[data-test=send]").click(), 300)"""
        )

    assert_all_show(tabs, 4)
    for words in (FAST, COST):
        expect(tabs[0].own.filter(has_text=words)).to_have_count(1)
    for tab in tabs:
        tab.page.reload()
    assert_all_show(tabs, 4)


def test_each_tab_keeps_its_own_draft(guest: Guest) -> None:
    tabs = open_tabs(guest, 2)
    for number, tab in enumerate(tabs):
        tab.input.fill(f"half {number}")
    for number, tab in enumerate(tabs):
        tab.page.reload()
        expect(tab.input).to_have_value(f"half {number}")


@pytest.mark.parametrize("expected_complaints", [["Failed to load resource"]], ids=["cut"])
def test_what_a_closed_tab_could_not_deliver_the_next_page_delivers_once(guest: Guest) -> None:
    tabs = open_tabs(guest, 1)
    guest.context.set_offline(True)
    tabs[0].say(COST)
    expect(tabs[0].own.last.locator(hook("status"))).to_have_text("Sending…")
    tabs[0].page.close()
    guest.context.set_offline(False)

    tabs = [VisitorPage(guest).come().open_chat() for _ in range(2)]

    assert_all_show(tabs, 4)
    for tab in tabs:
        tab.wait_until_delivered()
        expect(tab.own.filter(has_text=COST)).to_have_count(1)


@pytest.mark.parametrize("expected_complaints", [["Failed to load resource"]], ids=["cut"])
def test_what_could_not_be_delivered_can_be_removed(guest: Guest) -> None:
    tab = open_tabs(guest, 1)[0]
    tab.page.route("**/messages", lambda route: route.abort())
    tab.say(COST)
    expect(tab.own.last.locator(hook("status"))).to_have_text("Not delivered")
    tab.page.close()

    tab = VisitorPage(guest).come().open_chat()
    expect(tab.own.last.locator(hook("status"))).to_have_text("Not delivered")
    expect(tab.unreachable).to_be_visible()
    tab.own.last.locator(hook("drop")).click()
    expect(tab.messages).to_have_count(2)
    expect(tab.unreachable).to_have_count(0)
    expect(tab.page.locator("[role=log]")).to_be_focused()
    tab.page.reload()
    expect(tab.messages).to_have_count(2)
