"""The widget in every state: nothing for axe-core to find, nothing cut, all within reach."""

import json

import pytest
from browsers import over_bidi
from conftest import NewGuest
from guest import DESKTOP, PHONE, Guest
from own_page import make_own
from playwright.sync_api import Route, expect
from scripted_desk import ScriptedVisitor
from states import LONG_WORD, walk
from test_accessible import assert_no_findings
from test_launcher import CONFIG

ZOOMED = (320, 256)
"""What is left of a window of 1280 by 1024 at 400 %."""
LANDSCAPE = (640, 320)
PALE = "#ffe14d"

OWN_COLOUR = """(colour) => addEventListener("DOMContentLoaded", () =>
  document.documentElement.style.setProperty("--nightdesk-accent", colour))"""

# What WCAG 1.4.12 lets a visitor set.
TEXT_SPACING = """(() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    * { line-height: 1.5 !important; letter-spacing: .12em !important; }
    * { word-spacing: .16em !important; }
    p { margin-bottom: 2em !important; }`);
  const attach = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (how) {
    const root = attach.call(this, how);
    root.adoptedStyleSheets = [sheet];
    return root;
  };
})()"""

# Everything of the widget that is wider than the screen, cut off, or too small to be touched. A
# link within a sentence may be as small as its words.
MISFITS = """() => {
  const found = [];
  const { shadowRoot } = document.querySelector("nightdesk-chat");
  const tell = (what, one) =>
    found.push(`${what}: ${one.localName}.${one.className} "${one.textContent.slice(0, 30)}"`);
  for (const one of shadowRoot.querySelectorAll("aside *")) {
    const { left, right, width } = one.getBoundingClientRect();
    if (!width || one.closest("svg, .hear")) continue;
    const { overflowX, overflowY, display } = getComputedStyle(one);
    if (left < -1 || right > innerWidth + 1) tell("beside the screen", one);
    if (overflowX !== "visible" && one.scrollWidth > one.clientWidth + 1) tell("cut", one);
    if (overflowY === "hidden" && one.scrollHeight > one.clientHeight + 1) tell("cut below", one);
    if (!one.matches("a, button, input, textarea") || display === "inline") continue;
    if (one.localName !== "input" && one.scrollWidth > one.clientWidth + 1)
      tell("out of its box", one);
    const touched = one.matches("[type=radio], [type=checkbox]") ? one.closest("label") : one;
    const target = touched.getBoundingClientRect();
    if (target.width < 44 || target.height < 44) tell(`${target.width} x ${target.height}`, one);
  }
  return found;
}"""

# Those of the lines that are not wholly in view, or covered by something.
HIDDEN_LINES = """() => {
  const { shadowRoot } = document.querySelector("nightdesk-chat");
  const all = [...shadowRoot.querySelectorAll(".lines a")];
  const links = all.filter(({ href }) => /^(tel|sms):/.test(href));
  const hidden = links.filter((link) => {
    const { left, right, top, bottom } = link.getBoundingClientRect();
    const within = top >= 0 && bottom <= innerHeight;
    return !within || shadowRoot.elementFromPoint((left + right) / 2, (top + bottom) / 2) !== link;
  });
  return links.length < 3 ? ["none"] : hidden.map(({ href }) => href);
}"""

# What has the focus, whether that is to be seen, and whether something covers it.
FOCUS = """() => {
  const { shadowRoot } = document.querySelector("nightdesk-chat");
  const one = shadowRoot.activeElement;
  if (!one) return null;
  // Words that go on in a second line have two boxes.
  const [box] = one.getClientRects();
  const top = Math.max(box.top, 0);
  const bottom = Math.min(box.bottom, innerHeight);
  // A long text may be cut by the screen: some of it is enough.
  const middle = (box.left + box.right) / 2;
  const seen = [0.2, 0.5, 0.8].some((part) => {
    const there = shadowRoot.elementFromPoint(middle, top + (bottom - top) * part);
    return bottom > top && (one === there || one.contains(there));
  });
  const { outlineStyle, outlineWidth } = getComputedStyle(one);
  const ring = outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
  const what = one.outerHTML.slice(0, 90);
  return { name: one.dataset.test ?? one.id, what, seen, ring };
}"""


