"""Answers that a clinic adds: one file each in `data/answers`, with its examples and its source."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from nightdesk_contract.outcome import PASSAGES, is_name
from nightdesk_contract.passages import Passage, load_passages
from nightdesk_contract.problems import Problem, kind_of, schema_problems

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
    """Give every passage that an answer can rest on, by id: the document's, then the added ones.

    Raises what load_passages raises, and AnswerError.
    """
    added = {topic: answer.passage for topic, answer in load_answers(data).items()}
    return {**load_passages(data / "source"), **added}


def load_answer(path: Path) -> AddedAnswer:
    """Read one added answer. Raises AnswerError naming each key that is wrong."""
    try:
        row = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        found = f"no readable file ({type(error).__name__})"
        raise AnswerError(path, [Problem("(whole file)", found, "a UTF-8 YAML file")]) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 1}" if mark else ""
        problem = Problem("(whole file)", f"broken YAML{where}", "YAML")
        raise AnswerError(path, [problem]) from error
    return parse_answer(path, row)


def parse_answer(path: Path, row: object) -> AddedAnswer:
    """Check a decoded file and give it. Raises AnswerError."""
    if not isinstance(row, dict):
        allowed = "a mapping of keys to values"
        raise AnswerError(path, [Problem("(whole file)", kind_of(row), allowed)])
    problems = list(dict.fromkeys([*_name_problems(path), *schema_problems(row, SCHEMA)]))
    if problems:
        raise AnswerError(path, problems)
    source: dict[str, Any] = row["source"]
    passage = Passage(path.stem, row["title"].strip(), source["text"].strip(), source["document"])
    return AddedAnswer(
        topic=path.stem,
        title=row["title"].strip(),
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
