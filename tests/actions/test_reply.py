"""What the bot says to a question about one topic: pure decisions."""

import pytest

from actions.reply import Reply, group_and_topic, reply_about
from tests.actions.values import added, clinic, material

MATERIAL = material()
NAMED = "depression, PTSD and OCD"


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
            (["adhd"], "utter_condition_not_named", {"other": "ADHD", "named": NAMED}),
            (["lupus"], "utter_condition_not_named", {"other": "lupus", "named": NAMED}),
            (
                ["adhd", "lupus"],
                "utter_condition_not_named",
                {"other": "ADHD and lupus", "named": NAMED},
            ),
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
        assert reply_about(intent, asked, MATERIAL) == Reply(response, fields)

    def test_which_conditions_at_all(self):
        assert reply_about("faq_conditions", [], MATERIAL) == Reply("utter_faq_conditions", {})

    def test_a_condition_that_could_not_be_made_out_is_never_said_to_be_named(self):
        reply = reply_about("not_in_source_other_conditions", [], MATERIAL)
        fields = {"other": "using ketamine for that condition", "named": NAMED}
        assert reply == Reply("utter_condition_not_named", fields)

    @pytest.mark.parametrize(
        ("intent", "asked"),
        [
            ("not_in_source_other_conditions", []),
            ("not_in_source_other_conditions", ["adhd"]),
            ("faq_conditions", ["adhd"]),
        ],
    )
    def test_what_the_clinic_says_of_other_conditions_comes_instead_of_not_named(
        self, intent, asked
    ):
        settings = clinic(topics={"other_conditions": "We also treat migraine."})
        assert reply_about(intent, asked, material(settings)) == Reply(
            "utter_logistics", {"topic": "other_conditions", "answer": "We also treat migraine."}
        )

    @pytest.mark.parametrize(
        ("asked", "response"),
        [
            (["ptsd"], "utter_condition_named"),
            (["ptsd", "adhd"], "utter_condition_partly_named"),
        ],
    )
    @pytest.mark.parametrize("intent", ["faq_conditions", "not_in_source_other_conditions"])
    def test_what_the_document_names_is_still_answered_from_it(self, intent, asked, response):
        settings = clinic(topics={"other_conditions": "We also treat migraine."})
        assert reply_about(intent, asked, material(settings)).response == response

    @pytest.mark.parametrize("intent", ["faq_conditions", "not_in_source_other_conditions"])
    def test_so_does_an_answer_that_was_added_about_other_conditions(self, intent):
        also = material(None, added("other_conditions"))
        assert reply_about(intent, ["adhd"], also).response == "utter_added_answer"
        assert reply_about(intent, ["ptsd"], also).response == "utter_condition_named"


class TestTheClinicsSettings:
    def test_its_own_words(self):
        assert reply_about("logistics_cost", [], material(clinic(cost="It is $5."))) == Reply(
            "utter_logistics", {"topic": "cost", "answer": "It is $5."}
        )

    def test_a_topic_that_is_left_out_is_said_to_be_unknown(self):
        assert reply_about("logistics_hours", [], material(clinic(cost="It is $5."))) == Reply(
            "utter_logistics_unset", {"topic": "hours", "phrase": "opening hours"}
        )

    def test_a_topic_outside_the_document_that_it_has_filled_in(self):
        settings = clinic(topics={"mechanism": "We explain it."})
        assert reply_about("not_in_source_mechanism", [], material(settings)) == Reply(
            "utter_logistics", {"topic": "mechanism", "answer": "We explain it."}
        )

    def test_a_topic_that_nobody_has_filled_in(self):
        assert reply_about("not_in_source_mechanism", [], MATERIAL) == Reply(
            "utter_not_in_source", {"topic": "mechanism", "phrase": "how it works in the brain"}
        )

    def test_an_answer_that_shows_nothing_is_none(self):
        settings = clinic(topics={"mechanism": ""}, cost="")
        assert reply_about("logistics_cost", [], material(settings)).response == (
            "utter_logistics_unset"
        )
        assert reply_about("not_in_source_mechanism", [], material(settings)).response == (
            "utter_not_in_source"
        )


class TestAddedAnswers:
    @pytest.mark.parametrize(
        ("intent", "topic"),
        [
            ("answers_parking", "parking"),
            ("logistics_cost", "cost"),
            ("not_in_source_mechanism", "mechanism"),
            ("not_in_source_other_conditions", "other_conditions"),
        ],
    )
    def test_come_before_everything_else(self, intent, topic):
        settings = clinic(topics={"mechanism": "x", "other_conditions": "x"}, cost="x", parking="x")
        reply = reply_about(intent, [], material(settings, added(topic, "Added words.")))
        assert reply == Reply("utter_added_answer", {"topic": topic, "answer": "Added words."})

    def test_say_nothing_about_other_topics(self):
        reply = reply_about("logistics_cost", [], material(clinic(cost="x"), added("parking")))
        assert reply.response == "utter_logistics"

    def test_one_that_is_gone_is_said_not_to_be_there(self):
        # The model knows the intent until the next training.
        assert reply_about("answers_free_parking", [], MATERIAL) == Reply(
            "utter_not_in_source", {"topic": "free_parking", "phrase": "free parking"}
        )


@pytest.mark.parametrize("intent", ["faq_safety", "faq_side_effects", "faq_benefits"])
def test_what_the_document_answers_is_worded_in_the_domain(intent):
    assert reply_about(intent, ["adhd"], MATERIAL) == Reply(f"utter_{intent}", {})


@pytest.mark.parametrize(
    "intent",
    [
        *("", "greet", "crisis", "nlu_fallback", "followup_how_long", "several_questions"),
        *("logistic_cost", "xlogistics_cost", "logisticscost"),
    ],
)
def test_another_intent_is_an_error_and_no_guess(intent):
    assert group_and_topic(intent) is None
    with pytest.raises(ValueError, match="topic"):
        reply_about(intent, [], MATERIAL)


@pytest.mark.parametrize(
    ("intent", "found"),
    [
        ("faq_side_effects", ("faq", "side_effects")),
        ("logistics_what_to_expect", ("logistics", "what_to_expect")),
        ("not_in_source_age_groups", ("not_in_source", "age_groups")),
        ("answers_parking", ("answers", "parking")),
    ],
)
def test_group_and_topic_of_an_intent(intent, found):
    assert group_and_topic(intent) == found
