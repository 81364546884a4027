"""What a screen reader finds in the widget, and what it says by itself: each thing once."""

import re

import pytest
from conftest import NewGuest
from playwright.sync_api import Page, expect
from scripted_desk import ANSWER, CLOSED, JOINED, STAFF, ScriptedVisitor
from visitor_page import hook

# What browsers tell screen readers to say: what comes into a live region, not what comes together
# with one (but alerts), and not what is set to be silent. Gives `said()`, anew each time.
LISTEN = """() => {
  const { shadowRoot } = document.querySelector("nightdesk-chat");
  const REGION = "[aria-live], [role=alert], [role=status], [role=log]";
  const SILENT = "[aria-live=off], [aria-hidden=true], [hidden]";
  const live = (place) => {
    const region = place?.closest(REGION);
    return !!region && region.getAttribute("aria-live") !== "off";
  };
  let said = [];
  const words = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return node.data;
    if (node.nodeType !== Node.ELEMENT_NODE || node.matches(SILENT)) return "";
    return [...node.childNodes].map(words).join(" ");
  };
  const look = (records) => {
    const all = records.flatMap(({ addedNodes }) => [...addedNodes]);
    const added = all.filter((node) => node.isConnected);
    const whole = (node) => added.some((other) => other !== node && other.contains(node));
    for (const node of new Set(added)) {
      if (whole(node)) continue;
      const alerts = node.nodeType === Node.ELEMENT_NODE && node.matches("[role=alert]");
      if (live(node.parentElement) || alerts) said.push(words(node));
    }
    for (const { type, target } of records) {
      if (type !== "characterData" || !target.isConnected || whole(target)) continue;
      if (live(target.parentElement)) said.push(target.data);
    }
  };
  const watch = new MutationObserver(look);
  watch.observe(shadowRoot, { childList: true, characterData: true, subtree: true });
  window.said = () => {
    look(watch.takeRecords());
    const all = said.map((text) => text.replace(/\\s+/g, " ").trim()).filter(Boolean);
    said = [];
    return all;
  };
}"""

OPEN = """
- complementary "Clinic chat":
  - dialog /Harborlight/:
    - heading /Harborlight/ [level=2]
    - paragraph: Automated assistant
    - button "More"
    - button "Close the chat"
    - group "Emergency and crisis lines":
      - paragraph: In crisis? Free help, day and night.
      - link "Call 911"
      - link "Call 988"
      - link "Text 988"
      - link "Chat"
      - link "Not in the US?"
      - button "Leave quickly"
    - log "Messages":
      - paragraph: /demo content about a made-up clinic/
      - paragraph:
        - strong: Hi. I am an automated assistant, not a person.
      - paragraph: /cannot give medical advice or handle emergencies/
      - paragraph: Staff may read this chat. Ask for a person at any time.
      - paragraph
      - paragraph
      - paragraph:
        - link "Privacy"
        - link "What we do in a crisis"
      - group "Suggested replies":
        - button
        - button
        - button
    - alert
    - button "Talk to a person"
    - textbox "Your message"
    - button "Send"
"""

TALK = """
- log "Messages":
  - paragraph: Today
  - paragraph: You
  - paragraph: How fast does it work?
  - paragraph: /Delivered/
  - paragraph: Automated assistant
  - paragraph: Within a few hours to a few days.
  - list:
    - listitem: It fades with time.
    - listitem:
      - link "(555) 010-0142"
  - note:
    - paragraph:
      - strong: Please also know
    - paragraph: Do not drive until the next day.
  - button /From our guide/ [expanded]
  - paragraph:
    - strong: How fast it works
  - blockquote: A few hours to a few days.
  - group "Suggested replies":
    - button "How long does it last?"
    - button "What are the side effects?"
  - group "Did this answer your question?":
    - button "Yes"
    - button "No"
  - paragraph: Notice
  - paragraph: /Nobody at the clinic is reading right now/
  - button "Leave your number"
  - paragraph: Notice
  - paragraph: Kim from our staff has joined this chat.
  - paragraph: Kim, nurse
  - paragraph: Good evening, this is Kim.
"""


def said(page: Page) -> list[str]:
    """Give what has been said since this was asked last."""
    found: list[str] = page.evaluate("said()")
    return found


@pytest.fixture
def listening(new_guest: NewGuest) -> ScriptedVisitor:
    visitor = ScriptedVisitor(new_guest()).come()
    visitor.page.evaluate(LISTEN)
    visitor.open_chat()
    expect(visitor.hooked("menu")).to_be_visible()
    return visitor


def test_the_tree_of_a_whole_conversation(listening: ScriptedVisitor) -> None:
    widget = listening.page.get_by_role("complementary", name="Clinic chat")
    expect(widget).to_match_aria_snapshot(OPEN)
    # Whoever lands in the field hears first what this is.
    expect(listening.input).to_have_accessible_description(re.compile("automated assistant.*Staff"))

    listening.tell("How fast does it work?")
    listening.desk_says(ANSWER)
    listening.hooked("source-toggle").click()
    listening.desk_says(CLOSED, JOINED, STAFF)
    expect(listening.log).to_match_aria_snapshot(TALK)
    expect(listening.input).to_have_accessible_description("")


