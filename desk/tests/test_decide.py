"""The decision of a turn, with plain values."""

from dataclasses import replace
from typing import Any

import pytest
from nightdesk_contract.outcome import BotReply, Safety

from nightdesk_desk.decide import (
    AfterReply,
    Decision,
    InsteadOfBot,
    Situation,
    SystemTexts,
    decide,
)

TEXTS = SystemTexts(
    {
        "en": InsteadOfBot("cannot answer", "still cannot", "withheld"),
        "es": InsteadOfBot("no puedo", "todavía no", "no se da"),
    },
    {
        "en": AfterReply("crisis told", "told", "in view"),
        "es": AfterReply("crisis dicha", "dicho", "a la vista"),
    },
)
SAFETY = Safety("self_harm", "model", "model", 0.9, ((3, 6),))


def reply(outcome: str, level: Any = None, **more: Any) -> BotReply:
    return BotReply(text=f"text of {outcome}", outcome=outcome, level=level, **more)


def test_an_answer_calls_nobody() -> None:
    found = decide([reply("answer:safety")], Situation(), TEXTS)
    assert (found.result, found.call) == ("answered", None)
    assert [(e.sender, e.outcome) for e in found.events] == [("bot", "answer:safety")]


def test_an_answer_never_goes_out_without_its_passage() -> None:
    found = decide([reply("answer:safety")], Situation(), TEXTS)
    assert found.events[0].passages == ["safety"]
    named = decide([reply("answer:safety", passages=["what_is"])], Situation(), TEXTS)
    assert named.events[0].passages == ["what_is"]


def test_several_messages_are_led_by_the_most_serious() -> None:
    replies = [
        reply("answer:safety"),
        reply("handover:request", "P3"),
        reply("handover:crisis", "P0", safety=SAFETY),
    ]
    found = decide(replies, Situation(), TEXTS)
    assert found.call is not None
    assert (found.call.reason, found.call.level, found.call.safety) == ("crisis", "P0", SAFETY)
    assert [e.sender for e in found.events] == ["bot", "bot", "bot", "system"]
    assert found.events[-1].text == "crisis told"
    assert found.safety == SAFETY


@pytest.mark.parametrize(
    ("reason", "level"), [("crisis", "P1"), ("medical_advice", "P2"), ("request", "P3")]
)
def test_a_hand_over_without_a_level_gets_its_reasons(reason: str, level: str) -> None:
    found = decide([reply(f"handover:{reason}")], Situation(), TEXTS)
    assert found.call is not None
    assert found.call.level == level


def test_what_was_said_is_not_said_again() -> None:
    situation = Situation(open_level="P3", said=frozenset({"told"}))
    again = decide([reply("handover:request", "P3")], situation, TEXTS)
    assert [e.sender for e in again.events] == ["bot"]
    assert again.call is not None
    worse = decide([reply("handover:crisis", "P1")], situation, TEXTS)
    assert worse.events[-1].text == "crisis told"


@pytest.mark.parametrize("replies", [None, [], [reply("handover:bot_unavailable", "P1")]])
def test_without_a_usable_answer_a_person_is_called(replies: Any) -> None:
    found = decide(replies, Situation(), TEXTS)
    assert found.result == "bot_unavailable"
    assert [(e.sender, e.text) for e in found.events] == [("system", "cannot answer")]
    assert found.call is not None
    assert (found.call.reason, found.call.level) == ("bot_unavailable", "P1")
    again = decide(replies, Situation(open_level="P1", said=frozenset({"cannot answer"})), TEXTS)
    assert [e.text for e in again.events] == ["still cannot"]


def test_what_a_failing_detector_noted_is_kept() -> None:
    found = decide([reply("handover:bot_unavailable", "P1", safety=SAFETY)], Situation(), TEXTS)
    assert found.safety == SAFETY
    assert found.call is not None
    assert found.call.safety == SAFETY


def test_beside_staff_the_bot_keeps_silent_and_holds_its_reply_to_a_crisis() -> None:
    situation = Situation(state="staff", open_level="P3")
    quiet = decide([reply("answer:safety", safety=SAFETY)], situation, TEXTS)
    assert (quiet.result, quiet.events, quiet.call) == ("delivered", [], None)
    assert quiet.safety == SAFETY
    crisis = decide(
        [reply("smalltalk"), reply("handover:crisis", "P1", safety=SAFETY)], situation, TEXTS
    )
    assert crisis.events == []
    assert crisis.call is not None
    assert crisis.call.raises
    assert crisis.held is not None
    assert (crisis.held.sender, crisis.held.text, crisis.held.outcome, crisis.held.level) == (
        "bot",
        "text of handover:crisis",
        "handover:crisis",
        "P1",
    )
    assert quiet.held is None
    medical = decide([reply("handover:medical_advice", "P2")], situation, TEXTS)
    assert (medical.held, medical.events) == (None, [])


