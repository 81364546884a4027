"""No text that a visitor can see breaks a rule of safe messaging."""

import pytest

from nightdesk_contract.safe_messaging import load_rules, unsafe_words
from tests.data.reading import read
from tests.data.visible import all_texts, name_of

RULES = load_rules()


def test_no_text_that_a_visitor_can_see_breaks_a_rule():
    found = {
        name_of(text): f"{unsafe.rule.id}: {unsafe.words!r}; instead: {unsafe.rule.instead}"
        for text in all_texts()
        for unsafe in unsafe_words(text.text, RULES, in_crisis=text.in_crisis)
    }
    assert found == {}


def test_texts_said_in_a_crisis_are_known_as_such():
    said = {text.text for text in all_texts() if text.in_crisis}
    desk = read("data/texts/desk.yml")
    for key in ("crisis_open", "handover_open", "bot_unavailable_again", "error_unavailable"):
        assert desk[key] in said
    strings = read("desk/widget/strings/en.json")
    launcher = read("desk/widget/strings/launcher.en.json")
    assert {launcher[key] for key in ("crisis_label", "down_here", "down_crisis")} <= said
    assert strings["down"] in said
    assert {r["text"] for r in read("data/texts/canned_replies.yml")["replies"]} <= said
    assert {row[0]["text"] for row in read("data/safety/replies.yml")["responses"].values()} <= said
    assert strings["starter_1"] not in said


@pytest.mark.parametrize("kind", ["committed_suicide", "addict", "promise", "minimises", "method"])
def test_what_is_looked_for_everywhere_is_not_for_crisis_texts_alone(kind: str):
    (rule,) = [rule for rule in RULES if rule.id == kind]
    assert not rule.in_crisis_only
