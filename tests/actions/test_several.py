"""Several questions of one message: each answered, in order, from its own source."""

import pytest

from actions.action_several import replies_to
from actions.followup import FollowUp
from actions.reply import Reply
from tests.actions.values import added, clinic, material

TABLE = {
    "how_long": FollowUp(
        {"rapid_relief": "faq_lasting_effects", "treatment_resistant": "faq_lasting_effects"},
        None,
        ("faq_lasting_effects",),
    ),
    "how_much": FollowUp({}, "logistics_cost", ("logistics_cost",)),
    "condition": FollowUp({}, "faq_conditions", ("faq_conditions",)),
    "why": FollowUp({}, "same", ("faq_benefits",)),
}
NAMED = "depression, PTSD and OCD"
MATERIAL = material(clinic(cost="It is $5.", hours="At nine."), added("parking", "Behind."))


def replies(*asked: tuple[str, str], named: tuple[tuple[str, str], ...] = ()) -> list[Reply]:
    rows = [{"intent": intent, "confidence": 0.9, "text": text} for intent, text in asked]
    return replies_to(rows, named, MATERIAL, TABLE)


def responses(*asked: tuple[str, str], named: tuple[tuple[str, str], ...] = ()) -> list[str]:
    return [reply.response for reply in replies(*asked, named=named)]


def test_each_is_answered_in_its_order():
    assert replies(
        ("logistics_cost", "how much"), ("faq_safety", "is it safe"), ("answers_parking", "parking")
    ) == [
        Reply("utter_logistics", {"topic": "cost", "answer": "It is $5."}),
        Reply("utter_faq_safety", {}),
        Reply("utter_added_answer", {"topic": "parking", "answer": "Behind."}),
    ]
    assert responses(("faq_safety", "x"), ("logistics_cost", "y"))[0] == "utter_faq_safety"


def test_what_nobody_has_answered_is_said_to_be_so_beside_an_answer():
    found = responses(("not_in_source_mechanism", "how does it work"), ("logistics_hours", "when"))
    assert found == ["utter_not_in_source", "utter_logistics"]


def test_the_same_reply_is_given_once():
    asked = [("faq_safety", "a"), ("logistics_cost", "b"), ("faq_safety", "c")]
    assert responses(*asked) == ["utter_faq_safety", "utter_logistics"]


def test_the_same_answer_for_two_topics_is_given_for_each():
    settings = clinic(cost="Call us.", insurance="Call us.")
    asked = [{"intent": f"logistics_{t}", "text": t} for t in ("cost", "insurance")]
    found = replies_to(asked, [], material(settings), TABLE)
    assert [reply.fields["topic"] for reply in found] == ["cost", "insurance"]


class TestConditions:
    def test_belong_to_their_part(self):
        found = replies(
            ("faq_conditions", "does it help with ptsd"),
            ("not_in_source_other_conditions", "can you treat ADHD"),
            named=(("ptsd", "ptsd"), ("ADHD", "adhd")),
        )
        assert found == [
            Reply("utter_condition_named", {"named": "PTSD"}),
            Reply("utter_condition_not_named", {"other": "ADHD", "named": NAMED}),
        ]

    def test_do_not_belong_to_other_questions(self):
        found = responses(
            ("faq_safety", "is it safe for ptsd"),
            ("faq_conditions", "what is it used for"),
            named=(("ptsd", "ptsd"),),
        )
        assert found == ["utter_faq_safety", "utter_faq_conditions"]

    def test_are_whole_words(self):
        found = replies(
            ("faq_conditions", "does it help symptoms of depression"),
            ("not_in_source_other_conditions", "and what of ms"),
            named=(("depression", "depression"), ("ms", "multiple sclerosis")),
        )
        assert found == [
            Reply("utter_condition_named", {"named": "depression"}),
            Reply("utter_condition_not_named", {"other": "multiple sclerosis", "named": NAMED}),
        ]

    def test_one_outside_every_question_belongs_to_the_first_about_conditions(self):
        # "i have ptsd. how much is it and does it help?"
        found = replies(
            ("logistics_cost", "how much is it"),
            ("faq_conditions", "does it help"),
            named=(("ptsd", "ptsd"),),
        )
        assert found[1] == Reply("utter_condition_named", {"named": "PTSD"})

    def test_one_whose_question_was_asked_before_is_not_lost(self):
        # "does it help ptsd? how much is it? and does it help adhd?" asks one intent twice.
        found = replies(
            ("faq_conditions", "does it help ptsd?"),
            ("logistics_cost", "how much is it?"),
            named=(("ptsd", "ptsd"), ("adhd", "adhd")),
        )
        assert found[0] == Reply("utter_condition_partly_named", {"named": "PTSD", "other": "ADHD"})


class TestFollowUpInside:
    @pytest.mark.parametrize(
        ("first", "second", "response"),
        [
            ("faq_rapid_relief", "followup_how_long", "utter_faq_lasting_effects"),
            # Answered from a passage of another name.
            ("faq_conditions", "followup_how_long", "utter_faq_lasting_effects"),
            ("faq_rapid_relief", "followup_how_much", "utter_logistics"),
            ("logistics_hours", "followup_condition", "utter_faq_conditions"),
        ],
    )
    def test_leans_on_the_question_before(self, first, second, response):
        assert responses((first, "x"), (second, "y"))[1] == response

    def test_leans_on_the_nearest(self):
        found = responses(
            ("faq_rapid_relief", "a"), ("logistics_hours", "b"), ("followup_how_long", "c")
        )
        # "how long" after the hours could mean anything: it is asked about, not dropped.
        assert found == ["utter_faq_rapid_relief", "utter_logistics", "utter_clarify"]

    def test_leans_on_what_another_one_meant(self):
        found = responses(
            ("faq_safety", "a"), ("followup_condition", "b"), ("followup_how_long", "c")
        )
        assert found[1:] == ["utter_faq_conditions", "utter_faq_lasting_effects"]

    def test_one_that_adds_nothing_is_passed_over(self):
        assert responses(("faq_safety", "a"), ("followup_why", "and why")) == ["utter_faq_safety"]


@pytest.mark.parametrize(
    "asked", [[], [("followup_how_long", "how long")], [("followup_why", "why")]]
)
def test_nothing_that_can_be_answered_is_an_error(asked):
    with pytest.raises(ValueError, match="no question"):
        replies(*asked)


def test_what_is_no_question_about_a_topic_is_an_error():
    with pytest.raises(ValueError, match="topic"):
        replies(("faq_safety", "a"), ("greet", "b"))