def test_beside_staff_a_failing_bot_leaves_a_note_and_holds_the_crisis_lines() -> None:
    situation = Situation(state="staff", open_level="P3")
    failed = decide(None, situation, TEXTS)
    assert (failed.result, failed.events) == ("delivered", [])
    assert failed.call is not None
    assert (failed.call.level, failed.call.raises) == ("P3", False)
    assert failed.held is not None
    assert (failed.held.sender, failed.held.text, failed.held.outcome, failed.held.level) == (
        "system",
        "cannot answer",
        "handover:bot_unavailable",
        "P1",
    )
    said = replace(situation, said=frozenset({"cannot answer"}))
    again = decide(None, said, TEXTS).held
    assert again is not None
    assert again.text == "still cannot"


def test_a_person_who_wrote_since_has_read_a_message_but_was_not_warned() -> None:
    situation = Situation(state="staff", open_level="P3", person_wrote=True)
    failed = decide(None, situation, TEXTS)
    assert failed.held is None
    assert failed.call is not None
    crisis = decide([reply("handover:crisis", "P1", safety=SAFETY)], situation, TEXTS)
    assert crisis.held is not None


@pytest.mark.parametrize("replies", [[reply("handover:crisis", "P0")], None])
def test_with_the_bot_nothing_is_held(replies: Any) -> None:
    assert decide(replies, Situation(), TEXTS).held is None


def test_beside_staff_a_crisis_that_only_the_talk_so_far_makes_is_left_to_them() -> None:
    situation = Situation(state="staff", open_level="P1")
    context = Safety("crisis", "context", "after_crisis_reply", 1.0)
    found = decide([reply("handover:crisis", "P1", safety=context)], situation, TEXTS)
    assert (found.result, found.events, found.call) == ("delivered", [], None)
    assert found.held is None
    alone = decide([reply("handover:crisis", "P1", safety=context)], Situation(), TEXTS)
    assert alone.call is not None


@pytest.mark.parametrize(("level", "kept"), [("P0", 1), ("P1", 1), ("P2", 0), (None, 0)])
def test_after_a_crisis_an_ordinary_answer_keeps_help_in_view_once(level: Any, kept: int) -> None:
    found = decide([reply("answer:safety")], Situation(open_level=level), TEXTS)
    assert [e.text for e in found.events if e.sender == "system"] == ["in view"] * kept
    assert found.result == "answered"

    said = Situation(open_level=level, said_since_crisis=frozenset({"in view"}))
    assert [e.sender for e in decide([reply("answer:safety")], said, TEXTS).events] == ["bot"]


def system(replies: list[BotReply], situation: Situation) -> list[str]:
    return [e.text for e in decide(replies, situation, TEXTS).events if e.sender == "system"]


def test_after_another_crisis_help_comes_into_view_again_and_nothing_else_is_pasted() -> None:
    # Said since the hand-over was opened, but not since the crisis after it.
    situation = Situation(open_level="P1", said=frozenset({"in view", "told", "crisis told"}))
    assert system([reply("answer:safety")], situation) == ["in view"]
    assert system([reply("handover:crisis", "P1")], situation) == []


@pytest.mark.parametrize("reason", ["request", "medical_advice"])
def test_a_call_for_a_person_within_a_crisis_keeps_help_in_view_too(reason: str) -> None:
    call = [reply(f"handover:{reason}")]
    assert system(call, Situation(open_level="P1")) == ["told", "in view"]
    told = Situation(open_level="P0", said=frozenset({"told"}))
    assert system(call, told) == ["in view"]
    shown = frozenset({"told", "in view"})
    assert system(call, Situation("bot", "P1", said=shown, said_since_crisis=shown)) == []
    assert system(call, Situation(open_level="P2")) == ["told"]


