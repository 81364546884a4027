"""What staff read for a topic: the question that stands for it, from `data/topics.yml`."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import yaml
from nightdesk_contract.texts import TextsError


class Topic(NamedTuple):
    """A topic's group in the file ("faq", "logistics", "not_in_source") and its question."""

    group: str
    question: str


def load_topics(path: Path) -> dict[str, Topic]:
    """Read the topics by name; of two with one name the first counts.

    Raises OSError when the file is not there, TextsError when a topic has no question.
    """
    try:
        groups = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise TextsError(f"{path.name}: not readable as YAML") from error
    topics: dict[str, Topic] = {}
    for group, rows in _mapping(groups, path, "the file").items():
        for name, row in _mapping(rows, path, group).items():
            question = _mapping(row, path, name).get("question")
            if not isinstance(question, str) or not question.strip():
                raise TextsError(f"{path.name}: no question under {name}")
            topics.setdefault(str(name), Topic(str(group), question.strip()))
    return topics


def _mapping(value: object, path: Path, where: object) -> Mapping[object, object]:
    if not isinstance(value, dict):
        raise TextsError(f"{path.name}: expected names with values in {where}")
    return value
