"""What a clinician signs, item by item: answers, crisis texts and numbers as visitors read them."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nightdesk_contract.answers import AddedAnswer, AnswerError, load_answers
from nightdesk_contract.canned_replies import CannedReply, load_canned_replies
from nightdesk_contract.cautions import Caution, cautions_for, load_cautions
from nightdesk_contract.checked_yaml import FileError, refused, unreadable
from nightdesk_contract.clinic import Clinic, ClinicError, load_clinic
from nightdesk_contract.crisis_lines import ABOUT, CrisisLines, load_all_crisis_lines
from nightdesk_contract.domain_answers import (
    Response,
    domain_files,
    is_answer,
    load_fields,
    passages_of,
    read_responses,
)
from nightdesk_contract.passages import Passage
from nightdesk_contract.problems import Problem, shown
from nightdesk_contract.sources import FILE as SOURCES
from nightdesk_contract.sources import dated, load_served, load_sources
from nightdesk_contract.texts import load_texts

GROUPS = ("answer", "added", "clinic", "crisis", "number", "canned")
"""What an id begins with, in the order in which items are listed."""

_SAID_BY_DESK = ("crisis_", "handover_", "bot_unavailable_", "contact_help")
_CRISIS_FIELD = re.compile(r"\{(emergency|crisis_call|crisis_text|reach)\}")
"""A text of the desk that names help is about a crisis, whatever it is called."""

_NUMBERS = ("emergency", "crisis_call", "crisis_text", "crisis_chat_url")
_MORE_NUMBERS = ("poison", "abuse_call", "abuse_text")
_IN_SPANISH = {"crisis_call": "crisis_press_es", "crisis_text": "crisis_text_es"}
_OF_CRISIS_LINE = ("crisis_call", "crisis_text", "crisis_chat_url")


@dataclass(frozen=True)
class SignedItem:
    """One thing to be signed. `content` is all that the signature stands for, fields unfilled."""

    id: str
    content: str

    @property
    def group(self) -> str:
        """The group that it is listed in."""
        return self.id.partition(":")[0]

    @property
    def sha256(self) -> str:
        """The hash of the content."""
        return content_hash(self.content)


def content_hash(content: str) -> str:
    """Give the hash by which a changed content is known."""
    return hashlib.sha256(content.encode("utf-8")).hexdigest()


def load_signed_items(domain: Path, clinic: Path, data: Path) -> dict[str, SignedItem]:
    """Read every item to be signed, by id, group by group in the order of the files.

    `domain` is Rasa's domain, a file or a folder of them. Raises FileError for the first file that
    cannot be used, with what is wrong in it.
    """
    try:
        settings = load_clinic(clinic)
    except ClinicError as error:
        raise FileError(clinic, error.problems) from error
    canned = canned_items(load_canned_replies(data))
    return with_clinic([*items_without_clinic(domain, data), *canned], settings)


def with_clinic(items: Iterable[SignedItem], settings: Clinic) -> dict[str, SignedItem]:
    """Give `items` and those of the clinic's settings, by id, group by group."""
    everything = sorted([*items, *clinic_items(settings)], key=lambda i: GROUPS.index(i.group))
    return {item.id: item for item in everything}


def items_without_clinic(domain: Path, data: Path) -> list[SignedItem]:
    """Read every item but those of the clinic's settings and the canned replies. Raises FileError.

    No answer to a visitor depends on canned replies: who needs them reads them apart.
    """
    try:
        added = load_answers(data)
    except AnswerError as error:
        raise FileError(error.path, error.problems) from error
    passages = {topic: answer.passage for topic, answer in added.items()}
    passages = dated({**load_served(data), **passages}, load_sources(data / SOURCES))
    added = {topic: replace(answer, passage=passages[topic]) for topic, answer in added.items()}
    cautions = load_cautions(data, passages)
    replies = data / "safety" / "replies.yml"
    responses = _domain_responses(domain, passages)
    return [
        *answer_items(responses, passages, load_fields(data), cautions),
        *added_items(added.values(), cautions),
        *reply_items(_some(replies, read_responses(replies))),
        *desk_items(_texts(data / "texts" / "desk.yml")),
        *number_items(load_all_crisis_lines(data / "safety" / "crisis_lines.yml")),
    ]


def answer_items(
    responses: Mapping[str, Response],
    passages: Mapping[str, Passage],
    fields: Mapping[str, str] | None = None,
    cautions: Sequence[Caution] = (),
) -> list[SignedItem]:
    """Give each response that answers, with the passages that it rests on and their cautions.

    `fields` are those whose content is signed with each answer that they stand in: all that they
    can be filled with, "" for nothing.
    """
    items = []
    for name, response in responses.items():
        if any(is_answer(variation) for variation in response):
            lines = [line for variation in response for line in _said(variation)]
            ids = dict.fromkeys(i for variation in response for i in passages_of(variation))
            lines += _filled_with(fields or {}, [text for _, text in lines])
            lines += [line for i in ids for line in _passage(passages[i])]
            lines += _cautions(cautions_for(ids, cautions))
            items.append(item_of(f"answer:{name}", lines))
    return items


