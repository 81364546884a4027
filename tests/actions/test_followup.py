"""What "how long?", "is that safe?" and the like mean: the table, and the decision over it."""

import pytest

from actions.files import followups, questions
from actions.followup import (
    PREFIX,
    FollowUp,
    Meant,
    intents_named,
    load_followups,
    meant,
    topics_named,
)
from actions.reply import group_and_topic
from nightdesk_contract.outcome import LOGISTICS_TOPICS, PASSAGES
from tests.data.reading import examples, read, topic_names

TABLE = {
    "how_long": FollowUp({"safety": "faq_safety", "cost": "ask"}, None, ("faq_benefits",)),
    "how_much": FollowUp({"cost": "ask"}, "logistics_cost", ("logistics_cost",)),
    "why": FollowUp({}, "same", ("faq_what_is",)),
}


@pytest.fixture(scope="module")
def table():
    return load_followups(read("data/followups.yml"))


class TestDecision:
    @pytest.mark.parametrize(
        ("kind", "before", "intent"),
        [
            ("how_long", "answer:safety", "faq_safety"),
            ("how_much", "answer:safety", "logistics_cost"),
            ("how_much", "not_in_source:legality", "logistics_cost"),
            ("why", "answer:safety", "same"),
            ("why", "answer:parking", "same"),
        ],
    )
    def test_what_is_meant_after_a_topic(self, kind, before, intent):
        assert meant(PREFIX + kind, before, TABLE) == Meant(intent)

    @pytest.mark.parametrize("kind", TABLE)
    def test_without_a_topic_it_asks(self, kind):
        assert meant(PREFIX + kind, None, TABLE) == Meant(None, TABLE[kind].ask)

    @pytest.mark.parametrize(
        ("kind", "before"),
        [
            ("how_long", "answer:what_is"),  # the table does not say
            ("how_long", "logistics:cost"),  # the table says that it is not clear
            ("how_much", "logistics:cost"),  # also where it has one for any other topic
        ],
    )
    def test_where_the_table_gives_none_it_asks(self, kind, before):
        assert meant(PREFIX + kind, before, TABLE) == Meant(None, TABLE[kind].ask)

    @pytest.mark.parametrize("before", ["not_in_source:safety", "logistics:safety"])
    def test_the_topic_counts_and_not_whether_it_was_answered(self, before):
        assert meant("followup_how_long", before, TABLE) == Meant("faq_safety")

    def test_after_an_added_answer_nothing_general_is_meant(self):
        assert meant("followup_how_much", "answer:parking", TABLE) == Meant(
            None, ("logistics_cost",)
        )

    def test_a_kind_that_the_table_does_not_have(self):
        with pytest.raises(KeyError):
            meant("followup_whence", None, TABLE)


class TestTable:
    @pytest.mark.parametrize(
        ("kind", "before", "intent"),
        [
            ("how_long", "answer:rapid_relief", "faq_lasting_effects"),
            ("how_long", "logistics:session_length", "logistics_session_length"),
            ("how_long", "logistics:driving_home", "logistics_driving_home"),
            ("how_long", "logistics:number_of_sessions", "logistics_number_of_sessions"),
            ("how_soon", "answer:what_is", "faq_rapid_relief"),
            ("how_soon", "logistics:booking", "logistics_booking"),
            ("how_much", "logistics:session_length", "logistics_cost"),
            ("how_much", "logistics:cancel_reschedule", "logistics_cancel_reschedule"),
            ("how_many", "logistics:cost", "logistics_number_of_sessions"),
            ("how_many", "logistics:companion", "logistics_companion"),
            ("is_that_safe", "answer:rapid_relief", "faq_safety"),
            ("is_that_safe", "logistics:what_to_expect", "faq_safety"),
            ("is_that_safe", "logistics:driving_home", "logistics_driving_home"),
            ("side_effects_of_that", "answer:improved_mood", "faq_side_effects"),
            ("condition", "answer:treatment_resistant", "faq_conditions"),
            ("condition", "not_in_source:other_conditions", "faq_conditions"),
            ("who", "logistics:session_length", "logistics_who_administers"),
            ("who", "logistics:companion", "logistics_companion"),
            ("where", "logistics:hours", "logistics_location"),
            ("when", "logistics:location", "logistics_hours"),
            ("why", "answer:safety", "same"),
            ("more", "logistics:cost", "same"),
        ],
    )
    def test_what_visitors_mean(self, table, kind, before, intent):
        assert meant(PREFIX + kind, before, table) == Meant(intent)

    def test_without_context_always_a_clarifying_question(self, table):
        for kind in table:
            found = meant(PREFIX + kind, None, table)
            assert found.intent is None, kind
            assert 1 <= len(found.ask) <= 3, kind

    @pytest.mark.parametrize("kind", ["is_that_safe", "side_effects_of_that"])
    @pytest.mark.parametrize(
        "before",
        ["microdosing", "other_psychedelics", "other_treatments", "spravato_esketamine", "travel"],
    )
    def test_what_is_said_of_the_treatment_is_never_said_of_something_else(
        self, table, kind, before
    ):
        assert meant(PREFIX + kind, f"not_in_source:{before}", table).intent is None
        assert meant(PREFIX + kind, f"logistics:{before}", table).intent is None

    @pytest.mark.parametrize("topic", ["driving_home", "telehealth_home"])
    def test_what_the_clinic_has_not_filled_in_is_not_said_to_be_safe(self, table, topic):
        found = meant("followup_is_that_safe", f"not_in_source:{topic}", table)
        assert found.intent == f"logistics_{topic}"

    @pytest.mark.parametrize("kind", ["how_much", "how_long", "who", "where", "is_that_safe"])
    def test_after_an_added_answer_it_asks(self, table, kind):
        assert meant(PREFIX + kind, "answer:parking", table).intent is None

    def test_each_intent_that_it_leads_to_can_be_answered_and_shown(self, table, at_root):
        shown = questions()
        for intent in intents_named(table):
            assert group_and_topic(intent), intent
            assert intent in shown, intent

    def test_each_topic_that_it_leans_on_exists(self, table):
        known = {*PASSAGES, *LOGISTICS_TOPICS, *topic_names("not_in_source")}
        assert topics_named(table) <= known

    def test_each_passage_that_a_reply_rests_on_is_an_outcome(self):
        # The table's topics are what replies carry in their outcomes.
        carried = {
            variations[0]["custom"]["outcome"].partition(":")[2]
            for variations in read("domain.yml")["responses"].values()
        }
        assert {*PASSAGES} <= carried

    def test_a_topic_stands_once_in_each_kind(self, table):
        for kind, row in read("data/followups.yml").items():
            listed = [topic for topics in (row.get("after") or {}).values() for topic in topics]
            assert len(listed) == len(set(listed)), kind
            assert set(row) <= {"after", "any_topic", "ask"}, kind

    def test_each_kind_is_an_intent_with_lines_and_the_other_way_round(self, table):
        declared = {name for name in read("domain.yml")["intents"] if name.startswith(PREFIX)}
        assert {PREFIX + kind for kind in table} == declared
        for intent in declared:
            assert len(examples()[intent]) >= 30, intent

    def test_is_the_one_that_the_actions_read(self, table, at_root):
        followups.cache_clear()
        assert followups() == table


@pytest.mark.parametrize("row", [{"how_long": {}}, {"how_long": None}, {"how_long": {"ask": None}}])
def test_a_table_that_is_not_whole(row):
    with pytest.raises((KeyError, TypeError, AttributeError)):
        load_followups(row)
