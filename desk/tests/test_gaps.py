"""Turns without a good answer, by topic: pure decisions."""

from datetime import UTC, datetime, timedelta

import pytest

from nightdesk_desk.gaps import (
    NO_TOPIC,
    Gap,
    GapTurn,
    Kind,
    answered_topic,
    conversations_by_topic,
    counted,
    gap_of,
    missed_topics,
)

TOPICS = ["faq_safety", "faq_conditions", "cost", "mechanism"]
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


def turn(kind: Kind, topic: str, conversation: str = "a", seq: int = 2) -> GapTurn:
    return GapTurn(kind, topic, conversation, seq, NOON + timedelta(seconds=seq))


@pytest.mark.parametrize(
    ("outcome", "basis", "found"),
    [
        ("not_in_source:mechanism", None, [("not_covered", "mechanism")]),
        ("unknown", None, [("not_understood", NO_TOPIC)]),
        ("unknown", {"nearest": []}, [("not_understood", NO_TOPIC)]),
        ("unknown", {"nearest": ["cost", "mechanism"]}, [("not_understood", "cost")]),
        ("handover:request", {"nearest": ["cost"]}, [("not_understood", "cost")]),
        ("handover:request", None, []),
        (
            "handover:request",
            {"withheld": ["answer:utter_faq_safety", "clinic:cost", "added:parking"]},
            [("withheld", "faq_safety"), ("withheld", "cost"), ("withheld", "parking")],
        ),
        (
            "handover:request",
            {"withheld": ["answer:utter_condition_named", "answer:utter_faq_conditions"]},
            [("withheld", "faq_conditions")],
        ),
        ("handover:request", {"withheld": ["answer:safety"]}, [("withheld", "faq_safety")]),
    ],
)
def test_what_a_turn_without_an_answer_counts_for(
    outcome: str, basis: dict[str, object] | None, found: list[tuple[str, str]]
) -> None:
    assert missed_topics(outcome, basis, TOPICS) == found


@pytest.mark.parametrize(
    ("outcome", "basis", "topic"),
    [
        ("answer:safety", {"item": "answer:utter_faq_safety"}, "faq_safety"),
        ("answer:safety", None, "faq_safety"),
        ("answer:parking", {"item": "added:parking"}, "parking"),
        ("logistics:cost", None, "cost"),
        ("logistics:cost", {"item": "clinic:cost"}, "cost"),
        (
            "answer:treatment_resistant",
            {"item": "answer:utter_condition_named"},
            "faq_conditions",
        ),
    ],
)
def test_the_topic_of_an_answer(outcome: str, basis: dict[str, object] | None, topic: str) -> None:
    assert answered_topic(outcome, basis, TOPICS) == topic


def test_turns_are_counted_by_topic_and_kind() -> None:
    turns = [
        turn("not_covered", "mechanism", "a", 2),
        turn("not_covered", "mechanism", "a", 4),
        turn("not_understood", "mechanism", "b"),
        turn("not_helpful", "cost", "a"),
        turn("helpful", "cost", "b"),
        turn("withheld", "cost", "c"),
        turn("not_understood", NO_TOPIC, "d"),
    ]
    cost = Gap("cost", 2, 0, 0, 1, 1, 1)
    assert counted(turns) == [
        cost,
        Gap("mechanism", 2, 2, 1, 0, 0, 0),
        Gap(NO_TOPIC, 1, 0, 1, 0, 0, 0),
    ]
    assert gap_of("cost", turns) == cost
    assert conversations_by_topic(turns, "not_covered") == {"mechanism": 1}


def test_an_answer_that_only_helped_is_no_gap() -> None:
    assert counted([turn("helpful", "cost")]) == []
    assert gap_of("cost", []) == Gap("cost", 0, 0, 0, 0, 0, 0)
