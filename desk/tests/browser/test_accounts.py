"""Staff accounts in a browser: one-time passwords, one's own page, and the admin's."""

import re
import time

import pyotp
import pytest
from conftest import NewGuest, NewInbox
from guest import DESKTOP, PHONE, paste
from inbox_page import PASSWORD, InboxPage
from playwright.sync_api import Page, expect
from running_system import RunningSystem
from staff_member import add_staff
from test_accessible import assert_no_findings

LOOKS = pytest.mark.parametrize(
    ("size", "scheme"), [(DESKTOP, "light"), (PHONE, "light"), (DESKTOP, "dark")]
)


@pytest.fixture(scope="session")
def admins(system: RunningSystem) -> RunningSystem:
    """The system with two admins more: Ada, who gets a telephone, and Bo, who has none."""
    for username in ("ada", "bo"):
        add_staff(system, username, username.title(), "admin")
    return system


def code(secret: str, steps: int = 0) -> str:
    """Give what the app shows so many half minutes from now."""
    return pyotp.TOTP(secret).at(int(time.time()), counter_offset=steps)


def give_password(page: Page, username: str) -> None:
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def assert_fits(page: Page, size: tuple[int, int]) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


def test_a_telephone_from_the_picture_to_the_next_sign_in(
    new_guest: NewGuest, admins: RunningSystem, expected_complaints: list[str]
) -> None:
    expected_complaints += ["Failed to load resource"]  # a wrong code is a 401
    inbox = InboxPage(new_guest(size=PHONE))
    page = inbox.page
    inbox.sign_in("ada")

    page.get_by_role("link", name="Your account: Ada").click()
    page.get_by_role("link", name="Turn one-time passwords on").click()
    assert_no_findings(page, "one-time passwords, off")
    page.get_by_role("button", name="Set them up").click()
    expect(page.get_by_role("img", name=re.compile("QR code"))).to_be_visible()
    assert_no_findings(page, "the picture to scan")
    assert_fits(page, PHONE)
    secret = page.locator(".key").inner_text().replace(" ", "")
    page.get_by_label("Code", exact=True).fill(code(secret))
    page.keyboard.press("Enter")

    expect(page.locator("#codes code")).to_have_count(10)
    codes = page.locator("#codes code").all_inner_texts()
    assert_no_findings(page, "recovery codes")
    assert_fits(page, PHONE)
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    assert paste(page).split() == codes
    _, saved = inbox.guest.save(page, page.get_by_role("button", name="Download").click)
    assert codes[0] in saved

    sign_out(page)
    give_password(page, "ada")
    expect(page.get_by_role("heading", name="Enter your code")).to_be_visible()
    expect(page.get_by_label("Code from your authenticator app")).to_be_focused()
    assert_no_findings(page, "the code")
    page.keyboard.type("12345")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="is not right")).to_be_visible()
    assert_no_findings(page, "a wrong code")
    assert_fits(page, PHONE)
    # The present code turned them on, so it is used up.
    page.get_by_label("Code from your authenticator app").fill(code(secret, 1))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Inbox", exact=True)).to_be_visible()

    sign_out(page)
    give_password(page, "ada")
    page.get_by_text("Without your phone").click()
    assert_no_findings(page, "a recovery code")
    page.get_by_label("Recovery code", exact=True).fill(codes[0].lower())
    page.get_by_role("button", name="Sign in with it").click()
    expect(page.get_by_role("heading", name="Inbox", exact=True)).to_be_visible()
    page.goto(f"{inbox.guest.url}/inbox/account/totp")
    expect(page.get_by_text("9 of your recovery codes work still")).to_be_visible()
    assert_no_findings(page, "one-time passwords, on")


@LOOKS
def test_everybody_can_use_the_pages_on_accounts(
    new_inbox: NewInbox, admins: RunningSystem, size: tuple[int, int], scheme: str
) -> None:
    inbox = new_inbox("bo", size=size, scheme=scheme)
    page = inbox.page
    page.get_by_role("link", name="Your account: Bo").click()
    expect(page.get_by_text("(this one)")).to_be_visible()
    assert_no_findings(page, "own account")
    assert_fits(page, size)

    page.get_by_role("link", name="Staff", exact=True).click()
    assert_no_findings(page, "all accounts")
    assert_fits(page, size)
    page.get_by_role("link", name="noor", exact=True).click()
    expect(page.get_by_role("button", name="Disable the account")).to_be_visible()
    assert_no_findings(page, "one account")
    assert_fits(page, size)


def test_an_admin_gives_a_title_without_a_mouse(new_inbox: NewInbox, admins: RunningSystem) -> None:
    page = new_inbox("bo").page
    page.get_by_role("link", name="Staff", exact=True).press("Enter")
    page.get_by_role("link", name="noor", exact=True).press("Enter")
    page.get_by_label("Beside the first name").fill("nurse")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Noor, nurse")).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    page.get_by_label("Beside the first name").fill("")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Noor", exact=True)).to_be_visible()