@pytest.mark.parametrize(
    ("outcome", "category", "told"),
    [
        ("handover:crisis", "crisis_es", "crisis dicha"),
        ("handover:crisis", "crisis_emergency_es", "crisis dicha"),
        ("handover:medical_advice", "medical_advice_es", "dicho"),
        ("handover:crisis", "crisis", "crisis told"),
        # A language without texts of the desk's own.
        ("handover:crisis", "crisis_fr", "crisis told"),
    ],
)
@pytest.mark.parametrize("detector", ["model", "context"])
def test_below_a_reply_the_desk_speaks_its_language(
    outcome: str, category: str, told: str, detector: str
) -> None:
    spoken = [reply(outcome, safety=Safety(category, detector, "r", 1.0))]
    assert system(spoken, Situation()) == [told]
    assert system(spoken, Situation(open_level="P2", said=frozenset({told}))) == []


def test_help_stays_in_view_in_the_language_of_the_last_crisis() -> None:
    situation = Situation(
        open_level="P1", said_since_crisis=frozenset({"in view"}), crisis_language="es"
    )
    assert system([reply("answer:safety")], situation) == ["a la vista"]
    assert system([reply("handover:request", "P3")], situation) == ["told", "a la vista"]


CLOSED = replace(TEXTS, call_back=True)


@pytest.mark.parametrize(
    ("outcome", "level", "offers"),
    [
        ("handover:request", "P3", ["contact"]),
        ("handover:medical_advice", "P2", ["contact"]),
        ("handover:crisis", "P1", ["contact"]),
        ("handover:crisis", "P0", None),
    ],
)
def test_while_nobody_reads_a_call_back_is_offered_save_in_an_emergency(
    outcome: str, level: Any, offers: list[str] | None
) -> None:
    closed = decide([reply(outcome, level)], Situation(), CLOSED)
    basis = {"offers": offers} if offers else None
    assert [e.basis for e in closed.events] == [None, basis]
    open_ = decide([reply(outcome, level)], Situation(), TEXTS)
    assert [e.basis for e in open_.events] == [None, None]


def test_without_the_bot_a_call_back_is_offered_once_and_never_beside_a_person() -> None:
    [first] = decide(None, Situation(), CLOSED).events
    assert first.basis == {"offers": ["contact"]}
    said = Situation(open_level="P1", said=frozenset({"cannot answer"}))
    [again] = decide(None, said, CLOSED).events
    assert again.basis is None
    held = decide(None, Situation("staff", "P3"), CLOSED).held
    assert held is not None
    assert held.basis is None


def test_the_wait_is_added_by_level_and_does_not_make_the_text_another() -> None:
    waits = {"P3": "about 3 minutes"}
    below = AfterReply("crisis told", "told", "in view", waits)
    texts = replace(TEXTS, after_reply={"en": below})
    asked = [reply("handover:request", "P3")]
    assert decide(asked, Situation(), texts).events[-1].text == "told about 3 minutes"
    other = decide([reply("handover:medical_advice", "P2")], Situation(), texts)
    assert other.events[-1].text == "told"
    crisis = decide([reply("handover:crisis", "P1")], Situation(), texts)
    assert crisis.events[-1].text == "crisis told"
    before = Situation(open_level="P3", said=frozenset({"told about 9 minutes"}))
    assert [e.sender for e in decide(asked, before, texts).events] == ["bot"]


SPOKEN = replace(
    TEXTS,
    after_reply={
        **TEXTS.after_reply,
        "es": AfterReply("crisis dicha", "dicho", "a la vista", request="claro"),
    },
    buttons={"talk to a person": "en", "hablar con una persona": "es"},
)


@pytest.mark.parametrize(
    ("message", "texts"),
    [
        ("Hablar con una persona", ["claro", "dicho"]),
        (" hablar con una persona ", ["claro", "dicho"]),
        ("Talk to a person", ["text of handover:request", "told"]),
        ("I want to talk to somebody", ["text of handover:request", "told"]),
    ],
)
def test_the_chats_own_button_is_answered_in_its_language(message: str, texts: list[str]) -> None:
    found = decide([reply("handover:request", "P3")], Situation(), SPOKEN, message)
    assert [event.text for event in found.events] == texts
    assert [event.outcome for event in found.events] == ["handover:request", None]
    assert found.call is not None
    assert (found.call.reason, found.call.level) == ("request", "P3")


def test_a_crisis_is_told_in_the_language_of_its_reply_whatever_was_pressed() -> None:
    crisis = reply("handover:crisis", "P1", safety=SAFETY)
    found = decide([crisis], Situation(), SPOKEN, "Hablar con una persona")
    assert [event.text for event in found.events] == ["text of handover:crisis", "crisis told"]


