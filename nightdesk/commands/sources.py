"""`nightdesk sources`: whether the documents are as they were, and answers say what they say."""

import argparse
import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from nightdesk.run.places import Places
from nightdesk_contract.answers import AnswerError, load_answers
from nightdesk_contract.cautions import load_cautions
from nightdesk_contract.checked_yaml import FileError
from nightdesk_contract.domain_answers import load_fields
from nightdesk_contract.findings import Finding, of_problems
from nightdesk_contract.grounding import (
    answer_added,
    answer_findings,
    answers_in_domain,
    caution_findings,
    item_findings,
    unanswered_findings,
)
from nightdesk_contract.grounding_files import load_domain, load_vocabulary
from nightdesk_contract.rewriting import write_whole
from nightdesk_contract.source_findings import (
    added_findings,
    document_findings,
    twice_findings,
    unlisted_findings,
)
from nightdesk_contract.sources import (
    FILE,
    FoundDocument,
    ListedDocument,
    changes,
    load_served,
    load_sources,
    read_document,
    renewed,
    to_yaml,
)

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

Documents = list[tuple[ListedDocument, FoundDocument]]
Read = TypeVar("Read")


def register(subparsers: "Subparsers") -> None:
    """Add `sources` with `check` and `hash` to the command line."""
    top = subparsers.add_parser(
        "sources",
        help="check the documents and that answers say only what they say",
        description="The documents that answers rest on are listed in data/sources.yml, with the "
        "SHA-256 of each and of each of its passages.",
    )
    acts = top.add_subparsers(dest="act", required=True, metavar="ACT")
    check = acts.add_parser(
        "check",
        help="say what differs, and what answers say that no passage says",
        description="Compares documents and passages with their hashes, and every answer in "
        "domain.yml and data/answers with its passages: each number, duration, condition, drug and "
        "effect in it must stand in one of them, or in a caution beside one (data/cautions.yml). "
        "Exit status 1 when something was found, a file that cannot be used included.",
    )
    check.add_argument("--json", action="store_true", help="print JSON")
    check.set_defaults(run=run_check)
    hashing = acts.add_parser(
        "hash",
        help="say what changed in the documents; with --write, renew the hashes",
        description="Says which documents and passages changed since their hashes were set. "
        "Without --write nothing is written, and the exit status is 1 when something changed. It "
        "is 1, too, when a file cannot be used or written.",
    )
    hashing.add_argument("--write", action="store_true", help="write data/sources.yml anew")
    hashing.add_argument("--json", action="store_true", help="print JSON")
    hashing.set_defaults(run=run_hash)


def run_check(arguments: argparse.Namespace) -> int:
    """Carry out `sources check`. Gives the exit status: 0, or 1 when something was found."""
    found = findings(Places.from_environment())
    if arguments.json:
        rows = [finding.to_row() for finding in found]
        print(json.dumps(rows, ensure_ascii=False, indent=1))
    else:
        for finding in found:
            print(f"[{finding.rule}] {finding}")
        print(f"{len(found)} found." if found else "The documents and the answers fit together.")
    return 1 if found else 0


def run_hash(arguments: argparse.Namespace) -> int:
    """Carry out `sources hash`. Gives the exit status: 0, or 1 (changed, or a bad file)."""
    data = Places.from_environment().data
    path = data / FILE
    found: list[Finding] = []
    documents = _documents(data, found)
    if found:
        for finding in found:
            print(f"nightdesk sources: {finding}", file=sys.stderr)
        if arguments.json:
            _print_hash([], written=False, bad=found)
        return 1
    after = [renewed(listed, there) for listed, there in documents]
    said = [
        sentence
        for (before, _), now in zip(documents, after, strict=True)
        for sentence in changes(before, now)
    ]
    if said and arguments.write:
        try:
            write_whole(path, to_yaml(path.read_text(encoding="utf-8"), after))
        except OSError as error:
            print(f"nightdesk sources: {error}", file=sys.stderr)
            return 1
    if arguments.json:
        _print_hash(said, written=bool(said and arguments.write), bad=[])
    else:
        print("\n".join(said) or "Nothing changed.")
        if said and arguments.write:
            print(f"Wrote {path}. Now read the answers, and run `nightdesk sources check`.")
        elif said:
            print("Not written: see --write.")
    return 1 if said and not arguments.write else 0


def findings(places: Places) -> list[Finding]:
    """Give everything that is wrong with documents, passages and answers."""
    data = places.data
    bad: list[Finding] = []
    documents = _documents(data, bad)
    served = _try(lambda: load_served(data), bad)
    vocabulary = _try(lambda: load_vocabulary(data), bad)
    fields = _try(lambda: load_fields(data), bad)
    domain = _try(lambda: load_domain(places.root), bad)
    added = _try(lambda: load_answers(data), bad)
    cautions = None
    if served is not None and added is not None:
        known = served | {answer.passage.id: answer.passage for answer in added.values()}
        cautions = _try(lambda: load_cautions(data, known), bad)
    found = [*dict.fromkeys(bad)]  # some files are read by more than one check
    for listed, there in documents:
        found += document_findings(listed, there)
    if (
        bad
        or served is None
        or vocabulary is None
        or fields is None
        or domain is None
        or added is None
        or cautions is None
    ):
        # What rests on a file that cannot be read would all be wrong.
        return found
    found += unlisted_findings(served, documents)
    found += added_findings(added.values(), documents)
    passages = {id: passage.text for id, passage in known.items()}
    answers = [answer for file, said in domain for answer in answers_in_domain(said, file)]
    answers += map(answer_added, added.values())
    for answer in answers:
        found += answer_findings(answer, passages, vocabulary, cautions, fields)
    for file, said in domain:
        found += item_findings(said, file)
    for listed, there in documents:
        reasons = {passage.id: passage.unanswered for passage in listed.passages}
        found += unanswered_findings(answers, there.passages, reasons, f"data/{FILE}")
    found += caution_findings(cautions, answers)
    return found


def _print_hash(said: list[str], *, written: bool, bad: list[Finding]) -> None:
    row = {"changes": said, "written": written, "findings": [finding.to_row() for finding in bad]}
    print(json.dumps(row, ensure_ascii=False, indent=1))


def _documents(data: Path, bad: list[Finding]) -> Documents:
    """Read every document, adding to `bad` why one cannot be used."""
    documents: Documents = []
    for listed in _try(lambda: load_sources(data / FILE), bad) or ():
        there = _try(partial(read_document, listed, data), bad)
        if there is not None:
            documents.append((listed, there))
    bad += twice_findings(documents)
    return documents


def _try(read: Callable[[], Read], bad: list[Finding]) -> Read | None:
    try:
        return read()
    except (FileError, AnswerError) as error:
        bad += of_problems(error.path, error.problems)
        return None
