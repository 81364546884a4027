"""What was said so far, from events as Rasa gives them."""

import pytest
from rasa.shared.core.events import BotUttered, UserUttered

from actions.history import (
    FORGOTTEN_AFTER,
    Turn,
    misses_before,
    offered,
    topic_before,
    turns_before,
)
from tests.actions.values import bot, talk, turn, user

RELIEF = turn("faq_rapid_relief", bot("answer:rapid_relief", passages=["rapid_relief"]))
THANKS = turn("thanks", bot("smalltalk"))
UNKNOWN = turn("nlu_fallback", bot("unknown", offers="staff"))


NOT_GIVEN = [{"event": "user", "metadata": {"not_given": True}}]


def topic(*turns: list[dict]) -> str | None:
    return topic_before(turns_before(talk(*turns)))


def misses(*turns: list[dict]) -> int:
    return misses_before(turns_before(talk(*turns)))


def offer(*turns: list[dict]) -> dict:
    return dict(offered(turns_before(talk(*turns, now="affirm"))))


class TestTurns:
    def test_are_what_was_asked_and_what_the_replies_were(self):
        first, second = turns_before(talk(RELIEF, THANKS))
        assert first == Turn(
            "faq_rapid_relief", ({"outcome": "answer:rapid_relief", "passages": ["rapid_relief"]},)
        )
        assert (second.intent, second.outcomes) == ("thanks", ["smalltalk"])

    def test_the_message_that_is_being_answered_is_none(self):
        assert turns_before(talk()) == []
        assert len(turns_before(talk(RELIEF))) == 1

    def test_several_replies_of_one_turn_keep_their_order(self):
        both = turn("several_questions", bot("logistics:cost"), bot("logistics:hours"))
        (found,) = turns_before(talk(both))
        assert found.outcomes == ["logistics:cost", "logistics:hours"]

    def test_replies_without_an_outcome_are_passed_over(self):
        (found,) = turns_before(talk(turn("greet", bot(None), bot("smalltalk"))))
        assert found.outcomes == ["smalltalk"]

    def test_what_the_bot_says_before_any_message_belongs_to_no_turn(self):
        assert turns_before([bot("smalltalk"), *talk(RELIEF)])[0].intent == "faq_rapid_relief"

    @pytest.mark.parametrize(
        "event",
        [
            {"event": "user"},
            {"event": "user", "parse_data": None},
            {"event": "user", "parse_data": {"intent": None}},
            {"event": "bot"},
            {"event": "bot", "data": None},
            {"event": "bot", "data": {"custom": "text"}},
            {},
        ],
        ids=repr,
    )
    def test_events_that_say_little_are_no_fault(self, event):
        assert turns_before([event, *talk(RELIEF)])[-1].outcomes == ["answer:rapid_relief"]
        assert turns_before([*RELIEF, event, user("greet")])[-1].outcomes in (
            [],
            ["answer:rapid_relief"],
        )

    def test_rasas_own_events_are_read(self):
        parsed = {"intent": {"name": "faq_safety", "confidence": 0.9}, "entities": []}
        said = UserUttered("is it safe", parsed["intent"], parse_data=parsed)
        replied = BotUttered("It is.", {"custom": {"outcome": "answer:safety"}, "buttons": None})
        events = [event.as_dict() for event in (said, replied, UserUttered("how long"))]
        assert turns_before(events) == [Turn("faq_safety", ({"outcome": "answer:safety"},))]


