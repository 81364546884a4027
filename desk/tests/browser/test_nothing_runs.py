"""Hostile words in real browsers, in both interfaces: nothing runs, and no part is made of them.

What would show it: a part of the page with their name (in the widget's own tree too), a mark that
they set, a dialog, a request, a complaint on the console, a policy that had to stop something.
"""

from collections.abc import Iterator

import pytest
from guest import Guest
from hostile_desk import IMAGE, HostileDesk, hostile_desk
from hostile_words import ALL, NAME, TAGS
from inbox_page import InboxPage
from playwright.sync_api import Page, expect
from visitor_page import VisitorPage

FIND = """name => {
  const found = [];
  const look = (root) => {
    for (const one of root.querySelectorAll("*")) {
      const names = [one.localName, ...one.getAttributeNames()];
      if (names.some((each) => each.includes(name))) found.push(one.outerHTML.slice(0, 80));
      if (names.some((each) => each.startsWith("on"))) found.push(one.outerHTML.slice(0, 80));
      const to = one.href ?? one.src ?? one.action ?? "";
      if (typeof to === "string" && /^(javascript|vbscript|data:text)/i.test(to)) found.push(to);
      if (one.shadowRoot) look(one.shadowRoot);
    }
  };
  look(document);
  if (window[name] !== undefined) found.push("it ran");
  return found;
}"""


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostileDesk]:
    """In place of the whole system, which says nothing hostile by itself."""
    with hostile_desk(tmp_path_factory.mktemp("hostile") / "var") as started:
        yield started


@pytest.fixture
def sessions() -> dict[str, object]:
    """Nobody's: those of the other tests are another desk's."""
    return {}


def watched(guest: Guest) -> list[str]:
    """Give the list in which each dialog will stand."""
    dialogs: list[str] = []

    def seen(dialog: object) -> None:
        dialogs.append(str(dialog))
        dialog.dismiss()  # type: ignore[attr-defined]

    guest.context.on("dialog", seen)
    return dialogs


def assert_nothing_ran(page: Page) -> None:
    page.wait_for_timeout(300)
    assert page.evaluate(FIND, NAME) == []


def test_in_the_chat(chatting: VisitorPage, system: HostileDesk) -> None:
    dialogs = watched(chatting.guest)
    # What the page's first message shows, and what comes back live.
    for text in (TAGS["image"], TAGS["svg"], TAGS["mutation"], TAGS["htmx"]):
        chatting.say(text)
        chatting.wait_until_delivered()
    expect(chatting.bot).to_have_count(4)
    assert_nothing_ran(chatting.page)
    # Both whole conversations, with staff's words, as a page that comes back finds them.
    for about in ("messages", "staff"):
        conversation_id, token = system.conversations[about]
        chatting.page.evaluate(
            "([desk, is]) => localStorage.setItem(`nightdesk ${desk} conversation`,"
            " JSON.stringify(is))",
            [system.url, {"id": conversation_id, "token": token}],
        )
        chatting.page.reload()
        if about == "messages":
            # All that was sent; what the form held stands below it.
            expect(chatting.own.nth(len(ALL) - 1)).to_be_attached()
        else:
            expect(chatting.staff).to_have_count(len(TAGS) + 1)
        assert_nothing_ran(chatting.page)
    assert dialogs == []
    assert not [url for url in chatting.guest.requests if NAME in url]


@pytest.mark.parametrize("path", ["/demo/hostile", "/privacy", "/crisis-protocol", "/demo?lang=es"])
def test_on_the_public_pages(new_guest: object, system: HostileDesk, path: str) -> None:
    guest = new_guest()  # type: ignore[operator]
    page = guest.tab()
    dialogs = watched(guest)
    page.goto(system.url + path)
    assert_nothing_ran(page)
    assert dialogs == []


def test_in_the_inbox(kim: InboxPage, system: HostileDesk) -> None:
    dialogs = watched(kim.guest)
    assert_nothing_ran(kim.page)
    for about in ("staff", "messages"):
        kim.open_conversation(system.conversations[about][0])
        expect(kim.transcript).to_contain_text(IMAGE)
        assert_nothing_ran(kim.page)
    # Live, through the parts that htmx puts in.
    kim.open_conversation(system.conversations["staff"][0])
    for text in (
        TAGS["image"],
        TAGS["htmx"],
        TAGS["out of band"],
        TAGS["sse"],
        TAGS["htmx script"],
    ):
        kim.reply(text)
        expect(kim.transcript).to_contain_text(text)
        assert_nothing_ran(kim.page)
    for path in (
        "/inbox/account",
        "/inbox/staff",
        "/inbox/numbers",
        "/inbox/asked",
        "/inbox/audit",
    ):
        answered = kim.page.goto(system.url + path)
        assert answered is not None
        assert answered.ok, f"{path}: {answered.status}"
        assert_nothing_ran(kim.page)
    kim.go_to_queue()
    kim.page.get_by_role("searchbox").fill(TAGS["image"])
    kim.page.get_by_role("searchbox").press("Enter")
    kim.page.wait_for_load_state()
    assert_nothing_ran(kim.page)
    assert dialogs == []
    assert not [url for url in kim.guest.requests if NAME in url]


def test_the_search_finds_what_runs(new_guest: object, system: HostileDesk) -> None:
    """A page without a policy, whose words do become its parts."""
    guest = new_guest()  # type: ignore[operator]
    page = guest.tab()
    page.goto(f"{system.url}/privacy")
    dialogs = watched(guest)
    page = guest.tab()
    page.set_content(f"<p>{TAGS['svg']}{TAGS['link']}</p><script>alert(1)</script>")
    page.wait_for_timeout(500)
    found = page.evaluate(FIND, NAME)
    assert "it ran" in found
    assert any(one.startswith("<svg") for one in found)
    assert dialogs
