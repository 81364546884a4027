"""The chat on a clinic's own site: another origin, a strict policy, and a page that fights back."""

import re
from collections.abc import Callable, Iterator

import pytest
from browsers import over_bidi
from clinic_site import ClinicSite, clinic_site
from conftest import NewGuest
from guest import PHONE
from playwright.sync_api import Page, expect
from running_system import RunningSystem
from test_crisis import WITHIN_MS
from visitor_page import VisitorPage, hook

OnPage = Callable[..., VisitorPage]

FAST = "How fast does ketamine therapy work?"
WAYS = pytest.mark.parametrize("how", ["", "rtl", "slides"], ids=["as it is", "rtl", "slides"])

# One line for each property of each part, since pages may have their own idea of arrays and JSON.
LOOK = """() => {
  const host = document.querySelector("nightdesk-chat");
  let lines = "";
  const look = (part, name) => {
    const box = part.getBoundingClientRect();
    const put = (what, value) => { lines += `${name} ${what}: ${value}\\n`; };
    // Where the frame around all is, which has no size of its own, is the page's doing.
    if (box.width * box.height) {
      for (const side of ["left", "top", "width", "height"]) put(side, Math.round(box[side] * 64));
      const style = getComputedStyle(part);
      for (let at = 0; at < style.length; at++) put(style[at], style.getPropertyValue(style[at]));
    }
    const parts = part.children;
    for (let at = 0; at < parts.length; at++) look(parts[at], `${name}>${parts[at].tagName}${at}`);
  };
  lines += `host: ${host.getBoundingClientRect().height}\\n`;
  for (let at = 0; at < host.shadowRoot.children.length; at++)
    look(host.shadowRoot.children[at], `${at}`);
  return lines;
}"""
LOOK_OF_PAGE = """() => {
  let lines = "";
  for (const part of document.querySelectorAll("html, body, body *:not(nightdesk-chat)")) {
    const style = getComputedStyle(part);
    const box = part.getBoundingClientRect();
    lines += `${part.tagName} ${box.left} ${box.top} ${box.width} ${box.height}\\n`;
    for (let at = 0; at < style.length; at++)
      lines += `${part.tagName} ${style[at]}: ${style.getPropertyValue(style[at])}\\n`;
  }
  return lines;
}"""
# What can be pressed and cannot be hit, each with what lies over it.
COVERED = """() => {
  const { shadowRoot } = document.querySelector("nightdesk-chat");
  let lines = "";
  for (const part of shadowRoot.querySelectorAll("button, a, textarea, input")) {
    if (!part.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    part.scrollIntoView({ block: "nearest" });
    const box = part.getClientRects()[0];
    const hit = shadowRoot.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    if (!part.contains(hit)) lines += `${part.outerHTML.slice(0, 80)} ${hit && hit.tagName}\\n`;
  }
  return lines;
}"""


@pytest.fixture(scope="module")
def clinic(system: RunningSystem) -> Iterator[ClinicSite]:
    with clinic_site(system.url) as site:
        yield site


@pytest.fixture
def on_page(new_guest: NewGuest, clinic: ClinicSite) -> OnPage:
    """Gives a visitor on a page of the clinic's site."""

    def come(path: str, **how: object) -> VisitorPage:
        guest = new_guest(**how)
        guest.sites.append(clinic.url)
        return VisitorPage(guest, clinic.url + path)

    return come


@pytest.fixture
def hostile(on_page: OnPage) -> VisitorPage:
    """A visitor on the page that fights back, with the chat open."""
    return on_page("/hostile?base").come().open_chat()


def differences(one: str, other: str) -> list[str]:
    """Give the lines that are not in both; fails where there is nothing to compare."""
    ours, theirs = one.splitlines(), other.splitlines()
    assert len(ours) > 100
    return sorted(set(ours) ^ set(theirs))


def inside(page: Page, name: str) -> bytes:
    """Give a picture of a part, without its corners: they show what is behind.

    And without a caret, which blinks: Playwright hides it with what a strict policy stops.
    """
    page.evaluate("document.querySelector('nightdesk-chat').shadowRoot.activeElement?.blur()")
    box = page.locator(hook(name)).bounding_box()
    assert box
    edge = 16
    clip = {
        "x": box["x"] + edge,
        "y": box["y"] + edge,
        "width": box["width"] - 2 * edge,
        "height": box["height"] - 2 * edge,
    }
    return page.screenshot(clip=clip, animations="allow", caret="initial")  # type: ignore[arg-type]


