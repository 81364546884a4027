"""`nightdesk answers`: adds an answer in one act, and says what it overlaps with."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from nightdesk.answers.overlap import CLOSE, NEAR, SAME, Overlap, overlaps, repeated
from nightdesk.answers.topics import intent_of_answer
from nightdesk.commands.options import day
from nightdesk.nlu.training_lines import TrainingLinesError, known_topics, load_training_lines
from nightdesk.run.places import Places
from nightdesk_contract.answers import (
    FOLDER,
    AddedAnswer,
    AnswerError,
    load_answer,
    load_answers,
    parse_answer,
)

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

_SHOWN = 12


def register(subparsers: "Subparsers") -> None:
    """Add `answers` with `add`, `check` and `list` to the command line."""
    top = subparsers.add_parser(
        "answers",
        help="add an answer, check what it overlaps with, list what was added",
        description="A clinic's own answers: one file each in data/answers, with a title, ten or "
        "more example questions, the answer and the passage that it rests on. The next training "
        "(`make train`, or the next `make run`) takes them in.",
    )
    acts = top.add_subparsers(dest="act", required=True, metavar="ACT")
    add = acts.add_parser("add", help="write a new answer's file and check it")
    add.add_argument("topic", help="its name: small letters, digits and underscores, e.g. parking")
    add.add_argument("--title", help="e.g. Parking")
    add.add_argument("--question", help="what a visitor would tap, at most 45 characters")
    add.add_argument("--answer", help="what the bot says, in plain language")
    add.add_argument("--document", help="the name of the document that the answer rests on")
    add.add_argument("--date", type=day, help="the document's own day, as YYYY-MM-DD, if known")
    add.add_argument("--passage", help="the passage of that document, word for word")
    add.add_argument("--example", action="append", default=[], metavar="TEXT", help="repeat it")
    add.add_argument("--examples", type=Path, metavar="FILE", help="one question a line")
    add.add_argument("--json", action="store_true", help="print the check as JSON")
    add.set_defaults(run=run_add)
    check = acts.add_parser(
        "check",
        help="say what overlaps, before training",
        description="Gives, for each example, the nearest example of another intent and their "
        f"similarity (cosine). From {NEAR} on two lines ask nearly the same. Exit status 1 when a "
        "file cannot be used or an example stands word for word in two intents.",
    )
    check.add_argument(
        "files", nargs="*", type=Path, metavar="FILE", help="default: every added answer"
    )
    check.add_argument("--all", action="store_true", help="list every example, not the near ones")
    check.add_argument("--json", action="store_true", help="print JSON")
    check.set_defaults(run=run_check)
    listing = acts.add_parser("list", help="list the added answers")
    listing.add_argument("--json", action="store_true", help="print JSON")
    listing.set_defaults(run=run_list)


def run_add(arguments: argparse.Namespace) -> int:
    """Carry out `answers add`. Gives the exit status: 0, 1 overlaps word for word, 2 wrong use."""
    folder = Places.from_environment().data / FOLDER
    path = folder / f"{arguments.topic}.yml"
    if path.stem != arguments.topic:
        return _wrong(f"{arguments.topic!r}: use small letters, digits and underscores")
    for there in (path, path.with_suffix(".yaml")):
        if there.exists():
            return _wrong(f"{there} is there already: edit it, then run `nightdesk answers check`")
    try:
        row = _row(arguments)
        answer = parse_answer(path, row)
    except (AnswerError, OSError, UnicodeDecodeError, EOFError) as error:
        return _wrong(str(error) or "the input ended too early")
    folder.mkdir(parents=True, exist_ok=True)
    text = yaml.safe_dump(row, allow_unicode=True, sort_keys=False, width=100)
    path.write_text(f"# An added answer; `nightdesk answers check` says what overlaps.\n{text}")
    print(f"Wrote {path}", file=sys.stderr)
    return _check({path: answer}, everything=False, as_json=arguments.json)


def run_check(arguments: argparse.Namespace) -> int:
    """Carry out `answers check`. Gives the exit status: 0, or 1 when something must change."""
    try:
        if arguments.files:
            answers = {path: load_answer(path) for path in arguments.files}
        else:
            folder = Places.from_environment().data
            found = load_answers(folder)
            answers = {folder / FOLDER / f"{topic}.yml": found[topic] for topic in found}
    except AnswerError as error:
        print(f"nightdesk answers: {error}", file=sys.stderr)
        return 1
    if not answers and not arguments.json:
        print("No answer has been added yet: see `nightdesk answers add --help`.")
        return 0
    return _check(answers, everything=arguments.all, as_json=arguments.json)


def run_list(arguments: argparse.Namespace) -> int:
    """Carry out `answers list`. Gives the exit status."""
    try:
        found = load_answers(Places.from_environment().data)
    except AnswerError as error:
        print(f"nightdesk answers: {error}", file=sys.stderr)
        return 1
    rows = [
        {"topic": a.topic, "title": a.title, "examples": len(a.examples), "question": a.question}
        for a in found.values()
    ]
    if arguments.json:
        print(json.dumps(rows, ensure_ascii=False, indent=1))
    for row in [] if arguments.json else rows:
        print(f"{row['topic']:24} {row['examples']:4} examples  {row['question']}")
    return 0


def _row(arguments: argparse.Namespace) -> dict[str, Any]:
    """Give the file's content: from the options, and asked for where it is missing."""
    examples = list(arguments.example)
    if arguments.examples:
        lines = arguments.examples.read_text(encoding="utf-8").splitlines()
        examples += [line.strip().removeprefix("- ") for line in lines if line.strip()]
    row: dict[str, Any] = {
        "title": arguments.title or _ask("Title"),
        "question": arguments.question or _ask("The question as a visitor would tap it"),
        "answer": arguments.answer or _ask("The answer"),
        "source": {
            "document": arguments.document or _ask("Name of the document that it rests on"),
            "text": arguments.passage or _ask("The passage, word for word"),
            **({"date": arguments.date} if arguments.date else {}),
        },
        "examples": examples or _ask_lines("Ten or more example questions; an empty line ends"),
    }
    return row


