"""Answers that a clinic adds: one file each in `data/answers`, with its examples and its source."""

import datetime
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nightdesk_contract.checked_yaml import FileError, read_yaml
from nightdesk_contract.outcome import PASSAGES, is_name
from nightdesk_contract.passages import Passage
from nightdesk_contract.problems import Problem, kind_of, schema_problems, shown
from nightdesk_contract.sources import FILE as SOURCES
from nightdesk_contract.sources import dated, load_served, load_sources

SCHEMA = "answer.schema.json"
FOLDER = "answers"
"""The folder of added answers inside the data folder."""

FAQ_TOPICS = ("benefits", "conditions", "side_effects", "controlled_setting")
"""What the document is asked about beside its passages; an added answer can be called neither."""


class AnswerError(ValueError):
    """A file of an added answer cannot be used; `problems` lists why."""

    def __init__(self, path: Path, problems: list[Problem]) -> None:
        super().__init__(f"{path}: " + "; ".join(map(str, problems)))
        self.path = path
        self.problems = problems


@dataclass(frozen=True)
class AddedAnswer:
    """An answer with what is asked for it.

    `topic` is the file's name. `question` is what a visitor would tap. `passage` is what the answer
    rests on, under the topic's name.
    """

    topic: str
    title: str
    question: str
    answer: str
    passage: Passage
    examples: tuple[str, ...]


def load_answers(data: Path) -> dict[str, AddedAnswer]:
    """Read every added answer in the data folder, by topic. Raises AnswerError on the first bad."""
    found: dict[str, AddedAnswer] = {}
    for path in sorted((data / FOLDER).glob("*.y*ml")):
        if path.suffix not in (".yml", ".yaml"):
            continue
        if path.stem in found:
            allowed = "one file for each topic"
            raise AnswerError(path, [Problem("(file name)", f"a second {path.stem!r}", allowed)])
        found[path.stem] = load_answer(path)
    return found


def known_passages(data: Path) -> dict[str, Passage]:
    """Give every passage that an answer can rest on, by id: the documents', then the added ones.

    Each has its document's date, where one is known. Raises FileError and AnswerError.
    """
    added = {topic: answer.passage for topic, answer in load_answers(data).items()}
    return dated({**load_served(data), **added}, load_sources(data / SOURCES))


def load_answer(path: Path) -> AddedAnswer:
    """Read one added answer. Raises AnswerError naming each key that is wrong."""
    try:
        found = read_yaml(path)
    except FileError as error:
        raise AnswerError(path, error.problems) from error
    if found.twice:
        raise AnswerError(path, found.twice)
    return parse_answer(path, found.row)


def parse_answer(path: Path, row: object) -> AddedAnswer:
    """Check a decoded file and give it. Raises AnswerError."""
    if not isinstance(row, dict):
        allowed = "a mapping of keys to values"
        raise AnswerError(path, [Problem("(whole file)", kind_of(row), allowed)])
    problems = [*_name_problems(path), *schema_problems(row, SCHEMA), *_date_problems(row)]
    if problems:
        raise AnswerError(path, list(dict.fromkeys(problems)))
    title: str = row["title"].strip()
    source: dict[str, Any] = row["source"]
    words = source["text"].strip()
    passage = Passage(path.stem, title, words, source["document"], source.get("date"))
    return AddedAnswer(
        topic=path.stem,
        title=title,
        question=row["question"].strip(),
        answer=row["answer"].strip(),
        passage=passage,
        examples=tuple(line.strip() for line in row["examples"]),
    )


def _name_problems(path: Path) -> list[Problem]:
    name = path.stem
    if not is_name(name):
        allowed = "small letters, digits and underscores, such as parking.yml"
        return [Problem("(file name)", repr(path.name), allowed)]
    if name.removeprefix("faq_") in (*PASSAGES, *FAQ_TOPICS):
        allowed = "a name that no passage and no question of the document has"
        return [Problem("(file name)", repr(path.name), allowed)]
    return []


def _date_problems(row: dict[str, Any]) -> list[Problem]:
    """A schema cannot say that YAML must have read a day; a time of day makes it a datetime."""
    source = row.get("source")
    if not isinstance(source, dict) or "date" not in source:
        return []
    if type(source["date"]) is datetime.date:
        return []
    return [Problem("source.date", shown(source["date"]), "YYYY-MM-DD, or no such key")]
