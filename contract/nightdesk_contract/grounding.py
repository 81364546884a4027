"""Whether answers say only what their passages and cautions say: pure rules over both."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from nightdesk_contract.answers import AddedAnswer
from nightdesk_contract.cautions import FILE as CAUTIONS
from nightdesk_contract.cautions import Caution, cautions_for
from nightdesk_contract.claims import Claim, Vocabulary
from nightdesk_contract.domain_answers import Response, is_answer, passages_of, signed_as
from nightdesk_contract.findings import Finding
from nightdesk_contract.problems import shown


@dataclass(frozen=True)
class Answer:
    """An answer as it is checked: every text of it that a visitor sees, and what it rests on."""

    name: str
    file: str
    texts: tuple[str, ...]
    passages: tuple[str, ...]


def answers_in_domain(responses: Mapping[str, Response], file: str) -> list[Answer]:
    """Give the answers among a domain's responses: those with an outcome `answer:<passage>`.

    Each variation of a response is an answer of its own. It rests on the passages that a visitor
    is shown with it, and on no others.
    """
    found = []
    for name, variations in responses.items():
        for number, reply in enumerate(variations, 1):
            if not is_answer(reply):
                continue
            titles = (button["title"] for button in reply.get("buttons", ()))
            found.append(
                Answer(
                    name=_numbered(name, number),
                    file=file,
                    texts=(reply.get("text", ""), *titles),
                    passages=tuple(dict.fromkeys(passages_of(reply))),
                )
            )
    return found


def answer_added(added: AddedAnswer) -> Answer:
    """Give an added answer with the passage of its own that it rests on."""
    file = f"data/answers/{added.topic}.yml"
    return Answer(added.topic, file, (added.answer,), (added.passage.id,))


def answer_findings(
    answer: Answer,
    passages: Mapping[str, str],
    vocabulary: Vocabulary,
    cautions: Sequence[Caution] = (),
    fields: Mapping[str, str] | None = None,
) -> Iterator[Finding]:
    """Give what an answer says that neither its passages nor the cautions beside them say.

    `passages` are the known passages' texts, `cautions` all that there are. `fields` are what
    stands in an answer in braces: each with all that it can be filled with.
    """
    known = [passages[id] for id in answer.passages if id in passages]
    known += [caution.text for caution in cautions_for(answer.passages, cautions)]
    if not answer.passages:
        yield _finding(answer, "no_passage", "no passage", "one or more known passages")
    for id in answer.passages:
        if id not in passages:
            names = ", ".join(passages)
            yield _finding(answer, "unknown_passage", f"passage {shown(id)}", names)
    supported = frozenset[Claim]().union(*map(vocabulary.claims, known))
    claimed: set[Claim] = set()
    for text in answer.texts:
        filled, unknown = _filled(text, fields or {})
        for name in unknown:
            what = "fields that can be checked: " + (", ".join(fields or ()) or "none")
            yield _finding(answer, "unknown_field", f"the field {{{name}}}", what)
        claimed |= vocabulary.claims(filled)
    where = ", ".join(answer.passages) or "its passages"
    for claim in sorted(claimed - supported):
        what = f"what stands in {where}, or in a caution beside it"
        yield _finding(answer, "not_in_passages", str(claim), what)


def unanswered_findings(
    answers: Iterable[Answer], passages: Iterable[str], unanswered: Mapping[str, str], file: str
) -> Iterator[Finding]:
    """Give the passages without an answer and without a reason, and those with both.

    `unanswered` gives the reason by the passage's id, "" where none is given; it stands in `file`.
    """
    used = {id for answer in answers for id in answer.passages}
    for id in passages:
        reason = unanswered.get(id, "")
        if id not in used and not reason:
            allowed = "an answer that rests on it, or `unanswered` with a reason"
            yield Finding("passage_without_answer", file, id, "no answer", allowed)
        elif id in used and reason:
            allowed = "no `unanswered`, since an answer rests on it"
            yield Finding("answered_after_all", file, id, shown(reason), allowed)


def caution_findings(cautions: Iterable[Caution], answers: Iterable[Answer]) -> Iterator[Finding]:
    """Give the cautions that stand beside no passage that an answer rests on: never shown."""
    used = {id for answer in answers for id in answer.passages}
    for caution in cautions:
        if used.isdisjoint(caution.beside):
            beside = f"beside {', '.join(caution.beside)} alone"
            allowed = "a passage that an answer rests on"
            yield Finding("caution_unused", f"data/{CAUTIONS}", caution.id, beside, allowed)


def item_findings(responses: Mapping[str, Response], file: str) -> Iterator[Finding]:
    """Give the responses whose `custom.item` is not what their text is called where it is signed.

    By that name the desk looks up who signed a text before it is served.
    """
    for name, variations in responses.items():
        for number, reply in enumerate(variations, 1):
            item, found = signed_as(name, reply), reply.get("custom", {}).get("item")
            if item is not None and found != item:
                said = "no custom.item" if found is None else f"custom.item {shown(found)}"
                yield Finding("item_wrong", file, _numbered(name, number), said, item)


def _numbered(name: str, number: int) -> str:
    return name if number == 1 else f"{name} ({number})"


def _filled(text: str, fields: Mapping[str, str]) -> tuple[str, list[str]]:
    """Give the text with its fields filled, and the names of those that are unknown."""
    unknown = []
    parts = text.split("{")
    filled = parts[0]
    for part in parts[1:]:
        name, _, rest = part.partition("}")
        if name not in fields:
            unknown.append(name)
        filled += fields.get(name, "") + rest
    return filled, unknown


def _finding(answer: Answer, rule: str, found: str, allowed: str) -> Finding:
    return Finding(rule, answer.file, answer.name, found, allowed)
