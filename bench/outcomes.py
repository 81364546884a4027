"""What a visitor would get for what a pipeline understood: the rules and actions as one function.

The same for every pipeline, for a message that begins a conversation, and without servers. The
safety detector has no part in it, and every topic of logistics counts as answered by the clinic.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ANSWERABLE = ("faq_", "logistics_", "answers_")
"""How intents begin whose questions are answered."""

SEVERAL = "several_questions"
"""Our classifier's name for a message of several questions, which it lists."""

FALLBACK = "nlu_fallback"
_BY_NAME = {"logistics": "logistics:", "not_in_source": "not_in_source:", "answers": "answer:"}
_CONDITIONS = ("faq_conditions", "not_in_source_other_conditions")


@dataclass(frozen=True)
class Condition:
    """A condition found in a message: its canonical name, and as it is written there."""

    name: str
    written: str


@dataclass(frozen=True)
class Asked:
    """One of several questions in a message: its intent, and its part of the message."""

    intent: str
    text: str


@dataclass(frozen=True)
class Parsed:
    """What a pipeline understood of one message; `ranking` has confidences in 0..1, best first."""

    intent: str
    ranking: tuple[tuple[str, float], ...] = ()
    conditions: tuple[Condition, ...] = ()
    questions: tuple[Asked, ...] = ()


@dataclass(frozen=True)
class Replies:
    """Each response's outcome, and the conditions that the document names."""

    outcomes: Mapping[str, str]
    named: frozenset[str]


def read_parsed(row: Mapping[str, Any]) -> Parsed:
    """Read what Rasa gives for a parsed message."""
    text = str(row.get("text") or "")
    return Parsed(
        intent=(row.get("intent") or {}).get("name") or FALLBACK,
        ranking=tuple(
            (str(found["name"]), float(found["confidence"]))
            for found in row.get("intent_ranking") or ()
        ),
        conditions=tuple(
            Condition(str(found["value"]).lower(), text[found["start"] : found["end"]])
            for found in row.get("entities") or ()
            if found.get("entity") == "condition"
        ),
        questions=tuple(
            Asked(str(found["intent"]), str(found["text"])) for found in row.get("questions") or ()
        ),
    )


def load_replies(domain: Path, data: Path) -> Replies:
    """Read the domain's responses and the data folder's conditions.

    Raises OSError, yaml.YAMLError or KeyError when a file is not there or not whole.
    """
    responses = yaml.safe_load(domain.read_text(encoding="utf-8"))["responses"]
    conditions = yaml.safe_load((data / "source" / "conditions.yml").read_text(encoding="utf-8"))
    outcomes = {
        name: str(variations[0]["custom"]["outcome"])
        for name, variations in responses.items()
        if "custom" in variations[0]
    }
    return Replies(outcomes, frozenset(conditions["named_in_document"]))


def outcome_of(parsed: Parsed, replies: Replies) -> str:
    """Give the outcome of a message; of several questions the first speaks, as for the desk."""
    if parsed.questions:
        first = parsed.questions[0]
        found = [c.name for c in parsed.conditions if c.written in first.text]
        return _outcome(first.intent, found, replies)
    return _outcome(parsed.intent, [c.name for c in parsed.conditions], replies)


def answerable(parsed: Parsed) -> float:
    """Give how sure a pipeline is (0..1) that a message is one that can be answered.

    It is the sum of the confidences of answerable intents: two near ones that share a question
    do not make it a question about something else, and a sure "out of scope" counts as off-topic
    however sure it is. The fallback intent, which stands in the ranking with its threshold for a
    confidence, is passed over. Both pipelines rank ten intents.
    """
    asked = any(question.intent.startswith(ANSWERABLE) for question in parsed.questions)
    total = sum(
        confidence
        for name, confidence in parsed.ranking
        if name.startswith(ANSWERABLE) or (name == SEVERAL and asked)
    )
    return min(1.0, total)


def _outcome(intent: str, conditions: list[str], replies: Replies) -> str:
    if intent in _CONDITIONS:
        return _about_conditions(intent, conditions, replies)
    for group, outcome in _BY_NAME.items():
        if intent.startswith(f"{group}_"):
            return outcome + intent.removeprefix(f"{group}_")
    outcome = replies.outcomes.get(f"utter_{intent}", "unknown")
    # What an action answers is not here: what was not understood, and what leans on a topic before,
    # of which there is none yet. Both end in a question what is meant, which is no answer.
    return "unknown" if "{" in outcome else outcome


def _about_conditions(intent: str, conditions: list[str], replies: Replies) -> str:
    """Answered for what the document names; a condition that it does not name never is."""
    if any(name in replies.named for name in conditions):
        return replies.outcomes["utter_condition_named"]
    if not conditions and intent == "faq_conditions":
        return replies.outcomes["utter_faq_conditions"]
    return "not_in_source:other_conditions"
