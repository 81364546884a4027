"""The states of the widget, each a small step from the one before."""

import re
from collections.abc import Callable, Iterator

from playwright.sync_api import expect
from scripted_desk import ANSWER, CLOSED, CRISIS, JOINED, STAFF, ScriptedVisitor
from visitor_page import hook

LONG_WORD = "https://example.org/" + "averylongword" * 12
CHAT_FILE = re.compile(r"/widget-chat\.js")

Step = Callable[[ScriptedVisitor], None]


def press(*names: str) -> Step:
    def step(visitor: ScriptedVisitor) -> None:
        for name in names:
            visitor.hooked(name).last.click()

    return step


def without_the_chat(visitor: ScriptedVisitor) -> None:
    visitor.page.route(CHAT_FILE, lambda route: visitor.held.append(route))
    visitor.launcher.click()
    expect(visitor.hooked("loading")).to_be_visible()


def no_chat(visitor: ScriptedVisitor) -> None:
    visitor.held.pop().abort()
    visitor.page.unroute(CHAT_FILE)
    visitor.page.route(CHAT_FILE, lambda route: route.abort())
    expect(visitor.hooked("fallback")).to_be_visible()


def empty(visitor: ScriptedVisitor) -> None:
    visitor.page.unroute(CHAT_FILE)
    visitor.hooked("try-again").click()
    expect(visitor.hooked("menu")).to_be_visible()


def sending(visitor: ScriptedVisitor) -> None:
    visitor.answer_with("/messages", "held")
    visitor.say("How fast does it work?")
    expect(visitor.hooked("message-visitor", "status")).to_have_text("Sending…")


def writing(visitor: ScriptedVisitor) -> None:
    visitor.answer_with("/messages", None)
    visitor.page.evaluate("desk.release()")
    expect(visitor.hooked("typing")).to_be_visible()


def answered(visitor: ScriptedVisitor) -> None:
    visitor.desk_says(ANSWER)
    visitor.hooked("source-toggle").click()
    expect(visitor.hooked("source-text")).to_be_visible()


def rated(visitor: ScriptedVisitor) -> None:
    visitor.hooked("feedback-no").click()
    expect(visitor.hooked("feedback-person")).to_be_visible()


def refused(visitor: ScriptedVisitor) -> None:
    words = f"Please wait. {LONG_WORD}"
    visitor.answer_with("/messages", [429, {"error": "too_many", "message": words}])
    visitor.say("And another thing")
    expect(visitor.hooked("refusal")).to_be_visible()


def too_long(visitor: ScriptedVisitor) -> None:
    visitor.say("a" * 2001)
    expect(visitor.hooked("counter")).to_contain_text("Too long")


def crisis(visitor: ScriptedVisitor) -> None:
    visitor.tell("I want to die")
    visitor.desk_says(CRISIS, CLOSED)


def staff_here(visitor: ScriptedVisitor) -> None:
    visitor.desk_says(JOINED, STAFF)
    visitor.somebody_types("staff")


def other_script(visitor: ScriptedVisitor) -> None:
    visitor.desk_says({**STAFF, "name": "ليلى", "text": "مرحبا.\n\n- اتصل 988\n- נשמע טוב"})


def wrong(visitor: ScriptedVisitor) -> None:
    visitor.answer_with("/contact", [422, {"error": "bad_phone", "message": "Check the number."}])
    visitor.hooked("contact-send").click()
    expect(visitor.hooked("contact-phone-wrong")).to_be_visible()


def form_failed(visitor: ScriptedVisitor) -> None:
    visitor.answer_with("/contact", [500, {"error": "broken", "message": ""}])
    visitor.hooked("contact-send").click()
    expect(visitor.hooked("contact-wrong")).to_be_visible()


def copied(visitor: ScriptedVisitor) -> None:
    visitor.hooked("contact-cancel").click()
    visitor.guest.save(visitor.page, lambda: press("menu", "copy")(visitor))
    expect(visitor.hooked("said")).to_be_visible()


def unread(visitor: ScriptedVisitor) -> None:
    press("new-no", "close")(visitor)
    visitor.page.evaluate("(event) => desk.say([event])", STAFF)
    expect(visitor.launcher).to_contain_text("1")


def not_delivered(visitor: ScriptedVisitor) -> None:
    visitor.open_chat()
    visitor.answer_with("/messages", "away")
    visitor.say("Is anybody there?")
    expect(visitor.hooked("message-visitor", "status").last).to_have_text("Not delivered")
    expect(visitor.unreachable).to_be_visible()


def lost(visitor: ScriptedVisitor) -> None:
    visitor.answer_with("/messages", None)
    visitor.page.evaluate("desk.forget()")
    expect(visitor.hooked("lost")).to_be_visible()


def delete_asked(visitor: ScriptedVisitor) -> None:
    visitor.own.last.locator(hook("retry")).click()
    expect(visitor.hooked("message-visitor", "status").last).to_have_text("Delivered")
    press("menu", "open-delete")(visitor)


STATES: dict[str, Step] = {
    "closed": lambda visitor: expect(visitor.launcher).to_be_visible(),
    "loading": without_the_chat,
    "no chat": no_chat,
    "open and empty": empty,
    "sending": sending,
    "the assistant is writing": writing,
    "an answer with its source and a caution, and quick replies": answered,
    "feedback": rated,
    "refused": refused,
    "too long": too_long,
    "a crisis, after hours": crisis,
    "staff have joined and are writing": staff_here,
    "words from right to left": other_script,
    "the menu": press("menu"),
    "the form": press("open-contact"),
    "the form with a mistake": wrong,
    "the form that could not be sent": form_failed,
    "a copy was saved": copied,
    "asked whether to begin anew": press("said-close", "menu", "open-new"),
    "closed, with something unread": unread,
    "not delivered": not_delivered,
    "a chat that was lost": lost,
    "asked whether to delete": delete_asked,
    "deleted": press("delete-yes"),
}


def walk(visitor: ScriptedVisitor) -> Iterator[str]:
    """Go through all states. Gives the name of each while the widget is in it."""
    visitor.come()
    for name, step in STATES.items():
        step(visitor)
        yield name