def added_items(
    answers: Iterable[AddedAnswer], cautions: Sequence[Caution] = ()
) -> list[SignedItem]:
    """Give each answer that the clinic has added, with its passage and the cautions beside it."""
    return [
        item_of(
            f"added:{answer.topic}",
            [
                ("title", answer.title),
                ("question", answer.question),
                ("text", answer.answer),
                *_passage(answer.passage),
                *_cautions(cautions_for([answer.passage.id], cautions)),
            ],
        )
        for answer in answers
    ]


def clinic_items(clinic: Clinic) -> list[SignedItem]:
    """Give each text on a topic that the clinic's settings hold."""
    texts = {**clinic.logistics, **clinic.topics}
    return [item_of(f"clinic:{topic}", [("text", text)]) for topic, text in texts.items()]


def reply_items(responses: Mapping[str, Response]) -> list[SignedItem]:
    """Give each reply to crisis and medical-advice language."""
    return [
        item_of(f"crisis:{name}", [line for variation in response for line in _said(variation)])
        for name, response in responses.items()
    ]


def desk_items(texts: Mapping[str, str]) -> list[SignedItem]:
    """Give what the desk itself says in a crisis, at a hand-over and when the bot cannot answer."""
    return [
        item_of(f"crisis:desk.{key}", [("text", text)])
        for key, text in texts.items()
        if key.startswith(_SAID_BY_DESK) or _CRISIS_FIELD.search(text)
    ]


def number_items(lines: Mapping[str, CrisisLines]) -> list[SignedItem]:
    """Give each number of each country, with the words in which it is said.

    When it was checked last and where is not part of it: a new check changes nothing for visitors.
    """
    return [
        item_of(f"number:{country}.{key}", _number(key, found))
        for country, found in lines.items()
        for key in (*_NUMBERS, *_MORE_NUMBERS)
        if getattr(found, key)
    ]


def canned_items(replies: Iterable[CannedReply]) -> list[SignedItem]:
    """Give each reply that staff can pick, with the title that they pick it by."""
    return [
        item_of(f"canned:{reply.id}", [("title", reply.title), ("text", reply.text)])
        for reply in replies
    ]


def item_of(id_: str, lines: Iterable[tuple[str, str]]) -> SignedItem:
    """Put labelled texts one below the other; what goes on in a further line is indented."""
    written = (f"{label}: {text.strip()}".replace("\n", "\n  ") for label, text in lines)
    return SignedItem(id_, "\n".join(written))


def _said(variation: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if "text" in variation:
        yield "text", variation["text"]
    for button in variation.get("buttons", ()):
        yield "button", button["title"]


def _filled_with(fields: Mapping[str, str], texts: Iterable[str]) -> list[tuple[str, str]]:
    """Give what the fields in an answer's texts can be filled with."""
    said = " ".join(texts)
    written = ((f"{{{name}}}", content) for name, content in fields.items())
    return [(field, content) for field, content in written if content and field in said]


def _passage(passage: Passage) -> list[tuple[str, str]]:
    dated = [("dated", passage.date.isoformat())] if passage.date else []
    return [
        ("document", passage.document),
        *dated,
        (f"passage {passage.id} ({passage.title})", passage.text),
    ]


def _cautions(cautions: Iterable[Caution]) -> list[tuple[str, str]]:
    """Give what visitors see of cautions; why they are said is for us alone."""
    lines: list[tuple[str, str]] = []
    for caution in cautions:
        lines.append(("caution", caution.text))
        lines += [("source", f"{source.name} ({source.url})") for source in caution.sources]
    return lines


def _number(key: str, lines: CrisisLines) -> Iterator[tuple[str, str]]:
    yield key, getattr(lines, key)
    yield "country", lines.name
    if key in _OF_CRISIS_LINE:
        yield "line", lines.crisis_name
    if key in _IN_SPANISH and getattr(lines, _IN_SPANISH[key]):
        yield "es", getattr(lines, _IN_SPANISH[key])
    for name, about in ABOUT.items():
        if about == key:
            found = getattr(lines, name)
            texts = found if isinstance(found, Mapping) else {"en": found}
            yield from ((f"{name} ({code})", text) for code, text in texts.items() if text)


def _domain_responses(domain: Path, passages: Mapping[str, Passage]) -> dict[str, Response]:
    """Read a domain's responses. Raises FileError, also for a passage that is not there."""
    found: dict[str, Response] = {}
    for path in domain_files(domain):
        responses = read_responses(path)
        unknown = [
            Problem(f"responses.{name}.{number}.custom.passages", shown(i), ", ".join(passages))
            for name, response in responses.items()
            for number, variation in enumerate(response)
            if is_answer(variation)
            for i in passages_of(variation)
            if i not in passages
        ]
        if unknown:
            raise refused(path, unknown)
        found.update(responses)
    return _some(domain, found)


def _some(path: Path, responses: dict[str, Response]) -> dict[str, Response]:
    if not responses:
        # Without a word to sign, everything would seem to be signed.
        raise FileError(path, [Problem("responses", "nothing", "what visitors are answered")])
    return responses


def _texts(path: Path) -> dict[str, str]:
    try:
        return load_texts(path)
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(path, [unreadable(error)]) from error
    except (ValueError, RecursionError) as error:  # also what YAML itself stumbles over
        allowed = "a mapping of names to texts"
        raise FileError(path, [Problem("(whole file)", str(error), allowed)]) from error
