"""Which reply a safety intent gets, by what was said before."""

import pytest

from nightdesk.policies.safety_reply import (
    CRISIS_REPLIES,
    MANNERS,
    RECENT,
    SAFETY_REPLIES,
    SERIES,
    SURE,
    UNCLEAR,
    meant_intent,
    reply_to,
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
        # An emergency after a crisis says something new, in a shorter text: call 911 first.
        ("crisis_emergency", CRISIS, "utter_crisis_emergency_again"),
        (
            "crisis_emergency",
            [*CRISIS, "utter_crisis_again", "utter_crisis_still_here"],
            "utter_crisis_emergency_again",
        ),
        # Said again, still without an "if" before the number.
        (
            "crisis_emergency",
            [*CRISIS, "utter_crisis_emergency_again"],
            "utter_crisis_emergency_still_here",
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
        ("utter_crisis_thanks", "crisis"),
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
    ["faq_safety", "logistics_hours", "request_human", "crisis", "several_questions"],
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
        ("crisis_abuse", CRISIS, "utter_crisis_abuse_again"),
        ("crisis_overdose", EMERGENCY, "utter_crisis_overdose_again"),
        ("crisis_overdose", ["utter_crisis_overdose"], "utter_crisis_overdose_again"),
        ("crisis_emergency", ["utter_crisis_overdose"], "utter_crisis_emergency_again"),
        ("crisis_body", CRISIS, "utter_crisis_body_again"),
        # In danger now after a crisis of the same sort: call now, without an "if".
        ("crisis_abuse_emergency", ["utter_crisis_abuse"], "utter_crisis_abuse_emergency_again"),
        ("crisis_others_emergency", ["utter_crisis_others"], "utter_crisis_others_emergency_again"),
        ("crisis_emergency", ["utter_crisis_abuse"], "utter_crisis_emergency_again"),
        (
            "crisis_third_person_emergency",
            ["utter_crisis_third_person_emergency"],
            "utter_crisis_third_person_emergency_again",
        ),
        ("medical_advice", ["utter_medical_advice"] * 2, "utter_medical_advice_again"),
        (
            "medical_advice",
            ["utter_medical_advice", "utter_medical_advice_again", "action_topic"],
            "utter_medical_advice_still",
        ),
        ("medical_advice_es", ["utter_medical_advice_es"], "utter_medical_advice_again_es"),
        # The visitor's own language, once they write in it.
        ("crisis_es", CRISIS, "utter_crisis_again_es"),
        ("crisis_es", ["utter_crisis_es"], "utter_crisis_again_es"),
        ("crisis_emergency_de", ["utter_crisis_de"], "utter_crisis_emergency_again_de"),
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


@pytest.mark.parametrize("intent", [i for i in SERIES if i.startswith("crisis")])
def test_within_a_talk_it_stays_what_it_was_when_texts_are_shared(intent):
    said: list[str] = []
    for _ in range(5):
        said.append(str(safety_reply(intent, said)))
        assert meant_intent("deny", said) == intent


def test_no_two_kinds_share_what_they_say_first_or_second():
    crises = [series for series in SERIES.values() if series.intent.startswith("crisis")]
    assert sum(len(series.own) for series in crises) == len(
        frozenset().union(*(series.own for series in crises))
    )


def test_a_crisis_that_began_as_another_stays_what_it_became():
    said = ["utter_crisis", "utter_crisis_overdose_again", "utter_crisis_emergency_still_here"]
    assert meant_intent("deny", said) == "crisis_overdose"
    assert meant_intent("nlu_fallback", said, taken_back=True) == "crisis_overdose"
    assert meant_intent("deny", ["utter_crisis_third_person", "utter_crisis_thanks"]) == (
        "crisis_third_person"
    )


@pytest.mark.parametrize("intent", ["faq_benefits", "logistics_contact", "several_questions"])
def test_a_question_right_after_a_crisis_reply_is_answered_only_when_it_is_surely_one(intent):
    assert meant_intent(intent, EMERGENCY, confidence=SURE) == intent
    assert meant_intent(intent, EMERGENCY, confidence=SURE - 0.01) == "crisis_emergency"
    # A reply later the talk has moved on.
    assert meant_intent(intent, [*EMERGENCY, "action_topic"], confidence=0.6) == intent


@pytest.mark.parametrize("intent", ["request_human", "medical_advice", "not_judged"])
def test_a_wish_for_a_person_and_safety_itself_need_no_confidence(intent):
    assert meant_intent(intent, CRISIS, confidence=0.1) == intent


class TestManners:
    @pytest.mark.parametrize(("intent", "reply"), MANNERS.items())
    def test_thanks_and_are_you_a_person_get_warm_words_of_their_own(self, intent, reply):
        meant = meant_intent(intent, CRISIS)
        assert meant == "crisis"
        assert reply_to(intent, meant, CRISIS) == reply
        # Said once more: another text, and never small talk.
        assert reply_to(intent, meant, [*CRISIS, reply]) in SERIES["crisis"].later

    @pytest.mark.parametrize("intent", MANNERS)
    def test_in_another_language_they_get_a_text_in_it(self, intent):
        said = ["utter_crisis_es"]
        assert reply_to(intent, meant_intent(intent, said), said) == "utter_crisis_again_es"

    @pytest.mark.parametrize("intent", MANNERS)
    @pytest.mark.parametrize("earlier", [[], ["utter_greet"], ["utter_medical_advice"]])
    def test_elsewhere_they_are_small_talk(self, intent, earlier):
        assert reply_to(intent, meant_intent(intent, earlier), earlier) is None


class TestTakenBack:
    INTENTS = ("faq_safety", "thanks", "nlu_fallback", "medical_advice", "logistics_cost", "deny")

    @pytest.mark.parametrize("intent", INTENTS)
    @pytest.mark.parametrize(
        "series", [s for s in SERIES.values() if s.intent.startswith("crisis")]
    )
    def test_right_after_a_crisis_reply_it_gets_another_crisis_text(self, intent, series):
        said = [series.first]
        meant = meant_intent(intent, said, taken_back=True)
        assert meant == series.intent
        reply = safety_reply(meant, said)
        assert reply in CRISIS_REPLIES - {series.first}
        assert SERIES[str(meant)].level == series.level

    def test_a_question_in_between_does_not_end_the_crisis(self):
        said = ["utter_crisis_emergency", "action_topic", "action_topic"]
        assert meant_intent("faq_safety", said, taken_back=True) == "crisis_emergency"

    @pytest.mark.parametrize(
        "earlier", [[], ["utter_greet"], ["utter_crisis", *["action_topic"] * RECENT]]
    )
    def test_without_a_crisis_just_before_it_is_taken_at_its_word(self, earlier):
        assert meant_intent("faq_safety", earlier, taken_back=True) == "faq_safety"

    def test_a_new_crisis_is_never_taken_back(self):
        said = ["utter_crisis"]
        assert meant_intent("crisis_emergency", said, taken_back=True) == "crisis_emergency"
