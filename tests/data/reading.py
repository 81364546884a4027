"""Reading the project's data files for the checks on them."""

import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from nightdesk.answers.topics import TopicIntent, topic_intents
from nightdesk.nlu.training_lines import load_training_lines
from nightdesk.policies.safety_reply import SERIES
from nightdesk.safety.examples import load_examples

ROOT = Path(__file__).resolve().parents[2]
SAFETY_INTENTS = set(SERIES)
NEVER_TAUGHT = {*SAFETY_INTENTS, "several_questions", "other_language"}
"""Intents that components set, and no line is an example of."""


@cache
def read(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


def normal(text: str) -> str:
    """Give a text by its words alone: two lines that differ in marks or case are the same."""
    text = unicodedata.normalize("NFKC", text).casefold().replace("\u2019", "'")
    return " ".join(re.findall(r"[^\W_]+(?:'[^\W_]+)*", text))


@cache
def training_items() -> list[dict[str, Any]]:
    """Give every item under `nlu` in the training data."""
    files = sorted((ROOT / "data" / "nlu").rglob("*.yml"))
    return [item for path in files for item in read(str(path.relative_to(ROOT)))["nlu"]]


@cache
def examples() -> dict[str, list[str]]:
    """Give the training lines by intent."""
    found: dict[str, list[str]] = {}
    for intent, text in load_training_lines(ROOT / "data"):
        found.setdefault(intent, []).append(text)
    return found


@cache
def safety_examples() -> list[str]:
    return [example.text for example in load_examples(ROOT / "data" / "safety" / "examples")]


@cache
def rules() -> list[dict[str, Any]]:
    files = sorted((ROOT / "data" / "rules").rglob("*.yml"))
    return [rule for path in files for rule in read(str(path.relative_to(ROOT)))["rules"]]


def responses() -> dict[str, dict[str, Any]]:
    """Give the domain's responses (one variation each, which a test checks)."""
    return {name: variations[0] for name, variations in all_responses().items()}


def all_responses() -> dict[str, list[dict[str, Any]]]:
    """Give the domain's responses and safety's, with all their variations."""
    return {**read("domain.yml")["responses"], **read("data/safety/replies.yml")["responses"]}


def topic_names(group: str) -> list[str]:
    """Give the topics of a group in data/topics.yml."""
    return list(read("data/topics.yml")[group])


@cache
def topics() -> list[TopicIntent]:
    """Give the intents about topics that come with the project, without added answers."""
    return topic_intents(read("data/topics.yml"), [])


def domain_intents() -> list[str]:
    """Give every intent: those of the domain's file, and those about topics."""
    return [*read("domain.yml")["intents"], *(topic.intent for topic in topics())]
