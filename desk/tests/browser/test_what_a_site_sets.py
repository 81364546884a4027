"""What a clinic's page sets by tag, styles or package; and what it cannot take away."""

import re
import shutil
import subprocess

import pytest
from conftest import NewGuest
from guest import PHONE, width
from own_page import make_own
from playwright.sync_api import Route, expect
from running_system import ROOT
from test_accessible import assert_no_findings
from visitor_page import VisitorPage, hook

WIDGET = ROOT / "desk" / "widget"

LOOKS = """element => {
  const light = (colour) => {
    const [r, g, b] = colour.match(/\\d+/g).map((part) => part / 255)
      .map((part) => part > 0.04045 ? ((part + 0.055) / 1.055) ** 2.4 : part / 12.92);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
  };
  const { backgroundColor, color } = getComputedStyle(element);
  const [a, b] = [light(backgroundColor), light(color)];
  return [backgroundColor, color, Math.max(a, b) / Math.min(a, b)];
}"""
BUILT_IN = "rgb(29, 92, 99)"


@pytest.fixture
def expected_complaints() -> list[str]:
    """What a page's maker is told."""
    return ["Nightdesk does not use this value: "]


def told(visitor: VisitorPage) -> list[str]:
    start = "Nightdesk does not use this value: "
    said = visitor.guest.complaints
    return sorted(text.removeprefix(start) for text in said if text.startswith(start))


def own(new_guest: NewGuest, attributes: str = "", styles: str = "", **how: object) -> VisitorPage:
    guest = new_guest(**how)
    make_own(guest.context, attributes, styles)
    return VisitorPage(guest)


def test_a_greeting_takes_nothing_away(new_guest: NewGuest) -> None:
    greeting = "Welcome! I am Dr. Smith &lt;b&gt;"
    visitor = own(new_guest, f'data-greeting="{greeting}" data-title="Ask us"').come().open_chat()
    intro = visitor.hooked("intro")
    expect(intro.locator(hook("greeting"))).to_have_text("Welcome! I am Dr. Smith <b>")
    expect(intro).to_contain_text("I am an automated assistant, not a person.")
    expect(intro).to_contain_text("cannot give medical advice or handle emergencies")
    expect(intro).to_contain_text("Staff may read this chat")
    expect(intro).not_to_contain_text("Hi.")
    expect(visitor.panel.get_by_role("heading").first).to_have_text("Ask us")
    assert told(visitor) == []


@pytest.mark.parametrize(
    ("colour", "ground", "text"),
    [
        ("#123456", "rgb(18, 52, 86)", "rgb(255, 255, 255)"),
        ("#ffee88", "rgb(255, 238, 136)", "rgb(0, 0, 0)"),
        ("hsl(0 0% 47%)", "rgb(120, 120, 120)", "rgb(0, 0, 0)"),
        ("gold", "rgb(255, 215, 0)", "rgb(0, 0, 0)"),
        ("currentcolor", "rgb(255, 255, 255)", "rgb(0, 0, 0)"),
    ],
)
@pytest.mark.parametrize("by", ["tag", "styles"])
def test_text_can_be_read_on_the_sites_colour(
    new_guest: NewGuest, by: str, colour: str, ground: str, text: str
) -> None:
    if by == "tag":
        visitor = own(new_guest, f'data-color="{colour}"')
    else:
        visitor = own(new_guest, styles=f":root {{ --nightdesk-accent: {colour} }}")
    visitor.come()
    found, shown, contrast = visitor.launcher.evaluate(LOOKS)
    assert (found, shown) == (ground, text)
    assert contrast >= 4.5
    visitor.open_chat()
    assert visitor.panel.locator("header").evaluate(LOOKS)[:2] == [ground, text]
    visitor.say("Hello!")
    visitor.wait_until_delivered()
    assert visitor.own.locator(".bubble").evaluate(LOOKS)[:2] == [ground, text]
    assert_no_findings(visitor.page, colour)
    assert told(visitor) == []


def test_a_text_colour_is_the_sites_where_it_can_be_read(new_guest: NewGuest) -> None:
    good = "--nightdesk-accent: #ffee88; --nightdesk-accent-text: #442200"
    visitor = own(new_guest, styles=f":root {{ {good} }}").come()
    assert visitor.launcher.evaluate(LOOKS)[1] == "rgb(68, 34, 0)"
    bad = "--nightdesk-accent: #ffee88; --nightdesk-accent-text: #ffffee"
    visitor = own(new_guest, styles=f":root {{ {bad} }}").come()
    assert visitor.launcher.evaluate(LOOKS)[1] == "rgb(0, 0, 0)"


@pytest.mark.parametrize(
    "colour", ["blurple", "url(https://elsewhere.example/x)", "#12345680", "transparent", "red; x"]
)
@pytest.mark.parametrize("by", ["data-color", "--nightdesk-accent"])
def test_what_is_no_colour_is_left_out_and_that_is_told(
    new_guest: NewGuest, by: str, colour: str
) -> None:
    if by == "data-color":
        visitor = own(new_guest, f'data-color="{colour}"')
    elif ";" in colour:
        pytest.skip("a style sheet ends there")
    else:
        visitor = own(new_guest, styles=f":root {{ {by}: {colour} }}")
    visitor.come()
    assert visitor.launcher.evaluate(LOOKS)[:2] == [BUILT_IN, "rgb(255, 255, 255)"]
    visitor.open_chat()
    visitor.hooked("close").click()
    assert told(visitor) == ([] if ";" in colour else [by])


