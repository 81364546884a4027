"""No intent is drowned by another: a topic with few lines loses to its neighbours."""

import pytest

from nightdesk.nlu.training_lines import load_training_lines
from tests.data.reading import ROOT, normal

TOPICS = ("faq_", "logistics_", "not_in_source_")
FEWEST = 40
"""Lines of a topic. Below it cross-validation loses a fifth of them, and more to its neighbours."""

MOST = 12
"""How many times as many lines as the smallest topic an intent may have."""

EVERYTHING_ELSE = "out_of_scope"
"""All that is none of our topics needs the breadth of many; classes are weighted when trained."""


@pytest.fixture(scope="module")
def counts():
    """The different lines of each intent, without those that a clinic has added."""
    lines: dict[str, set[str]] = {}
    for intent, text in load_training_lines(ROOT / "data"):
        if not intent.startswith("answers_"):
            lines.setdefault(intent, set()).add(normal(text) or text)
    return {intent: len(texts) for intent, texts in lines.items()}


def test_no_topic_is_starved(counts):
    topics = {intent: n for intent, n in counts.items() if intent.startswith(TOPICS)}
    assert len(topics) > 40
    assert {intent: n for intent, n in topics.items() if n < FEWEST} == {}


def test_no_intent_outweighs_the_smallest_topic_too_much(counts):
    smallest = min(n for intent, n in counts.items() if intent.startswith(TOPICS))
    ours = {intent: n for intent, n in counts.items() if intent != EVERYTHING_ELSE}
    assert {intent: n for intent, n in ours.items() if n > MOST * smallest} == {}
