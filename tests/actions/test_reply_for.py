"""What the actions say: pure decisions."""

import pytest

from actions.action_conditions import reply_for as conditions_reply
from actions.action_logistics import reply_for as logistics_reply
from actions.files import Conditions
from actions.topic import topic_of
from nightdesk_contract.clinic import Clinic

KNOWN = Conditions(
    named=frozenset({"depression", "ptsd", "ocd"}),
    display={"depression": "depression", "ptsd": "PTSD", "ocd": "OCD", "adhd": "ADHD"},
)
THAT = "using ketamine for that condition"


def clinic(**logistics: str) -> Clinic:
    return Clinic(
        name="x",
        country="US",
        time_zone="America/Chicago",
        hours="24/7",
        phone="(555) 010-0142",
        mode="demo",
        logistics=logistics,
    )


class TestConditions:
    @pytest.mark.parametrize(
        ("asked", "response", "fields"),
        [
            (["depression"], "utter_condition_named", {"named": "depression"}),
            (["PTSD"], "utter_condition_named", {"named": "PTSD"}),
            (["ptsd", "PTSD"], "utter_condition_named", {"named": "PTSD"}),
            (["ptsd", "ocd"], "utter_condition_named", {"named": "PTSD and OCD"}),
            (
                ["depression", "ptsd", "ocd"],
                "utter_condition_named",
                {"named": "depression, PTSD and OCD"},
            ),
            (["adhd"], "utter_condition_not_named", {"other": "ADHD"}),
            (["lupus"], "utter_condition_not_named", {"other": "lupus"}),
            (["adhd", "lupus"], "utter_condition_not_named", {"other": "ADHD and lupus"}),
            (
                ["adhd", "ptsd"],
                "utter_condition_partly_named",
                {"named": "PTSD", "other": "ADHD"},
            ),
            (
                ["lupus", "ocd", "adhd", "ptsd"],
                "utter_condition_partly_named",
                {"named": "OCD and PTSD", "other": "lupus and ADHD"},
            ),
        ],
    )
    @pytest.mark.parametrize("intent", ["faq_conditions", "not_in_source_other_conditions"])
    def test_by_what_the_document_names(self, asked, response, fields, intent):
        assert conditions_reply(intent, asked, KNOWN, THAT) == (response, fields)

    def test_which_conditions_at_all(self):
        assert conditions_reply("faq_conditions", [], KNOWN, THAT) == ("utter_faq_conditions", {})

    def test_a_condition_that_could_not_be_made_out_is_never_said_to_be_named(self):
        reply = conditions_reply("not_in_source_other_conditions", [], KNOWN, THAT)
        assert reply == ("utter_condition_not_named", {"other": THAT})


class TestLogistics:
    PHRASES = {"cost": "the cost of treatment", "hours": "opening hours"}  # noqa: RUF012

    def test_the_clinics_own_words(self):
        assert logistics_reply("cost", clinic(cost="It is $5."), self.PHRASES) == (
            "utter_logistics",
            {"topic": "cost", "answer": "It is $5."},
        )

    def test_a_topic_that_is_left_out_is_said_to_be_unknown(self):
        assert logistics_reply("hours", clinic(cost="It is $5."), self.PHRASES) == (
            "utter_logistics_unset",
            {"topic": "hours", "phrase": "opening hours"},
        )


class TestTopic:
    @pytest.mark.parametrize(
        ("intent", "group", "topic"),
        [
            ("logistics_cost", "logistics", "cost"),
            ("logistics_what_to_expect", "logistics", "what_to_expect"),
            ("not_in_source_age_groups", "not_in_source", "age_groups"),
        ],
    )
    def test_the_topic_of_an_intent(self, intent, group, topic):
        assert topic_of(intent, group) == topic

    @pytest.mark.parametrize("intent", [None, "", "faq_safety", "logistic_cost", "xlogistics_cost"])
    def test_another_intent_is_an_error(self, intent):
        with pytest.raises(ValueError, match="logistics"):
            topic_of(intent, "logistics")
