"""Which intents there are about topics, and which action answers each: pure readings of files.

Topics stand in `data/topics.yml`; a clinic's added answers stand in `data/answers`, one file each.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from nightdesk_contract.answers import AddedAnswer

ACTION = "action_topic"
FILE = "topics.yml"
GENERAL = "answers"
"""The group of added answers whose topic is in no other group."""

FROM_SETTINGS = frozenset({"faq_conditions"})
"""FAQ intents whose answer depends on what was asked, so that an action gives it."""


@dataclass(frozen=True)
class TopicIntent:
    """An intent about a topic and the action or response that answers it."""

    intent: str
    action: str


def load_topics(data: Path) -> dict[str, dict[str, dict[str, str]]]:
    """Read the topics by group. Raises OSError, yaml.YAMLError or AttributeError."""
    groups: dict[str, dict[str, Any]] = yaml.safe_load((data / FILE).read_text(encoding="utf-8"))
    return {group: dict(rows) for group, rows in groups.items()}


def intent_name(group: str, topic: str) -> str:
    """Give the intent of a topic: FAQ topics already carry their group."""
    return topic if topic.startswith(f"{group}_") else f"{group}_{topic}"


def tapped_questions(topics: Mapping[str, Mapping[str, Mapping[str, str]]]) -> dict[str, str]:
    """Give the questions that visitors tap, with their intents."""
    return {
        row["question"]: intent_name(group, topic)
        for group, rows in topics.items()
        for topic, row in rows.items()
    }


def intent_of_answer(topic: str, topics: Mapping[str, Iterable[str]]) -> str:
    """Give the intent that an added answer's examples belong to.

    A topic that we already know by name (mechanism, parking …) keeps its intent.
    """
    for group, known in topics.items():
        if topic in known:
            return intent_name(group, topic)
    return f"{GENERAL}_{topic}"


def topic_intents(
    topics: Mapping[str, Iterable[str]], answers: Iterable[AddedAnswer]
) -> list[TopicIntent]:
    """Give every intent about a topic, once, with what answers it."""
    names = [intent_name(group, topic) for group, known in topics.items() for topic in known]
    names += [intent_of_answer(answer.topic, topics) for answer in answers]
    return [TopicIntent(name, _action(name)) for name in dict.fromkeys(names)]


def _action(intent: str) -> str:
    # An FAQ's answer is served by Rasa itself: it stands even while the action server is down.
    plain = intent.startswith("faq_") and intent not in FROM_SETTINGS
    return f"utter_{intent}" if plain else ACTION