@WAYS
@pytest.mark.parametrize("size", [(1200, 800), PHONE], ids=["desktop", "phone"])
def test_the_chat_looks_as_on_a_plain_page(
    on_page: OnPage, how: str, size: tuple[int, int], expected_complaints: list[str]
) -> None:
    if over_bidi():
        # There, Playwright puts a style on the page for each picture; Firefox says it twice.
        expected_complaints += ["policy violated: style-src-elem inline", "The page"]
    plain = on_page("/plain", size=size).come()
    hostile = on_page(f"/hostile?{how}", size=size).come()
    assert differences(hostile.page.evaluate(LOOK), plain.page.evaluate(LOOK)) == []
    assert inside(hostile.page, "launcher") == inside(plain.page, "launcher")

    looks, pictures = [], []
    for visitor in (plain, hostile):
        # In Firefox, only the window in front shows what has the focus.
        visitor.page.bring_to_front()
        visitor.open_chat()
        # The menu comes with the file that is loaded last.
        expect(visitor.page.locator(hook("menu"))).to_be_visible()
        expect(visitor.page.locator(hook("intro"))).to_contain_text("demo content")
        expect(visitor.input).to_be_focused()
        looks.append(visitor.page.evaluate(LOOK))
        pictures.append(inside(visitor.page, "panel"))
    assert differences(*looks) == []
    assert pictures[0] == pictures[1]


@WAYS
def test_every_part_can_be_seen_and_pressed(on_page: OnPage, how: str) -> None:
    visitor = on_page(f"/hostile?{how}").come()
    assert visitor.page.evaluate(COVERED) == ""

    visitor.open_chat()
    answer = visitor.ask(FAST)
    visitor.open_source(answer)
    expect(answer.locator(hook("feedback-yes"))).to_be_visible()
    assert visitor.page.evaluate(COVERED) == ""

    visitor.page.locator(hook("menu")).click()
    expect(visitor.page.locator(hook("sheet"))).to_be_visible()
    # The transcript is behind the sheet only where there is no room for both.
    assert visitor.page.evaluate(COVERED) == ""


def test_nothing_of_the_chat_gets_out(on_page: OnPage) -> None:
    # But for the mark that Lit leaves for other copies of it.
    globals_now = """() => Object.getOwnPropertyNames(window).sort()
      .filter((name) => name !== "litHtmlVersions").join("\\n")"""
    bare = on_page("/hostile?tag=none")
    bare.page.goto(bare.address)
    visitor = on_page("/hostile").come()
    assert differences(visitor.page.evaluate(LOOK_OF_PAGE), bare.page.evaluate(LOOK_OF_PAGE)) == []

    visitor.open_chat().ask(FAST)

    assert differences(visitor.page.evaluate(LOOK_OF_PAGE), bare.page.evaluate(LOOK_OF_PAGE)) == []
    assert differences(visitor.page.evaluate(globals_now), bare.page.evaluate(globals_now)) == []
    assert visitor.page.evaluate("document.querySelectorAll('body > nightdesk-chat').length") == 1
    visitor.panel.locator(hook("close")).click()
    assert differences(visitor.page.evaluate(LOOK_OF_PAGE), bare.page.evaluate(LOOK_OF_PAGE)) == []


def test_a_whole_conversation_on_a_page_that_fights_back(hostile: VisitorPage) -> None:
    answer = hostile.ask(FAST)
    expect(answer).to_contain_text("a few hours to a few days")
    expect(hostile.open_source(answer).locator("blockquote")).to_be_visible()
    answer.locator(hook("feedback-yes")).click()
    expect(answer.locator(hook("feedback-said"))).to_contain_text("You said yes")

    crisis = hostile.ask("I want to kill myself", WITHIN_MS)
    expect(crisis).to_contain_text("988")
    dialled = {link.get_attribute("href") for link in crisis.get_by_role("link").all()}
    assert {"tel:911", "tel:988", "sms:988"} <= dialled
    expect(hostile.system).to_contain_text("Our staff have been told")

    hostile.page.locator(hook("menu")).click()
    hostile.page.locator(hook("sheet")).locator(hook("open-contact")).click()
    form = hostile.page.locator(hook("contact-form"))
    form.get_by_label("Phone number").fill("(555) 010-0123")
    form.get_by_label("I agree").check()
    hostile.page.locator(hook("contact-send")).click()
    expect(hostile.page.locator(hook("said"))).to_contain_text("Your details are saved")
    hostile.page.locator(hook("said-close")).click()
    hostile.wait_until_delivered()
    said = hostile.transcript()

    hostile.page.reload()

    expect(hostile.messages).to_have_count(len(said))
    assert hostile.transcript() == said
    # Live again.
    hostile.ask("How much does it cost?")
    assert hostile.guest.context.cookies() == []
    kept = hostile.page.evaluate("Object.keys({...localStorage, ...sessionStorage}).join('\\n')")
    assert [key for key in kept.splitlines() if not key.startswith("nightdesk ")] == []


