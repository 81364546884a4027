"""Which reply a safety intent gets, by what was said before."""

import pytest

from nightdesk.policies.safety_reply import (
    SAFETY_REPLIES,
    SERIES,
    UNCLEAR,
    meant_intent,
    safety_reply,
)
from tests.data.reading import all_responses, read

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


def test_every_safety_intent_has_replies_that_the_domain_has():
    assert set(SERIES) <= set(read("domain.yml")["intents"])
    assert set(read("data/safety/replies.yml")["responses"]) == SAFETY_REPLIES
    assert set(all_responses()) >= SAFETY_REPLIES


@pytest.mark.parametrize(
    ("intent", "earlier", "reply"),
    [
        ("crisis_third_person", [], "utter_crisis_third_person"),
        (
            "crisis_third_person",
            ["utter_crisis_third_person"],
            "utter_crisis_third_person_again",
        ),
        # Nothing new: the same numbers, in a shorter text.
        ("crisis_third_person", CRISIS, "utter_crisis_third_person_again"),
        # A hotline that nobody has named yet, and poison help.
        ("crisis_abuse", CRISIS, "utter_crisis_abuse"),
        ("crisis_overdose", EMERGENCY, "utter_crisis_overdose"),
        ("crisis_overdose", ["utter_crisis_overdose"], "utter_crisis_emergency_again"),
        ("crisis_emergency", ["utter_crisis_overdose"], "utter_crisis_emergency_again"),
        ("crisis_body", CRISIS, "utter_crisis_body"),
        # The visitor's own language, once they write in it.
        ("crisis_es", CRISIS, "utter_crisis_es"),
        ("crisis_es", ["utter_crisis_es"], "utter_crisis_again_es"),
        ("crisis_emergency_de", ["utter_crisis_de"], "utter_crisis_emergency_de"),
        ("medical_advice_es", [], "utter_medical_advice_es"),
    ],
)
def test_reply_by_what_it_is_about(intent, earlier, reply):
    assert safety_reply(intent, earlier) == reply


@pytest.mark.parametrize("intent", [i for i in SERIES if i.startswith("crisis")])
def test_an_unclear_word_after_it_stays_with_it(intent):
    first = SERIES[intent].first
    meant = meant_intent("affirm", [first])
    assert meant is not None
    assert SERIES[meant].first == first
