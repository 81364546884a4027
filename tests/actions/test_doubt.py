"""What is done with a message that was not understood: a pure decision."""

import pytest

from actions.doubt import (
    CLEAR_ENOUGH,
    LIKELY,
    MOST_OPTIONS,
    RESPONSES,
    Doubt,
    in_doubt,
    nearest,
)
from tests.data.reading import read

TIE = [("nlu_fallback", 0.4), ("logistics_cost", 0.35), ("logistics_insurance", 0.3)]


def test_a_near_tie_offers_the_likely_questions_best_first():
    assert in_doubt(TIE, 0) == Doubt("ask", ("logistics_cost", "logistics_insurance"))


def test_what_is_unlikely_is_not_offered():
    ranking = [("logistics_cost", 0.35), ("faq_safety", LIKELY), ("faq_benefits", LIKELY - 0.01)]
    assert in_doubt(ranking, 0).options == ("logistics_cost", "faq_safety")


def test_never_more_than_three():
    ranking = [(f"logistics_{i}", 0.2) for i in range(5)]
    options = in_doubt(ranking, 0).options
    assert options == tuple(f"logistics_{i}" for i in range(MOST_OPTIONS))


def test_one_likely_question_may_be_asked_about():
    assert in_doubt([("faq_safety", 0.39), ("greet", 0.2)], 0) == Doubt("ask", ("faq_safety",))


def test_only_questions_about_topics_are_offered():
    ranking = [("greet", 0.35), ("nonsense", 0.3), ("followup_why", 0.3), ("faq_safety", 0.32)]
    assert in_doubt(ranking, 0).options == ("faq_safety",)


@pytest.mark.parametrize(
    "ranking",
    [
        [],
        [("nonsense", 0.9)],
        [("nlu_fallback", 0.6), ("greet", 0.3)],
        [("faq_safety", LIKELY - 0.01), ("faq_benefits", 0.1), ("logistics_cost", 0.1)],
        [("faq_safety", CLEAR_ENOUGH / 2 - 0.01), ("faq_benefits", CLEAR_ENOUGH / 2 - 0.01)],
    ],
)
def test_where_nothing_is_likely_it_says_that_it_did_not_understand(ranking):
    assert in_doubt(ranking, 0) == Doubt("unknown")


@pytest.mark.parametrize("ranking", [[], TIE])
def test_the_second_miss_offers_staff_and_the_third_hands_over(ranking):
    assert in_doubt(ranking, 1) == Doubt("offer_staff")
    assert in_doubt(ranking, 2) == Doubt("hand_over")
    assert in_doubt(ranking, 7) == Doubt("hand_over")


@pytest.mark.parametrize(
    ("ranking", "found"),
    [
        (TIE, "logistics_cost"),
        ([("greet", 0.5), ("faq_safety", 0.001)], "faq_safety"),
        ([("nlu_fallback", 0.6), ("followup_why", 0.3)], ""),
        ([], ""),
    ],
)
def test_the_nearest_topic_however_far(ranking, found):
    assert nearest(ranking) == found


def test_every_act_is_worded():
    responses = read("domain.yml")["responses"]
    assert set(RESPONSES.values()) <= set(responses)
    assert responses[RESPONSES["offer_staff"]][0]["custom"]["offers"] == "staff"
    outcome = responses[RESPONSES["hand_over"]][0]["custom"]["outcome"]
    assert outcome == "handover:request"