IN_SPANISH = Situation(language="es")


def said(found: Decision) -> list[tuple[str, str | None]]:
    """What was said, and what is recorded beside it for staff who read English."""
    return [(event.text, (event.basis or {}).get("english")) for event in found.events]


def test_in_a_chat_in_spanish_the_desk_speaks_spanish_and_staff_see_the_english_words() -> None:
    found = decide([reply("handover:request", "P3")], IN_SPANISH, TEXTS)
    assert said(found) == [("text of handover:request", None), ("dicho", "told")]
    assert found.events[-1].basis == {"language": "es", "english": "told"}
    in_crisis = replace(IN_SPANISH, open_level="P1")
    found = decide([reply("answer:safety")], in_crisis, TEXTS)
    assert said(found)[1:] == [("a la vista", "in view")]


@pytest.mark.parametrize("state", ["bot", "staff"])
def test_without_the_bot_a_chat_in_spanish_is_told_in_spanish(state: Any) -> None:
    situation = replace(IN_SPANISH, state=state)
    found = decide(None, situation, CLOSED)
    [event] = [found.held] if state == "staff" and found.held else found.events
    offer = {} if state == "staff" else {"offers": ["contact"]}
    assert event.text == "no puedo"
    assert event.basis == {**offer, "language": "es", "english": "cannot answer"}
    # Handed over exactly as in English.
    english = decide(None, Situation(state=state), CLOSED)
    assert (found.result, found.call) == (english.result, english.call)
    again = replace(situation, said=frozenset({"no puedo"}))
    found = decide(None, again, CLOSED)
    [event] = [found.held] if state == "staff" and found.held else found.events
    assert event.text == "todavía no"


def test_without_the_bot_a_language_that_was_seen_goes_before_that_of_the_chat() -> None:
    seen = Safety("crisis_es", "model", "model", 0.9)
    down = [reply("handover:bot_unavailable", "P1", safety=seen)]
    assert said(decide(down, Situation(), TEXTS)) == [("no puedo", "cannot answer")]
    after = Situation(open_level="P1", crisis_language="es")
    assert said(decide(None, after, TEXTS)) == [("no puedo", "cannot answer")]
    # One that the desk has no such text in leaves the chat's.
    french = [reply("handover:bot_unavailable", "P1", safety=replace(seen, category="crisis_fr"))]
    assert said(decide(french, Situation(), TEXTS)) == [("cannot answer", None)]
    assert said(decide(french, IN_SPANISH, TEXTS)) == [("no puedo", "cannot answer")]


def test_a_crisis_in_another_language_is_told_in_that_one_whatever_the_chat_is_in() -> None:
    texts = replace(
        TEXTS, after_reply={**TEXTS.after_reply, "fr": AfterReply("dite", "dit", "en vue")}
    )
    spoken = [reply("handover:crisis", "P1", safety=Safety("crisis_fr", "model", "r", 1.0))]
    assert said(decide(spoken, IN_SPANISH, texts))[1:] == [("dite", "crisis told")]


def test_an_answer_that_is_not_given_is_told_so_in_the_chats_language() -> None:
    withheld = reply("handover:request", "P3", basis={"withheld": ["answer:x"]})
    found = decide([replace(withheld, text="withheld")], IN_SPANISH, TEXTS)
    assert said(found) == [("no se da", "withheld"), ("dicho", "told")]
    assert (found.events[0].basis or {})["withheld"] == ["answer:x"]
    english = decide([replace(withheld, text="withheld")], Situation(), TEXTS)
    assert said(english) == [("withheld", None), ("told", None)]


@pytest.mark.parametrize("button", ["Talk to a person", "Hablar con una persona"])
def test_any_button_for_a_person_is_answered_in_spanish_in_a_chat_in_spanish(button: str) -> None:
    found = decide([reply("handover:request", "P3")], IN_SPANISH, SPOKEN, button)
    assert said(found) == [("claro", "text of handover:request"), ("dicho", "told")]


def test_other_wishes_for_a_person_keep_what_the_bot_says_of_them() -> None:
    found = decide([reply("handover:request", "P3")], IN_SPANISH, SPOKEN, "I'm not happy")
    assert said(found) == [("text of handover:request", None), ("dicho", "told")]
