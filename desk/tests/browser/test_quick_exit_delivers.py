"""Leaving quickly loses nothing that was sent: it still arrives, and the clinic keeps it."""

import re

import httpx
import pytest
from playwright.sync_api import expect
from quick_exit import FAST, assert_left, leave
from running_system import wait_for
from visitor_page import VisitorPage

BEGINNING = re.compile(r"/conversations$")
MESSAGES = re.compile(r"/messages$")
BEGUN = "JSON.parse(localStorage.getItem(`nightdesk ${location.origin} begun`))"
CONVERSATION = "JSON.parse(localStorage.getItem(`nightdesk ${location.origin} conversation`))"


@pytest.fixture
def expected_complaints() -> list[str]:
    """What a browser itself says of what is broken on purpose."""
    return ["Failed to load resource", "Access to script"]


def events(visitor: VisitorPage, chat: dict[str, str]) -> list[dict[str, str]]:
    answer = httpx.get(
        f"{visitor.guest.url}/api/conversations/{chat['id']}/events?after=0&wait=0",
        headers={"Authorization": f"Bearer {chat['token']}"},
    )
    found: list[dict[str, str]] = answer.json()
    return found


def test_the_clinic_keeps_the_record(leaving: VisitorPage, quiet: str) -> None:
    leaving.ask("I want to kill myself")
    chat = leaving.page.evaluate(CONVERSATION)

    leave(leaving)
    assert_left(leaving, quiet)

    assert [one["from"] for one in events(leaving, chat)][:2] == ["visitor", "bot"]


def test_what_is_on_its_way_still_arrives(leaving: VisitorPage, quiet: str) -> None:
    leaving.ask(FAST)
    chat = leaving.page.evaluate(CONVERSATION)
    # Two that the desk has not confirmed: the second waits for the first.
    leaving.page.route(MESSAGES, lambda route: None)
    leaving.say("I am not safe at home")
    leaving.say("please call nobody")
    expect(leaving.own).to_have_count(3)
    leaving.page.unroute(MESSAGES)

    leave(leaving)
    assert_left(leaving, quiet)

    def arrived() -> bool:
        said = [one["text"] for one in events(leaving, chat) if one["from"] == "visitor"]
        return sorted(said[1:]) == ["I am not safe at home", "please call nobody"]

    wait_for(arrived, 15, "what was on its way did not arrive")


def test_the_first_words_arrive_also_from_who_leaves_at_once(
    leaving: VisitorPage, quiet: str
) -> None:
    # The conversation has not begun: the desk has not answered.
    leaving.page.route(BEGINNING, lambda route: None)
    with leaving.page.expect_request(BEGINNING):
        leaving.say("he is at the door")
    own = {"token": leaving.page.evaluate(BEGUN)}
    leaving.page.unroute(BEGINNING)

    leave(leaving)
    assert_left(leaving, quiet)

    def arrived() -> bool:
        begun = httpx.post(f"{leaving.guest.url}/api/conversations", json=own).json()
        chat = {"id": begun["conversation_id"], "token": begun["token"]}
        said = [one["text"] for one in events(leaving, chat) if one["from"] == "visitor"]
        return said == ["he is at the door"]

    wait_for(arrived, 15, "the first words did not arrive")


def test_a_request_outlives_the_page(leaving: VisitorPage) -> None:
    leaving.page.evaluate(
        """() => {
          window.kept = [];
          const real = fetch;
          window.fetch = (address, how) => {
            if (how?.body) window.kept.push(how.keepalive);
            return real(address, how);
          };
        }"""
    )
    leaving.ask(FAST)
    assert leaving.page.evaluate("[window.kept.length > 1, window.kept.every(Boolean)]") == [
        True,
        True,
    ]
