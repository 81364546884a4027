"""Escape three times is leaving quickly, and nothing else is."""

import re

from playwright.sync_api import Page, expect
from quick_exit import FAST, assert_left
from visitor_page import VisitorPage, hook


def escape(page: Page, times: int) -> None:
    for _ in range(times):
        page.keyboard.press("Escape")


def test_escape_three_times_leaves(leaving: VisitorPage, quiet: str) -> None:
    leaving.ask(FAST)
    leaving.input.fill("half a")
    leaving.page.locator(hook("menu")).click()

    # The first closes what is open in the panel, the second the panel.
    escape(leaving.page, 3)

    assert_left(leaving, quiet)


def test_escape_leaves_also_from_the_page_around_the_chat(leaving: VisitorPage, quiet: str) -> None:
    leaving.page.locator("h1").click()
    escape(leaving.page, 3)
    assert_left(leaving, quiet)


def test_escape_is_not_taken_for_leaving(leaving: VisitorPage) -> None:
    page = leaving.page
    page.clock.install()
    page.reload()
    leaving.input.click()

    # A key that is held is one press.
    for _ in range(4):
        page.keyboard.down("Escape")
    page.keyboard.up("Escape")
    expect(leaving.panel).to_have_count(0)
    # Two presses, and later a third.
    page.clock.fast_forward(2000)
    leaving.open_chat()
    escape(page, 2)
    page.clock.fast_forward(2000)
    escape(page, 1)
    # Where the chat is closed, the key is the page's.
    escape(page, 4)

    expect(page).to_have_url(re.compile("/demo$"))
    expect(leaving.launcher).to_be_visible()
