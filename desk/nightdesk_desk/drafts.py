"""Drafts of answers: what staff write for a topic until it is placed in the data folder."""

import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from nightdesk_contract.answers import FOLDER, AddedAnswer, AnswerError, load_answer, parse_answer
from nightdesk_contract.problems import Problem
from nightdesk_contract.rewriting import write_whole
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk.audit.record import note as audit
from nightdesk_desk.models import Draft, Staff, now

_FILE_NAME = "(file name)"
"""What the contract calls the key of a problem with the topic's name."""
_FIELD_OF_KEY = {"source.document": "document", "source.text": "passage", "source": "passage"}
ABOVE = "# An added answer; `nightdesk answers check` says what overlaps.\n"


class Fields(NamedTuple):
    """A draft as it stands in its form; `examples` has one a line."""

    title: str = ""
    question: str = ""
    answer: str = ""
    document: str = ""
    passage: str = ""
    examples: str = ""


class KeptDraft(NamedTuple):
    """A stored draft, and the first name of whoever wrote it last."""

    draft: Draft
    by: str


def fields_of(form: Mapping[str, Any]) -> Fields:
    """Give what a form holds, without characters that cannot be seen."""
    return Fields(**{name: _visible(form.get(name)) for name in Fields._fields})


def fields_of_draft(draft: Draft) -> Fields:
    """Give a stored draft as its form shows it."""
    return Fields(
        draft.title,
        draft.question,
        draft.answer,
        draft.document,
        draft.passage,
        "\n".join(draft.examples),
    )


def fields_of_answer(answer: AddedAnswer) -> Fields:
    """Give an answer that is in use as the form of its next draft shows it."""
    source, examples = answer.passage, "\n".join(answer.examples)
    return Fields(
        answer.title, answer.question, answer.answer, source.document, source.text, examples
    )


def row_of(fields: Fields) -> dict[str, Any]:
    """Give the content of the topic's file, as `data/answers` has it."""
    lines = [line.strip().removeprefix("- ").strip() for line in fields.examples.splitlines()]
    return {
        "title": fields.title,
        "question": fields.question,
        "answer": fields.answer,
        "source": {"document": fields.document, "text": fields.passage},
        "examples": list(dict.fromkeys(line for line in lines if line)),
    }


def checked(topic: str, fields: Fields) -> AddedAnswer:
    """Give the answer that a draft would become. Raises AnswerError with all that is wrong."""
    return parse_answer(Path(f"{topic}.yml"), row_of(fields))


def problems_by_field(problems: Sequence[Problem]) -> dict[str, list[Problem]]:
    """Give what is wrong by the form's field that it stands in."""
    found: dict[str, list[Problem]] = {}
    for problem in problems:
        key = _FIELD_OF_KEY.get(problem.key, problem.key.partition(".")[0])
        found.setdefault(key, []).append(problem)
    return found


def can_be_drafted(topic: str) -> bool:
    """Say whether an added answer may be called so: what the guide answers has its own files."""
    try:
        checked(topic, Fields())
    except AnswerError as error:
        return all(problem.key != _FILE_NAME for problem in error.problems)
    return True


def yaml_text(topic: str, fields: Fields) -> str:
    """Give the topic's file. Raises AnswerError when the draft cannot be used as it is."""
    checked(topic, fields)
    return ABOVE + yaml.safe_dump(row_of(fields), allow_unicode=True, sort_keys=False, width=100)


def answer_in_use(data: Path, topic: str) -> AddedAnswer | None:
    """Give the added answer on a topic that lies in the data folder; None without a usable one."""
    path = answer_path(data, topic)
    try:
        return load_answer(path) if path.exists() else None
    except AnswerError:
        return None


def answer_path(data: Path, topic: str) -> Path:
    """Give the path of a topic's file: the one that is there, else a new one's."""
    path = data / FOLDER / f"{topic}.yml"
    other = path.with_suffix(".yaml")
    return other if other.exists() and not path.exists() else path


def place(path: Path, topic: str, text: str) -> None:
    """Write a topic's file whole, once it has been read back as it will be used.

    Raises AnswerError, OSError.
    """
    parse_answer(Path(f"{topic}.yml"), yaml.safe_load(text))
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        write_whole(path, text)
    else:
        # Never over a file that came meanwhile.
        with path.open("x", encoding="utf-8") as file:
            file.write(text)


async def save_draft(session: AsyncSession, topic: str, answer: AddedAnswer, staff_id: int) -> None:
    """Store a topic's draft in place of the one before."""
    values = {
        "title": answer.title,
        "question": answer.question,
        "answer": answer.answer,
        "document": answer.passage.document,
        "passage": answer.passage.text,
        "examples": list(answer.examples),
        "written_by": staff_id,
        "written_at": now(),
        "placed_at": None,
    }
    await audit(session, "draft_saved", staff_id=staff_id, about=topic)
    if await _replace(session, topic, values):
        return
    try:
        async with session.begin_nested():
            session.add(Draft(topic=topic, **values))
    except IntegrityError:
        # Somebody saved the topic's first draft at the same time: the later words stand.
        await _replace(session, topic, values)


async def _replace(session: AsyncSession, topic: str, values: Mapping[str, Any]) -> bool:
    found = await session.scalar(
        update(Draft)
        .where(Draft.topic == topic)
        .values(**values)
        .returning(Draft.topic)
        .execution_options(synchronize_session=False)
    )
    return found is not None


async def read_draft(session: AsyncSession, topic: str) -> KeptDraft | None:
    """Give a topic's draft, or None."""
    drafts = await read_drafts(session, topic)
    return drafts[0] if drafts else None


async def read_drafts(session: AsyncSession, topic: str | None = None) -> list[KeptDraft]:
    """Give all drafts, or one topic's, by topic."""
    query = select(Draft, Staff.first_name).join(Staff, Staff.id == Draft.written_by)
    if topic is not None:
        query = query.where(Draft.topic == topic)
    rows = await session.execute(query.order_by(Draft.topic))
    return [KeptDraft(draft, name) for draft, name in rows]


async def delete_draft(session: AsyncSession, topic: str, staff_id: int) -> None:
    """Throw a topic's draft away, for the staff member who says so."""
    gone = delete(Draft).where(Draft.topic == topic).returning(Draft.topic)
    if await session.scalar(gone) is not None:
        await audit(session, "draft_deleted", staff_id=staff_id, about=topic)


async def note_placed(session: AsyncSession, topic: str) -> None:
    """Note that a topic's draft lies in the data folder now."""
    await session.execute(update(Draft).where(Draft.topic == topic).values(placed_at=now()))
    await audit(session, "draft_placed", about=topic)


def _visible(value: object) -> str:
    """Give a form's text in one spelling, without control characters, its lines as they are."""
    if not isinstance(value, str):
        return ""
    lines = value.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    kept = (c for c in lines if c == "\n" or unicodedata.category(c) not in ("Cc", "Cs", "Cf"))
    return unicodedata.normalize("NFC", "".join(kept)).strip()
