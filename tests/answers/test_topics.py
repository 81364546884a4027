"""Which intents there are about topics, and what answers each."""

import pytest
import yaml

from nightdesk.answers.topics import (
    ACTION,
    TopicIntent,
    intent_name,
    intent_of_answer,
    load_topics,
    topic_intents,
)
from tests.actions.values import added
from tests.data.reading import ROOT, read

TOPICS = {
    "faq": ["faq_safety", "faq_conditions"],
    "logistics": ["cost"],
    "not_in_source": ["mechanism"],
}


@pytest.mark.parametrize(
    ("group", "topic", "intent"),
    [
        ("faq", "faq_safety", "faq_safety"),
        ("logistics", "cost", "logistics_cost"),
        ("not_in_source", "mechanism", "not_in_source_mechanism"),
    ],
)
def test_the_intent_of_a_topic(group, topic, intent):
    assert intent_name(group, topic) == intent


@pytest.mark.parametrize(
    ("topic", "intent"),
    [
        ("cost", "logistics_cost"),
        ("mechanism", "not_in_source_mechanism"),
        ("parking", "answers_parking"),
    ],
)
def test_an_added_answer_keeps_the_intent_of_a_topic_that_is_known(topic, intent):
    assert intent_of_answer(topic, TOPICS) == intent


def test_what_answers_each():
    assert topic_intents(TOPICS, [added("parking")]) == [
        # Served by Rasa itself: it stands even while the action server is down.
        TopicIntent("faq_safety", "utter_faq_safety"),
        TopicIntent("faq_conditions", ACTION),
        TopicIntent("logistics_cost", ACTION),
        TopicIntent("not_in_source_mechanism", ACTION),
        TopicIntent("answers_parking", ACTION),
    ]


def test_an_answer_to_a_known_topic_adds_no_second_intent():
    names = [t.intent for t in topic_intents(TOPICS, [added("cost"), added("mechanism")])]
    assert names == [t.intent for t in topic_intents(TOPICS, [])]


def test_the_projects_own_topics_are_answered_by_what_the_domain_has():
    domain = read("domain.yml")
    known = {*domain["actions"], *domain["responses"]}
    intents = topic_intents(load_topics(ROOT / "data"), [])
    assert len(intents) > 60
    assert {topic.action for topic in intents} <= known


@pytest.mark.parametrize(
    ("content", "error"),
    [("a: [", yaml.YAMLError), ("- a", AttributeError), ("", AttributeError), (None, OSError)],
)
def test_topics_that_cannot_be_read(tmp_path, content, error):
    if content is not None:
        (tmp_path / "topics.yml").write_text(content)
    with pytest.raises(error):
        load_topics(tmp_path)