def test_each_message_is_said_once(listening: ScriptedVisitor) -> None:
    page = listening.page
    assert said(page) == []
    listening.answer_with("/messages", "held")
    listening.say("How fast does it work?")
    expect(listening.hooked("status")).to_have_text("Sending…")
    [own] = said(page)
    assert re.fullmatch("You How fast does it work\\? .*Sending…", own)

    listening.answer_with("/messages", None)
    page.evaluate("desk.release()")
    expect(listening.hooked("typing")).to_be_visible()
    # That somebody is writing is not said.
    assert [text for text in said(page) if ":" not in text] == ["Delivered"]

    listening.desk_says(ANSWER)
    [answer] = said(page)
    assert answer.startswith("Automated assistant Within a few hours to a few days.")
    assert "Do not drive until the next day" in answer
    assert "Did this answer" not in answer
    listening.hooked("source-toggle").click()
    assert said(page) == []
    listening.answer_with("/events/2/feedback", [200, {}])
    listening.hooked("feedback-yes").click()
    expect(listening.hooked("feedback-said")).to_have_text("You said yes. Thank you.")
    assert said(page) == ["You said yes. Thank you."]

    listening.desk_says(JOINED, STAFF)
    listening.somebody_types("staff")
    assert [re.sub(" \\d.*", "", text) for text in said(page)] == [
        "Notice Kim from our staff has joined this chat.",
        "Kim, nurse Good evening, this is Kim.",
    ]


def test_what_goes_wrong_is_said(
    listening: ScriptedVisitor, expected_complaints: list[str]
) -> None:
    page = listening.page
    listening.say("a" * 2001)
    expect(listening.hooked("counter")).to_have_text("Too long by 1")
    assert said(page) == ["Too long by 1"]
    # Not with every key.
    listening.page.keyboard.type("aa")
    expect(listening.hooked("counter")).to_have_text("Too long by 3")
    assert said(page) == []

    listening.answer_with("/messages", [429, {"error": "too_many", "message": "Please wait."}])
    listening.say("Hello")
    expect(listening.hooked("refusal")).to_be_visible()
    assert "Please wait." in said(page)

    listening.answer_with("/messages", "away")
    listening.say("Hello")
    expect(listening.hooked("status")).to_have_text("Not delivered")
    heard = said(page)
    assert "Not delivered" in " ".join(heard)
    assert [text for text in heard if text.startswith("We cannot reach the chat")]


def test_what_was_there_before_is_not_said_again(listening: ScriptedVisitor) -> None:
    page = listening.page
    listening.tell("How fast does it work?")
    listening.desk_says(ANSWER, STAFF)
    page.add_init_script(f"({LISTEN_SOON})({LISTEN})")
    page.reload()
    expect(listening.messages).to_have_count(3)
    assert said(page) == []

    listening.desk_says(STAFF)
    assert len(said(page)) == 1

    # Nor when the desk knows it no longer, and it is drawn as an earlier chat.
    page.evaluate("desk.forget()")
    expect(listening.hooked("lost")).to_be_visible()
    [lost] = said(page)
    assert lost.startswith("The earlier chat could not be opened")


def test_what_comes_while_the_chat_is_closed_is_said(listening: ScriptedVisitor) -> None:
    page = listening.page
    listening.say("Hello")
    expect(listening.hooked("typing")).to_be_visible()
    page.keyboard.press("Escape")
    said(page)
    page.evaluate("(event) => desk.say([event])", STAFF)
    expect(listening.launcher).to_contain_text("1")
    assert said(page) == ["Open the chat. New messages: 1"]
    page.evaluate("(event) => desk.say([event])", STAFF)
    expect(listening.launcher).to_contain_text("2")
    assert said(page) == ["Open the chat. New messages: 2"]


# The widget may come after the page.
LISTEN_SOON = """(listen) => {
  const soon = new MutationObserver(() => {
    if (!document.querySelector("nightdesk-chat")?.shadowRoot) return;
    soon.disconnect();
    listen();
  });
  soon.observe(document, { childList: true, subtree: true });
}"""


def test_the_form_tells_its_mistakes(listening: ScriptedVisitor) -> None:
    listening.hooked("menu").click()
    listening.hooked("sheet", "open-contact").click()
    listening.answer_with("/contact", [422, {"error": "bad_phone", "message": "Check the number."}])
    listening.hooked("contact-send").click()
    phone = listening.page.get_by_label("Phone number")
    expect(phone).to_be_focused()
    expect(phone).to_have_accessible_description("Check the number.")
    expect(listening.panel.locator(hook("sheet"))).to_match_aria_snapshot(
        """
- group "Leave your number":
  - heading "Leave your number" [level=3]
  - paragraph
  - paragraph: /crisis/
  - text: Your name (you can leave this out)
  - textbox "Your name (you can leave this out)"
  - text: Phone number
  - textbox "Phone number" [invalid]
  - paragraph: Check the number.
  - text: Email address
  - textbox "Email address"
  - group "Is it safe to leave a message?":
    - text: Is it safe to leave a message?
    - radio "Yes"
    - radio "No"
  - checkbox /I agree/
  - alert
  - button "Send"
  - button "Cancel"
"""
    )
