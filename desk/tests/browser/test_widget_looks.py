"""Forced colours, much contrast, little motion, paper, edges of phones, right-to-left words."""

import pytest
from browsers import over_bidi
from conftest import NewGuest
from guest import PHONE, Guest, width
from own_page import make_own
from playwright.sync_api import Locator, expect
from scripted_desk import ANSWER, STAFF, ScriptedVisitor
from visitor_page import hook

ARABIC = "مرحبا، كيف يمكنني مساعدتك؟"

# Contrast of an element's text, or of its border, with what is behind it.
CONTRAST = """(one, what) => {
  const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (colour) => {
    const [r, g, b] = parts(colour).map((part) => {
      const value = part / 255;
      return value > 0.04045 ? ((value + 0.055) / 1.055) ** 2.4 : value / 12.92;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
  };
  const behind = (place) => getComputedStyle(place).backgroundColor;
  let ground = what === "color" ? one : one.parentElement;
  while (parts(behind(ground))[3] === 0) ground = ground.parentElement;
  const [a, b] = [light(getComputedStyle(one)[what]), light(behind(ground))];
  return Math.max(a, b) / Math.min(a, b);
}"""


def style(one: Locator, name: str) -> str:
    """Give a style of an element as it is computed."""
    found: str = one.evaluate("(one, name) => getComputedStyle(one)[name]", name)
    return found


def answered(visitor: ScriptedVisitor) -> ScriptedVisitor:
    visitor.come_and_open()
    visitor.tell("How fast does it work?")
    visitor.desk_says(ANSWER)
    visitor.hooked("feedback-yes").click()
    expect(visitor.hooked("feedback-said")).to_contain_text("You said yes")
    visitor.answer_with("/messages", "away")
    visitor.say("And then?")
    expect(visitor.own.last.locator(hook("status"))).to_have_text("Not delivered")
    return visitor


def soft_words(visitor: ScriptedVisitor) -> float:
    found: float = visitor.bot.locator(".who").evaluate(CONTRAST, "color")
    return found


def test_in_forced_colours_everything_has_an_edge_and_a_word(new_guest: NewGuest) -> None:
    visitor = answered(ScriptedVisitor(new_guest(forced_colors="active")))

    # Colours say nothing here: each button has an edge, a line below it, or a drawing.
    for button in visitor.panel.get_by_role("button").all():
        edge = style(button, "borderTopWidth") != "0px"
        line = "underline" in style(button, "textDecorationLine")
        assert edge or line or button.locator("svg").count(), button.inner_text()
    expect(visitor.hooked("feedback-yes")).to_contain_text("✓")
    for message in visitor.panel.locator(".bubble").all():
        assert style(message, "borderTopWidth") != "0px"
    visitor.somebody_types("staff")
    assert style(visitor.hooked("typing").locator("i"), "borderTopWidth") != "0px"
    visitor.input.focus()
    assert style(visitor.input, "outlineStyle") == "solid"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_edges_and_soft_words_can_be_seen(new_guest: NewGuest, scheme: str) -> None:
    as_usual = answered(ScriptedVisitor(new_guest(scheme=scheme)))
    assert as_usual.input.evaluate(CONTRAST, "borderTopColor") >= 3
    before = soft_words(as_usual)
    assert before >= 4.5
    assert soft_words(answered(ScriptedVisitor(new_guest(scheme=scheme, contrast="more")))) > max(
        before, 7
    )


def a_dot(guest: Guest) -> Locator:
    """Give one of those that tell that somebody writes."""
    visitor = ScriptedVisitor(guest).come_and_open()
    visitor.tell("Hello")
    visitor.somebody_types("bot")
    return visitor.hooked("typing").locator("i")


def test_nothing_blinks_for_long_and_nothing_at_all_where_that_is_asked(
    new_guest: NewGuest,
) -> None:
    assert style(a_dot(new_guest()), "animationName") == "none"

    dot = a_dot(new_guest(reduced_motion="no-preference"))
    seconds = float(style(dot, "animationDuration").removesuffix("s"))
    assert 0 < seconds * float(style(dot, "animationIterationCount")) <= 5


def test_on_a_page_from_right_to_left_the_chat_keeps_its_own_direction(
    new_guest: NewGuest,
) -> None:
    guest = new_guest()
    guest.context.add_init_script(
        "addEventListener('DOMContentLoaded', () => (document.documentElement.dir = 'rtl'))"
    )
    visitor = answered(ScriptedVisitor(guest))
    assert style(visitor.panel, "direction") == "ltr"
    box = visitor.panel.bounding_box()
    assert box
    assert box["x"] + box["width"] == width(visitor.page) - 20
    send = visitor.hooked("send").bounding_box()
    field = visitor.input.bounding_box()
    assert send
    assert field
    assert send["x"] > field["x"]

    # Each paragraph goes as its words do.
    visitor.desk_says({**STAFF, "text": f"{ARABIC}\n\nIn English: call 988."})
    paragraphs = visitor.staff.locator(".bubble p")
    assert [style(one, "direction") for one in paragraphs.all()] == ["rtl", "ltr"]
    visitor.input.fill(ARABIC)
    assert style(visitor.input, "direction") == "rtl"
    visitor.input.fill("English")
    assert style(visitor.input, "direction") == "ltr"
    visitor.answer_with("/messages", None)
    visitor.say(ARABIC)
    assert style(visitor.own.locator("p").get_by_text(ARABIC), "direction") == "rtl"


@pytest.mark.skipif(over_bidi(), reason="Playwright does not tell Firefox over BiDi of paper")
def test_the_chat_is_not_printed(new_guest: NewGuest) -> None:
    visitor = ScriptedVisitor(new_guest()).come_and_open()
    visitor.page.emulate_media(media="print")
    expect(visitor.panel).to_be_hidden()
    visitor.page.emulate_media(media="screen")
    visitor.hooked("close").click()
    visitor.page.emulate_media(media="print")
    expect(visitor.launcher).to_be_hidden()


@pytest.mark.skipif(over_bidi(), reason="no way to give Firefox a phone's edges")
@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("size", [PHONE, (900, 500)])
def test_nothing_is_under_the_edges_of_a_phone(
    new_guest: NewGuest, side: str, size: tuple[int, int]
) -> None:
    guest = new_guest(size=size)
    make_own(guest.context, f'data-position="{side}"')
    visitor = ScriptedVisitor(guest)
    portrait = size == PHONE
    insets = {"top": 47, "bottom": 34} if portrait else {"left": 44, "right": 44, "bottom": 21}
    devtools = guest.context.new_cdp_session(visitor.page)
    devtools.send("Emulation.setSafeAreaInsetsOverride", {"insets": insets})
    visitor.come()

    def free(what: Locator) -> bool:
        box = what.bounding_box()
        assert box
        return (
            box["x"] >= insets.get("left", 0)
            and box["y"] >= insets.get("top", 0)
            and box["x"] + box["width"] <= size[0] - insets.get("right", 0)
            and box["y"] + box["height"] <= size[1] - insets.get("bottom", 0)
        )

    assert free(visitor.launcher)
    visitor.open_chat()
    expect(visitor.hooked("menu")).to_be_visible()
    for what in ("close", "menu", "leave", "person", "input", "send"):
        assert free(visitor.hooked(what)), what
    visitor.tell("How fast does it work?")
    assert free(visitor.crisis_line)
