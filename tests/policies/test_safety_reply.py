"""Which reply a safety intent gets, by what was said before."""

import pytest
import yaml

from nightdesk.policies.safety_reply import (
    FIRST_REPLY,
    LATER_REPLIES,
    UNCLEAR,
    meant_intent,
    safety_reply,
)
from tests.data.reading import read

FOLLOW_UPS = [name for name in read("domain.yml")["intents"] if name.startswith("followup_")]
LEANING = [*sorted(UNCLEAR), *FOLLOW_UPS]
CRISIS = ["utter_crisis"]
EMERGENCY = ["utter_crisis_emergency"]


@pytest.mark.parametrize(
    ("intent", "earlier", "reply"),
    [
        ("crisis", [], "utter_crisis"),
        ("crisis", ["utter_greet", "action_topic"], "utter_crisis"),
        ("crisis", ["utter_medical_advice"], "utter_crisis"),
        ("crisis", ["utter_not_judged"], "utter_crisis"),
        ("crisis", CRISIS, "utter_crisis_again"),
        ("crisis", [*CRISIS, "utter_faq_safety"], "utter_crisis_again"),
        ("crisis", [*CRISIS, "utter_crisis_again"], "utter_crisis_still_here"),
        (
            "crisis",
            [*CRISIS, "utter_crisis_again", "utter_crisis_still_here"],
            "utter_crisis_again",
        ),
        ("crisis", EMERGENCY, "utter_crisis_again"),
        ("crisis_emergency", [], "utter_crisis_emergency"),
        # An emergency after a crisis says something new: call 911 first.
        ("crisis_emergency", CRISIS, "utter_crisis_emergency"),
        (
            "crisis_emergency",
            [*CRISIS, "utter_crisis_again", "utter_crisis_still_here"],
            "utter_crisis_emergency",
        ),
        ("crisis_emergency", EMERGENCY, "utter_crisis_emergency_again"),
        ("crisis_emergency", [*EMERGENCY, *CRISIS], "utter_crisis_emergency_again"),
        ("medical_advice", [], "utter_medical_advice"),
        ("medical_advice", CRISIS, "utter_medical_advice"),
        ("medical_advice", ["utter_medical_advice"], "utter_medical_advice_again"),
        ("not_judged", [], "utter_not_judged"),
        ("not_judged", ["utter_not_judged"], "utter_not_judged"),
        ("faq_safety", CRISIS, None),
        ("nlu_fallback", [], None),
        ("", [], None),
        (None, CRISIS, None),
    ],
)
def test_reply(intent, earlier, reply):
    assert safety_reply(intent, earlier) == reply


@pytest.mark.parametrize("intent", ["crisis", "crisis_emergency"])
def test_the_same_text_never_comes_twice_running(intent):
    said: list[str] = []
    for _ in range(8):
        reply = safety_reply(intent, said)
        assert reply
        assert not said or reply != said[-1]
        said.append(reply)


@pytest.mark.parametrize("intent", LEANING)
@pytest.mark.parametrize(
    ("last", "meant"),
    [
        ("utter_crisis", "crisis"),
        ("utter_crisis_again", "crisis"),
        ("utter_crisis_still_here", "crisis"),
        ("utter_crisis_emergency", "crisis_emergency"),
        ("utter_crisis_emergency_again", "crisis_emergency"),
    ],
)
def test_what_is_unclear_right_after_a_crisis_reply_still_belongs_to_it(intent, last, meant):
    assert meant_intent(intent, ["utter_greet", last]) == meant


@pytest.mark.parametrize("intent", LEANING)
@pytest.mark.parametrize(
    "earlier",
    [
        [],
        ["utter_greet"],
        ["utter_medical_advice"],
        ["utter_crisis", "utter_greet"],
        ["utter_crisis", "action_followup"],
    ],
)
def test_what_is_unclear_elsewhere_stays_so(intent, earlier):
    assert meant_intent(intent, earlier) == intent


@pytest.mark.parametrize(
    "intent",
    ["faq_safety", "logistics_hours", "request_human", "crisis", "several_questions", "thanks"],
)
def test_what_is_clear_is_taken_at_its_word(intent):
    assert meant_intent(intent, CRISIS) == intent


def test_what_may_lean_on_a_crisis_is_what_the_model_can_say():
    assert len(FOLLOW_UPS) > 10
    assert set(UNCLEAR) - {"nlu_fallback"} <= set(read("domain.yml")["intents"])


def test_every_safety_intent_has_replies_that_the_domain_has(root):
    domain = yaml.safe_load((root / "domain.yml").read_text(encoding="utf-8"))
    assert set(FIRST_REPLY) == set(LATER_REPLIES)
    assert set(FIRST_REPLY) <= set(domain["intents"])
    for reply in {*FIRST_REPLY.values()}.union(*LATER_REPLIES.values()):
        assert reply in domain["responses"]
