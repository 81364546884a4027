"""The lines that the intents are trained on, read without Rasa."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from nightdesk.answers.topics import intent_of_answer, load_topics
from nightdesk_contract.answers import load_answers

_MARKED = re.compile(r"\[([^\]]+)\](?:\([^)]*\)|\{[^}]*\})")


class TrainingLinesError(ValueError):
    """A file of training lines cannot be used; says which and why."""


def load_training_lines(data: Path) -> list[tuple[str, str]]:
    """Give (intent, text) of every line under `nlu` in the data folder, then of added answers.

    Texts are as a visitor would write them, without the marks of entities. Raises
    TrainingLinesError naming the file, and AnswerError for an added answer.
    """
    lines = [
        (str(item["intent"]), text)
        for path, item in _items(data)
        if "intent" in item
        for text in _examples(path, item)
    ]
    added = load_answers(data)
    topics = known_topics(data) if added else {}
    for topic, answer in added.items():
        lines += [(intent_of_answer(topic, topics), text) for text in answer.examples]
    return lines


def synonym_names(data: Path) -> set[str]:
    """Give the names that synonyms stand for. Raises TrainingLinesError naming the file."""
    return {str(item["synonym"]) for _, item in _items(data) if "synonym" in item}


def without_marks(line: str) -> str:
    """Give a training line as a visitor would write it: `[PTSD](condition)` is `PTSD`."""
    return _MARKED.sub(r"\1", line)


def known_topics(data: Path) -> dict[str, dict[str, dict[str, str]]]:
    """Give the topics by group. Raises TrainingLinesError when their file cannot be used."""
    try:
        return load_topics(data)
    except (OSError, UnicodeDecodeError, yaml.YAMLError, AttributeError, TypeError) as error:
        raise TrainingLinesError(f"{data}: the topics cannot be read: {error}") from error


def _items(data: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    for path in sorted((data / "nlu").rglob("*.y*ml")):
        items = _read(path).get("nlu") or []
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise TrainingLinesError(f"{path}: `nlu` must be a list of mappings")
        yield from ((path, item) for item in items)


def _examples(path: Path, item: dict[str, Any]) -> list[str]:
    block = item.get("examples")
    if not isinstance(block, str):
        raise TrainingLinesError(f"{path}: {item['intent']}: `examples` must be a block of text")
    lines = (line.strip() for line in block.splitlines())
    return [without_marks(line[2:].strip()) for line in lines if line.startswith("- ")]


def _read(path: Path) -> dict[str, Any]:
    try:
        row = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise TrainingLinesError(f"{path}: cannot be read ({type(error).__name__})") from error
    if not isinstance(row, dict):
        raise TrainingLinesError(f"{path}: expected a mapping")
    return row
