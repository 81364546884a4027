"""Whether answers say only what their passages say: pure rules over answers and passages."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from nightdesk_contract.answers import AddedAnswer
from nightdesk_contract.claims import Claim, Vocabulary, holds, plain, without
from nightdesk_contract.domain_answers import Response, is_answer, passages_of
from nightdesk_contract.findings import Finding
from nightdesk_contract.problems import shown

ALLOWED_IN = "data/grounding.yml"


@dataclass(frozen=True)
class Answer:
    """An answer as it is checked: every text of it that a visitor sees, and what it rests on."""

    name: str
    file: str
    texts: tuple[str, ...]
    passages: tuple[str, ...]


@dataclass(frozen=True)
class Allowed:
    """Texts that answers may hold though no passage says so, why, and where that is public."""

    id: str
    texts: tuple[str, ...]
    reason: str
    sources: tuple[tuple[str, str], ...]


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
                    name=name if number == 1 else f"{name} ({number})",
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
    allowed: Sequence[Allowed] = (),
    fields: Mapping[str, str] | None = None,
) -> Iterator[Finding]:
    """Give what an answer says that none of its passages does.

    `passages` are the known passages' texts. `fields` are what stands in an answer in braces: each
    with all that it can be filled with.
    """
    known = [passages[id] for id in answer.passages if id in passages]
    if not answer.passages:
        yield _finding(answer, "no_passage", "no passage", "one or more known passages")
    for id in answer.passages:
        if id not in passages:
            names = ", ".join(passages)
            yield _finding(answer, "unknown_passage", f"passage {shown(id)}", names)
    supported = frozenset[Claim]().union(*map(vocabulary.claims, known))
    free = [text for entry in allowed for text in entry.texts]
    claimed: set[Claim] = set()
    for text in answer.texts:
        filled, unknown = _filled(text, fields or {})
        for name in unknown:
            what = "fields that can be checked: " + (", ".join(fields or ()) or "none")
            yield _finding(answer, "unknown_field", f"the field {{{name}}}", what)
        claimed |= vocabulary.claims(without(plain(filled), free))
    where = ", ".join(answer.passages) or "its passages"
    for claim in sorted(claimed - supported):
        what = f"what stands in {where}, or in an allowed text of {ALLOWED_IN}"
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


def allowed_findings(
    allowed: Sequence[Allowed], answers: Sequence[Answer], vocabulary: Vocabulary
) -> Iterator[Finding]:
    """Give the allowed texts that stand in no answer, or in which nothing needs to be allowed."""
    texts = [text for answer in answers for text in answer.texts]
    for entry in allowed:
        for phrase in entry.texts:
            key = f"allowed.{entry.id}"
            if not any(holds(text, phrase) for text in texts):
                what = "texts that stand in an answer"
                yield Finding("allowed_unused", ALLOWED_IN, key, shown(phrase), what)
            elif not vocabulary.claims(phrase):
                what = "texts with something in them that is checked"
                yield Finding("allowed_needless", ALLOWED_IN, key, shown(phrase), what)


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
