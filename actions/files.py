"""The data files that actions read, loaded once a process; clinic.yml again when it changes."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from actions.followup import FollowUp, load_followups
from actions.reply import Conditions, Material
from nightdesk.answers.topics import intent_name, load_topics
from nightdesk.run.places import Places
from nightdesk_contract.answers import AddedAnswer, load_answers
from nightdesk_contract.clinic import ClinicFile


@lru_cache(maxsize=1)
def clinic_file() -> ClinicFile:
    """Give the clinic's settings file ($NIGHTDESK_CLINIC or clinic.yml). Raises ClinicError."""
    return ClinicFile(Places.from_environment().clinic)


def data_folder() -> Path:
    """Give the data folder ($NIGHTDESK_DATA or data)."""
    return Places.from_environment().data


@lru_cache(maxsize=1)
def topic_phrases() -> dict[str, str]:
    """Give what a visitor calls each topic, by topic."""
    added = {answer.topic: answer.title for answer in added_answers().values()}
    return added | {topic: row["phrase"] for _, topic, row in _topics()}


@lru_cache(maxsize=1)
def questions() -> dict[str, str]:
    """Give what a visitor would tap, by intent.

    Under `<intent>:named` stands the question about one condition, with a field for it.
    """
    shown = {f"answers_{a.topic}": a.question for a in added_answers().values()}
    for group, topic, row in _topics():
        intent = intent_name(group, topic)
        shown[intent] = row["question"]
        if "named" in row:
            shown[f"{intent}:named"] = row["named"]
    return shown


@lru_cache(maxsize=1)
def added_answers() -> dict[str, AddedAnswer]:
    """Give the answers that the clinic added, by topic. Raises AnswerError."""
    return load_answers(data_folder())


@lru_cache(maxsize=1)
def followups() -> dict[str, FollowUp]:
    """Give what follow-up questions mean, by kind."""
    return load_followups(_yaml("followups.yml"))


@lru_cache(maxsize=1)
def conditions() -> Conditions:
    """Read the conditions of the source document."""
    row = _yaml("source/conditions.yml")
    named = dict(row["named_in_document"])
    return Conditions(tuple(named), {**row["display"], **named})


def material() -> Material:
    """Give all that there is to answer from, as it stands now."""
    return Material(clinic_file().current(), added_answers(), topic_phrases(), conditions())


def forget() -> None:
    """Read every file anew at its next use (for tests)."""
    for cached in (clinic_file, topic_phrases, questions, added_answers, followups, conditions):
        cached.cache_clear()


def _topics() -> list[tuple[str, str, Mapping[str, str]]]:
    groups = load_topics(data_folder())
    return [(group, topic, row) for group, rows in groups.items() for topic, row in rows.items()]


def _yaml(name: str) -> Any:
    return yaml.safe_load((data_folder() / name).read_text(encoding="utf-8"))
