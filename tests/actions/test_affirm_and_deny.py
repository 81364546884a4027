""" "Yes", "no" and "none of these", by what was offered: pure decisions."""

import pytest

from actions.action_affirm import taken_up
from actions.action_deny import declined
from actions.reply import Reply, reply_about
from tests.actions.values import clinic, material

MATERIAL = material(clinic(cost="It is $5."))
STAFF = {"offers": "staff"}
ONE = {"options": "logistics_cost"}
TWO = {"options": "logistics_cost,faq_safety"}
NO_OFFERS = [{}, {"options": ""}, {"options": None}, {"offers": None}, {"offers": "tea"}]


class TestYes:
    def test_to_a_person_gets_one(self):
        assert taken_up(STAFF, MATERIAL) == Reply("utter_request_human", {})

    def test_to_the_one_question_that_was_asked_about_gets_its_answer(self):
        reply = Reply("utter_logistics", {"topic": "cost", "answer": "It is $5."})
        assert taken_up(ONE, MATERIAL) == reply
        assert taken_up({**ONE, **STAFF}, MATERIAL) == reply

    def test_to_the_question_about_one_condition_is_about_that_one(self):
        offer = {"options": "faq_conditions", "about": "ptsd"}
        assert taken_up(offer, MATERIAL) == reply_about("faq_conditions", ["ptsd"], MATERIAL)
        assert taken_up(offer, MATERIAL) != reply_about("faq_conditions", [], MATERIAL)

    def test_to_several_questions_is_asked_which(self):
        assert taken_up(TWO, MATERIAL) == Reply("utter_which", {})

    def test_to_a_person_or_several_questions_gets_a_person(self):
        assert taken_up({**TWO, **STAFF}, MATERIAL) == Reply("utter_request_human", {})

    @pytest.mark.parametrize("offer", NO_OFFERS)
    def test_to_nothing_hands_nobody_over(self, offer):
        assert taken_up(offer, MATERIAL) == Reply("utter_affirm", {})


class TestNo:
    @pytest.mark.parametrize(
        ("intent", "offer", "response"),
        [
            ("deny", STAFF, "utter_deny"),
            ("deny", {}, "utter_deny"),
            ("deny", ONE, "utter_offer_staff"),
            ("deny", TWO, "utter_offer_staff"),
            ("none_of_these", ONE, "utter_none_of_these"),
            ("none_of_these", TWO, "utter_none_of_these"),
            ("none_of_these", {}, "utter_offer_staff"),
            ("none_of_these", STAFF, "utter_none_of_these"),
        ],
    )
    def test_by_what_was_offered(self, intent, offer, response):
        fields = {"nearest": ""} if response == "utter_offer_staff" else {}
        assert declined(intent, offer) == Reply(response, fields)

    @pytest.mark.parametrize("offer", NO_OFFERS)
    @pytest.mark.parametrize("intent", ["deny", "none_of_these"])
    def test_to_nothing_hands_nobody_over(self, intent, offer):
        assert declined(intent, offer).response in ("utter_deny", "utter_offer_staff")
