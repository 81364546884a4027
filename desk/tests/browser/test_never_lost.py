"""The line is cut, the page is left, answers are held back: nothing is lost, nothing doubled."""

import json
import re
from collections.abc import Iterator

import httpx
import pytest
from browsers import Browsers
from guest import Guest
from holding_proxy import holding_proxy
from playwright.sync_api import expect
from running_system import RunningSystem, wait_for
from visitor_page import VisitorPage, hook

FAST = "How fast does ketamine therapy work?"
COST = "How much does it cost?"
HOURS = "What are your opening hours?"
MESSAGES = re.compile(r"/messages$")
AGAIN_MS = 60_000
"""Longest wait for the widget's own tries to come round again."""

# In the page: over BiDi, Playwright has no body of a request that it could send on.
LOSE_TWO_ANSWERS = r"""() => {
  window.lost = [];
  const real = fetch;
  window.fetch = async (address, how) => {
    const answer = await real(address, how);
    if (!/\/messages$/.test(address) || lost.length === 2) return answer;
    lost.push(answer.status);
    throw new TypeError("lost");
  };
}"""

OTHER_PAGE = """<!doctype html><html lang="en"><title>Another page of the clinic</title>
<link rel="icon" href="data:,"><body><script src="/widget.js"></script></body></html>"""


@pytest.fixture
def expected_complaints() -> list[str]:
    return ["Failed to load resource"]


def senders_at_desk(visitor: VisitorPage) -> list[str]:
    """Who has said something, as the desk has it, asked for past the browser."""
    kept = visitor.page.evaluate("localStorage[`nightdesk ${location.origin} conversation`]")
    conversation = json.loads(kept)
    answer = httpx.get(
        f"{visitor.guest.url}/api/conversations/{conversation['id']}/events",
        headers={"Authorization": f"Bearer {conversation['token']}"},
    )
    return [event["from"] for event in answer.json()]


def assert_said_once(visitor: VisitorPage, *words: str) -> None:
    """All of it has arrived, in this order and once, here and for a page that is loaded anew."""
    for _ in range(2):
        expect(visitor.own).to_have_count(len(words))
        expect(visitor.messages).to_have_count(2 * len(words), timeout=AGAIN_MS)
        for index, said in enumerate(words):
            expect(visitor.own.nth(index)).to_contain_text(said)
            expect(visitor.own.nth(index).locator(hook("status"))).to_have_text("Delivered")
        visitor.page.reload()


def test_the_answer_to_a_message_that_arrived_is_lost_on_the_way(chatting: VisitorPage) -> None:
    chatting.ask(FAST)
    chatting.page.evaluate(LOSE_TWO_ANSWERS)
    chatting.say(COST)

    expect(chatting.next_answer(1)).to_contain_text("$450")
    assert chatting.page.evaluate("lost[0]") == 202
    assert_said_once(chatting, FAST, COST)


def test_the_line_is_cut_while_sending(chatting: VisitorPage) -> None:
    chatting.ask(FAST)
    chatting.guest.context.set_offline(True)
    chatting.say(COST)
    expect(chatting.own.last.locator(hook("status"))).to_have_text("Not delivered")
    expect(chatting.unreachable).to_contain_text("Nobody has seen")
    chatting.input.fill("half a")

    chatting.guest.context.set_offline(False)
    chatting.own.last.locator(hook("retry")).click()

    expect(chatting.next_answer(1)).to_contain_text("$450")
    expect(chatting.unreachable).to_have_count(0)
    expect(chatting.input).to_have_value("half a")
    assert_said_once(chatting, FAST, COST)


def test_the_line_is_cut_while_an_answer_is_awaited(chatting: VisitorPage) -> None:
    chatting.ask(FAST)
    chatting.page.route(re.compile(r"/(stream|events)\?"), lambda route: route.abort())
    other = VisitorPage(chatting.guest).come()
    chatting.page.reload()
    chatting.say(COST)
    chatting.wait_until_delivered()
    expect(chatting.bot).to_have_count(0)
    other.open_chat()
    expect(other.messages).to_have_count(4)

    chatting.page.unroute_all()

    assert_said_once(chatting, FAST, COST)


def test_the_line_is_cut_for_good_while_an_answer_is_on_its_way(chatting: VisitorPage) -> None:
    chatting.ask(FAST)
    chatting.say(COST)
    chatting.wait_until_delivered()
    chatting.guest.context.set_offline(True)
    wait_for(lambda: senders_at_desk(chatting) == ["visitor", "bot"] * 2, 20, "no answer")
    chatting.guest.context.set_offline(False)

    assert_said_once(chatting, FAST, COST)


def test_draft_and_message_under_way_survive_a_reload(chatting: VisitorPage) -> None:
    chatting.ask(FAST)
    chatting.page.route(MESSAGES, lambda route: route.abort())
    chatting.say(COST)
    expect(chatting.own.last.locator(hook("status"))).to_have_text("Sending…")
    chatting.input.fill("half a")
    chatting.page.unroute_all()
    chatting.page.reload()

    expect(chatting.input).to_have_value("half a")
    assert_said_once(chatting, FAST, COST)


def test_the_chat_goes_on_on_another_page(chatting: VisitorPage) -> None:
    chatting.ask(FAST)
    chatting.input.fill("half a")
    chatting.page.route(
        re.compile("/other$"),
        lambda route: route.fulfill(body=OTHER_PAGE, content_type="text/html"),
    )
    chatting.page.goto(f"{chatting.guest.url}/other")

    # It was open, and is.
    expect(chatting.messages).to_have_count(2)
    expect(chatting.input).to_have_value("half a")
    chatting.ask(COST)
    chatting.page.go_back()
    expect(chatting.messages).to_have_count(4)
    assert_said_once(chatting, FAST, COST)


@pytest.mark.parametrize("hours", [30, -50])
def test_a_clock_that_jumps_changes_no_order(visitor: VisitorPage, hours: int) -> None:
    visitor.page.clock.install()
    visitor.open_chat()
    visitor.ask(FAST)
    now = visitor.page.evaluate("Date.now()")
    visitor.page.clock.set_system_time(now + hours * 3_600_000)
    visitor.ask(COST)
    visitor.page.clock.set_system_time(now)
    visitor.ask(HOURS)
    assert_said_once(visitor, FAST, COST, HOURS)


@pytest.fixture
def behind_proxy(browser: Browsers, system: RunningSystem) -> Iterator[VisitorPage]:
    """A visitor whose streams are held back."""
    with holding_proxy(system.url) as address:
        guest = Guest(browser, address)
        yield VisitorPage(guest).come().open_chat()
        guest.context.close()
        assert guest.strangers() == []
        assert guest.complaints == []


def test_answers_come_where_streams_are_held_back(behind_proxy: VisitorPage) -> None:
    # The first answer can be there before there is a stream.
    behind_proxy.ask(FAST)
    with behind_proxy.page.expect_request(re.compile("wait=25")):
        behind_proxy.ask(COST)

    # A second tab learns it from the first, and shows the same.
    second = VisitorPage(behind_proxy.guest).come().open_chat()
    second.ask(HOURS)
    expect(behind_proxy.messages).to_have_count(6)
    assert_said_once(behind_proxy, FAST, COST, HOURS)