def scripted(guest: Guest, *scripts: str) -> ScriptedVisitor:
    for script in scripts:
        guest.context.add_init_script(script)
    return ScriptedVisitor(guest)


@pytest.fixture
def expected_complaints() -> list[str]:
    return ["Failed to load resource"]


@pytest.mark.parametrize(
    ("size", "scheme", "colour"),
    [(DESKTOP, "light", ""), (DESKTOP, "dark", ""), (PHONE, "light", PALE)],
)
def test_axe_finds_nothing_in_any_state(
    new_guest: NewGuest, size: tuple[int, int], scheme: str, colour: str
) -> None:
    own = [f"({OWN_COLOUR})('{colour}')"] if colour else []
    visitor = scripted(new_guest(size=size, scheme=scheme), *own)

    for state in walk(visitor):
        assert_no_findings(visitor.page, state)


@pytest.mark.parametrize(
    ("size", "scripts"),
    [
        (DESKTOP, ()),
        (PHONE, ()),
        (ZOOMED, ()),
        (LANDSCAPE, (TEXT_SPACING,)),
        (ZOOMED, (TEXT_SPACING,)),
    ],
)
def test_nothing_is_cut_and_help_stays_in_view_in_any_state(
    new_guest: NewGuest, size: tuple[int, int], scripts: tuple[str, ...]
) -> None:
    visitor = scripted(new_guest(size=size), *scripts)

    wrong: dict[str, list[str]] = {}
    for state in walk(visitor):
        found = visitor.page.evaluate(MISFITS)
        assert visitor.page.evaluate("document.documentElement.scrollWidth") <= size[0], state
        if visitor.panel.is_visible():
            found += visitor.page.evaluate(HIDDEN_LINES)
        if visitor.input.is_visible():
            visitor.input.scroll_into_view_if_needed()
            expect(visitor.input).to_be_in_viewport(ratio=0.9)
            found += visitor.page.evaluate(HIDDEN_LINES)
        if found:
            wrong[state] = found
    assert wrong == {}


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_a_word_that_is_longer_than_a_line_is_broken(
    new_guest: NewGuest, size: tuple[int, int]
) -> None:
    guest = new_guest(size=size)
    make_own(guest.context, f'data-greeting="{LONG_WORD}"')
    visitor = scripted(guest)

    def answer(route: Route) -> None:
        config = route.fetch()
        said = config.json()
        said["clinic"] |= {"name": LONG_WORD, "hours_text": LONG_WORD}
        route.fulfill(response=config, body=json.dumps(said | {"demo_notice": LONG_WORD}))

    guest.context.route(CONFIG, answer)

    for state in walk(visitor):
        assert visitor.page.evaluate(MISFITS) == [], state


def test_at_400_percent_there_is_room_to_read(new_guest: NewGuest) -> None:
    visitor = scripted(new_guest(size=ZOOMED)).come_and_open()
    expect(visitor.input).to_be_focused()
    box = visitor.log.bounding_box()
    lines = visitor.crisis_line.locator(".lines a").last.bounding_box()
    assert box
    assert lines
    seen = min(box["y"] + box["height"], ZOOMED[1]) - max(box["y"], lines["y"] + lines["height"])

    # Four lines of it, with the input below them.
    assert seen >= 80


@pytest.mark.parametrize("size", [DESKTOP, ZOOMED])
def test_the_focus_is_seen_wherever_tab_leads(new_guest: NewGuest, size: tuple[int, int]) -> None:
    visitor = scripted(new_guest(size=size))
    looked_at = {"an answer with its source and a caution, and quick replies", "the menu"}
    looked_at |= {"a crisis, after hours", "the form with a mistake", "not delivered"}
    page = visitor.page

    for state in walk(visitor):
        if state not in looked_at:
            continue
        seen: list[str] = []
        visitor.crisis_line.locator("a").first.focus()
        for _ in range(60):
            page.keyboard.press("Tab")
            focus = page.evaluate(FOCUS)
            if focus is None:
                break
            assert focus["seen"], f"{state}: {focus['what']}"
            assert focus["ring"], f"{state}: {focus['what']}"
            seen.append(focus["name"])
            # From the last of the page Firefox goes on to its own buttons; the page then has no
            # focus that is seen, whatever is pressed, until it is loaded again.
            if over_bidi() and focus["name"] == "send":
                break
        assert "input" in seen, state
        assert "send" in seen, state