@pytest.mark.parametrize(
    # As Chromium says it, and Firefox.
    "expected_complaints",
    [["Failed to load resource", "The Same Origin Policy"]],
    ids=["broken"],
)
def test_an_undelivered_message_stays_on_a_page_with_an_old_library(hostile: VisitorPage) -> None:
    sending = re.compile("/(conversations|messages)$")
    hostile.page.route(sending, lambda route: route.abort())
    hostile.say(FAST)
    status = hostile.own.locator(hook("status"))
    expect(status).to_have_text("Not delivered")

    hostile.page.reload()

    expect(status).to_have_text("Not delivered")
    hostile.page.unroute(sending)
    hostile.own.locator(hook("retry")).click()
    expect(hostile.next_answer(0)).to_contain_text("a few hours to a few days")


def test_the_page_keeps_its_own_keys_and_the_chat_its_own(hostile: VisitorPage) -> None:
    page = hostile.page
    keys = page.locator("html")
    # Shortcuts listen to any of the three.
    page.evaluate(
        """() => {
          window.kinds = "";
          const hear = ({ type }) => void (window.kinds += `${type} `);
          for (const kind of ["keydown", "keypress", "keyup"]) {
            document.addEventListener(kind, hear);
            window.addEventListener(kind, hear);
          }
        }"""
    )
    expect(hostile.input).to_be_focused()
    page.keyboard.type("a s/d")
    expect(hostile.input).to_have_value("a s/d")
    expect(keys).not_to_have_attribute("data-keys", re.compile("."))
    assert page.evaluate("window.kinds") == ""

    page.locator("h1").click()
    page.keyboard.press("q")
    assert page.evaluate("window.kinds") == "keydown keydown keypress keypress keyup keyup "
    page.keyboard.press("Escape")
    page.keyboard.press("s")
    expect(keys).to_have_attribute("data-keys", "q(Escape)s")
    expect(page.locator(".search input")).to_be_focused()
    page.keyboard.type("s")
    expect(page.locator(".search input")).to_have_value("s")
    # What was meant for the page did nothing to the chat.
    expect(hostile.panel).to_be_visible()
    expect(hostile.input).to_have_value("a s/d")


def test_a_page_is_there_though_the_desk_does_not_answer(
    on_page: OnPage, clinic: ClinicSite
) -> None:
    visitor = on_page("/plain?tag=hanging")
    visitor.guest.sites.append(clinic.hanging)
    page = visitor.page
    with page.expect_request(re.compile(r"/widget\.js$")):
        page.goto(visitor.address, wait_until="domcontentloaded")
    expect(page.get_by_role("heading", name="A clinic")).to_be_visible()
    # As docs/widget.md says: only the very end of loading waits, as for every script.
    assert page.evaluate("document.readyState") == "interactive"


def test_a_page_has_loaded_though_all_but_the_script_hangs(on_page: OnPage) -> None:
    visitor = on_page("/hostile")
    visitor.page.route(re.compile(r"/api/|/widget-\w+\.js"), lambda _: None)

    visitor.come()  # returns once the page has loaded
    assert visitor.page.evaluate("document.readyState") == "complete"

    visitor.open_chat()
    for href in ("tel:911", "tel:988", "sms:988"):
        expect(visitor.crisis_line.locator(f"a[href='{href}']")).to_be_in_viewport(ratio=0.9)


def test_the_page_to_look_at_is_on_the_desk_and_the_chat_works_there(new_guest: NewGuest) -> None:
    visitor = VisitorPage(new_guest()).come()
    visitor.page.get_by_role("link", name="The chat on a page that fights back").click()
    expect(visitor.page).to_have_url(f"{visitor.guest.url}/demo/hostile")
    visitor.open_chat()
    expect(visitor.ask(FAST)).to_contain_text("a few hours to a few days")