class TestTopic:
    @pytest.mark.parametrize(
        "outcome", ["answer:safety", "answer:parking", "logistics:cost", "not_in_source:legality"]
    )
    def test_is_that_of_the_reply_before(self, outcome):
        assert topic(turn("x", bot(outcome))) == outcome

    @pytest.mark.parametrize("outcome", ["smalltalk", "unknown", None])
    def test_none_where_no_reply_had_one(self, outcome):
        assert topic(turn("x", bot(outcome))) is None
        assert topic() is None

    def test_small_talk_between_does_not_matter(self):
        assert topic(RELIEF, THANKS) == "answer:rapid_relief"
        assert topic(RELIEF, THANKS, UNKNOWN) == "answer:rapid_relief"

    def test_the_latest_counts(self):
        assert topic(RELIEF, turn("logistics_cost", bot("logistics:cost"))) == "logistics:cost"

    def test_of_several_replies_the_last_counts(self):
        both = turn("several_questions", bot("logistics:cost"), bot("answer:safety"))
        assert topic(both) == "answer:safety"

    def test_too_long_ago_is_forgotten(self):
        assert topic(RELIEF, *[THANKS] * (FORGOTTEN_AFTER - 1)) == "answer:rapid_relief"
        assert topic(RELIEF, *[THANKS] * FORGOTTEN_AFTER) is None

    @pytest.mark.parametrize("reason", ["crisis", "medical_advice", "request", "bot_unavailable"])
    def test_a_hand_over_ends_it(self, reason):
        handed = turn("x", bot(f"handover:{reason}", level="P1"))
        assert topic(RELIEF, handed) is None
        assert topic(RELIEF, handed, THANKS) is None
        assert topic(handed, RELIEF) == "answer:rapid_relief"

    def test_a_hand_over_in_the_same_turn_ends_it_too(self):
        assert topic(turn("x", bot("answer:safety"), bot("handover:request"))) is None


class TestMisses:
    @pytest.mark.parametrize(
        ("turns", "count"),
        [
            ([], 0),
            ([RELIEF], 0),
            ([UNKNOWN], 1),
            ([UNKNOWN, UNKNOWN], 2),
            ([RELIEF, UNKNOWN], 1),
            ([UNKNOWN, RELIEF], 0),
            ([UNKNOWN, THANKS, UNKNOWN], 1),
            ([UNKNOWN, turn("x", bot("handover:request"))], 0),
        ],
    )
    def test_count_in_a_row(self, turns, count):
        assert misses(*turns) == count


class TestOffers:
    def test_of_staff(self):
        assert offer(UNKNOWN) == {"offers": "staff"}

    def test_of_questions(self):
        asked = turn("nlu_fallback", bot("unknown", options="faq_safety,logistics_cost"))
        assert offer(asked) == {"options": "faq_safety,logistics_cost"}

    def test_only_of_the_turn_just_before(self):
        assert offer(UNKNOWN, THANKS) == {}
        assert offer() == {}

    def test_of_several_replies_in_one_turn(self):
        both = turn("several_questions", bot("unknown", offers="staff"), bot("logistics:cost"))
        assert offer(both) == {"offers": "staff"}


class TestAnAnswerThatWasNotGiven:
    """The desk kept it back, as nobody has signed it: staff have the question."""

    def test_nothing_leans_on_it(self):
        turns = turns_before([*RELIEF, *NOT_GIVEN])
        assert [turn.outcomes for turn in turns] == [["handover:request"]]
        assert topic_before(turns) is None

    def test_what_it_offered_was_not_offered(self):
        asked = turn("nlu_fallback", bot("answer:safety", offers="staff"))
        assert offered(turns_before([*asked, *NOT_GIVEN])) == {}

    def test_only_the_turn_before_is_meant(self):
        turns = turns_before([*RELIEF, *THANKS, *NOT_GIVEN])
        assert [turn.outcomes for turn in turns] == [["answer:rapid_relief"], ["handover:request"]]

    def test_with_nothing_before_it_changes_nothing(self):
        assert turns_before(NOT_GIVEN) == []

    @pytest.mark.parametrize("metadata", [None, {}, {"not_given": "yes"}, {"earlier": ["hm"]}])
    def test_any_other_metadata_says_nothing_of_it(self, metadata):
        turns = turns_before([*RELIEF, {"event": "user", "metadata": metadata}])
        assert topic_before(turns) == "answer:rapid_relief"
