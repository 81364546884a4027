"""Leaving quickly, as a visitor does it, and what is to be so afterwards."""

from playwright.sync_api import Page, expect
from visitor_page import VisitorPage

FAST = "How fast does ketamine therapy work?"
"""What a visitor asks first."""

KEPT = """() => JSON.stringify([{...localStorage}, {...sessionStorage}])"""


def leave(visitor: VisitorPage) -> None:
    """Press the button for it."""
    visitor.hooked("leave").click()


def assert_left(visitor: VisitorPage, quiet: str) -> None:
    """The visitor is elsewhere, and this browser has forgotten the chat."""
    expect(visitor.page).to_have_url(quiet)
    assert_forgotten(visitor.page)


def assert_forgotten(page: Page) -> None:
    """This browser keeps nothing of a chat."""
    kept = page.evaluate(KEPT)
    for name in ("begun", "conversation", "draft", "pending", "seen", "left"):
        assert f" {name}" not in kept
    assert '"true"' not in kept