def test_what_cannot_be_used_falls_back_and_is_told_once(new_guest: NewGuest) -> None:
    bad = {
        "position": "top",
        "open": "maybe",
        "phone": "call us",
        "country": "Narnia",
        "greeting": "x" * 201,
        "exit": "javascript:window.harmed=1",
    }
    tag = " ".join(f'data-{name}="{value}"' for name, value in bad.items())
    visitor = own(new_guest, tag, styles=":root { --nightdesk-side: far; --nightdesk-bottom: 1 }")
    visitor.come()
    assert told(visitor) == sorted(f"data-{name}" for name in bad)
    box = visitor.launcher.bounding_box()
    assert box
    right = width(visitor.page) - box["x"] - box["width"]
    assert [round(right), round(800 - box["y"] - box["height"])] == [20, 20]
    visitor.open_chat()
    expect(visitor.crisis_line.locator("a[href='tel:911']")).to_be_visible()
    expect(visitor.hooked("greeting")).to_have_count(0)
    assert len(told(visitor)) == len(bad)


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("size", [(1200, 800), (900, 500), PHONE])
def test_it_makes_room_for_what_else_is_on_the_page(
    new_guest: NewGuest, side: str, size: tuple[int, int]
) -> None:
    styles = ":root { --nightdesk-side: 30px; --nightdesk-bottom: 4em; font-size: 16px }"
    visitor = own(new_guest, f'data-position="{side}"', styles, size=size).come()

    def gaps(what: str) -> list[int]:
        box = visitor.hooked(what).bounding_box()
        assert box
        right = width(visitor.page) - box["x"] - box["width"]
        below = size[1] - box["y"] - box["height"]
        return [round(gap) for gap in (box["x"] if side == "left" else right, below, box["y"])]

    assert gaps("launcher")[:2] == [50, 84]
    visitor.open_chat()
    expect(visitor.input).to_be_visible()
    if size == PHONE:
        assert gaps("panel") == [0, 0, 0]
    else:
        assert gaps("panel")[:2] == [50, 84]
        # All of it is in view, from the crisis lines to the input.
        assert gaps("panel")[2] >= 20
        expect(visitor.crisis_line.locator("a").first).to_be_in_viewport(ratio=1)


def test_it_may_be_open_from_the_start_until_the_visitor_closes_it(new_guest: NewGuest) -> None:
    visitor = own(new_guest, "data-open")
    visitor.page.goto(f"{visitor.guest.url}/demo")
    expect(visitor.input).to_be_visible()
    # Nobody is taken away from what they read.
    assert visitor.page.evaluate("document.activeElement === document.body")
    visitor.hooked("close").click()
    visitor.come()
    expect(visitor.panel).to_have_count(0)


@pytest.mark.skipif(not shutil.which("node"), reason="the package is built with Node")
def test_the_package_does_the_same(new_guest: NewGuest) -> None:
    subprocess.run(["node", "scripts/build.mjs", "--package"], cwd=WIDGET, check=True)
    guest = new_guest()
    visitor = VisitorPage(guest)

    def answer(route: Route) -> None:
        page = route.fetch()
        tag = re.compile(r'<script src="/widget.js".*?</script>')
        html, times = tag.subn('<script type="module" src="/program.js"></script>', page.text())
        assert times == 1
        route.fulfill(response=page, body=html)

    visitor.page.route(re.compile("/demo$"), answer)
    visitor.page.route(
        re.compile("/program.js$"),
        lambda route: route.fulfill(
            content_type="text/javascript",
            body=f"""import {{ mount }} from "/package.js";
              window.again = () => window.chat = mount({{
                desk: "{guest.url}", title: "Ask us", position: "left", greeting: "Welcome!"
              }});
              again();""",
        ),
    )
    visitor.page.route(
        re.compile("/package.js$"), lambda route: route.fulfill(path=WIDGET / "dist" / "index.js")
    )
    page = visitor.come().page

    page.evaluate("chat.open()")
    expect(visitor.panel.get_by_role("heading").first).to_have_text("Ask us")
    expect(visitor.hooked("greeting")).to_have_text("Welcome!")
    visitor.ask("Hello!")
    page.evaluate("chat.close()")
    expect(visitor.panel).to_have_count(0)
    box = visitor.launcher.bounding_box()
    assert box
    assert box["x"] == 20

    page.evaluate("chat.remove()")
    expect(page.locator("nightdesk-chat")).to_have_count(0)
    # Nothing of it listens any more.
    for _ in range(3):
        page.keyboard.press("Escape")
    page.evaluate("dispatchEvent(new Event('pagehide'))")
    expect(page).to_have_url(re.compile("/demo$"))

    page.evaluate("again()")
    visitor.open_chat()
    expect(visitor.own).to_have_count(1)