def _ask(what: str) -> str:
    # Without a terminal nobody answers: the check then names what is missing.
    return input(f"{what}: ").strip() if sys.stdin.isatty() else ""


def _ask_lines(what: str) -> list[str]:
    if not sys.stdin.isatty():
        return []
    print(what)
    lines: list[str] = []
    while line := input("> ").strip():
        lines.append(line)
    return lines


def _check(answers: dict[Path, AddedAnswer], *, everything: bool, as_json: bool) -> int:
    from nightdesk.encoder import load_encoder

    data = Places.from_environment().data
    try:
        known, topics = load_training_lines(data), known_topics(data)
    except (TrainingLinesError, AnswerError) as error:
        print(f"nightdesk answers: {error}", file=sys.stderr)
        return 1
    encode = load_encoder().encode
    print(f"Comparing with {len(known)} examples …", file=sys.stderr)
    vectors = encode([line for _, line in known])
    report, failed = [], False
    for path, answer in answers.items():
        intent = intent_of_answer(answer.topic, topics)
        other = [i for i, (name, _) in enumerate(known) if name != intent]
        found = overlaps(
            answer.examples, encode(answer.examples), [known[i] for i in other], vectors[other]
        )
        twice = repeated(answer.examples)
        failed |= bool(twice) or any(overlap.degree == SAME for overlap in found)
        rows = [overlap.to_row() for overlap in found]
        report.append({"file": str(path), "intent": intent, "twice": twice, "overlaps": rows})
        if not as_json:
            _print(path, intent, found, twice, everything=everything)
    if as_json:
        print(json.dumps(report, ensure_ascii=False, indent=1))
    return 1 if failed else 0


def _print(
    path: Path, intent: str, found: list[Overlap], twice: list[str], *, everything: bool
) -> None:
    print(f"\n{path}  ({intent}, {len(found)} examples)")
    for text in twice:
        print(f"  twice in this file: {text!r}")
    shown = [o for o in found if everything or o.similarity >= CLOSE or o.degree == SAME]
    for overlap in shown if everything else shown[:_SHOWN]:
        mark = {SAME: "SAME LINE", "near": "near"}.get(overlap.degree, "")
        print(
            f"  {overlap.similarity:5.2f} {mark:9} {overlap.text!r}\n"
            f"        in {overlap.intent}: {overlap.nearest!r}"
        )
    hidden = len(found) - len(shown if everything else shown[:_SHOWN])
    near = sum(overlap.degree in (SAME, "near") for overlap in found)
    print(
        f"  {near} of {len(found)} examples are near to another intent's ({hidden} not shown)."
        if near
        else f"  No example is near to another intent's ({len(found)} checked)."
    )


def _wrong(message: str) -> int:
    print(f"nightdesk answers: {message}", file=sys.stderr)
    return 2
