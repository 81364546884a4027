"""`python -m bench.pipelines`: our understanding beside Rasa's default pipeline, in one run."""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from bench import table
from bench.arguments import number
from bench.case_files import labelled_cases
from bench.comparison import (
    Messages,
    Start,
    answers,
    compared,
    goals,
    judged_label,
    off_topic_rows,
    system,
    with_texts,
)
from bench.inputs import OURS, RASA, Pipeline, line_count, prepare
from bench.machine import machine, versions
from bench.outcomes import load_replies
from bench.serving import Answered, ModelProcess, ask_in_turns, warm_up
from bench.training import Trained, environment, run_measured, train
from bench.typo_maker import with_typos
from nightdesk.evaluation.cases import Case, CasesError
from nightdesk.nlu.training_lines import TrainingLinesError
from nightdesk.run.places import ROOT, Places
from nightdesk.run.progress import Step, StepFailed
from nightdesk_contract.door import MessageRefused, clean

DEVELOPMENT = ROOT.parent / "shared" / "eval"
DEFAULT_FILES = (
    DEVELOPMENT / "faq_real.jsonl",
    DEVELOPMENT / "faq_variants.jsonl",
    ROOT / "tests" / "cases" / "faq.jsonl",
)
DEFAULT_OFF_TOPIC = DEVELOPMENT / "benign_real.jsonl"
DOCUMENT = ROOT / "docs" / "benchmarks.md"
QUICK_CASES = 20

_BUILD_ENCODER = "from nightdesk.encoder import load_encoder; load_encoder()"


def parser() -> argparse.ArgumentParser:
    """Give the command line."""
    top = argparse.ArgumentParser(
        prog="python -m bench.pipelines",
        description="Trains our configuration (without the safety detector) and Rasa's default "
        "pipeline on the same data, measures both in processes of their own, in turns, and writes "
        "the table into docs/benchmarks.md. About two hours, nearly all of it Rasa's training; "
        "progress on standard error. The figures are of intents: what a visitor would get for "
        "what was understood, judged by the evaluation's rules.",
    )
    top.add_argument(
        "files",
        nargs="*",
        type=Path,
        metavar="FILE",
        help="labelled messages, JSON Lines (default: the development cases where they are, and "
        "tests/cases/faq.jsonl)",
    )
    top.add_argument(
        "--offtopic",
        type=Path,
        metavar="FILE",
        help="more messages about something else (default: the development cases' harmless ones)",
    )
    top.add_argument(
        "--offtopic-kind",
        default="clinc_oos",
        metavar="KIND",
        help="the rows of --offtopic to take (default clinc_oos; '' takes all)",
    )
    top.add_argument("--typos", type=number(1), default=2, metavar="N", help="default 2")
    top.add_argument("--seed", type=number(0), default=1, metavar="N", help="default 1")
    top.add_argument(
        "--starts", type=number(1), default=3, metavar="N", help="starts of each (default 3)"
    )
    top.add_argument(
        "--every",
        type=number(1),
        default=1,
        metavar="N",
        help="train both on every Nth line of each intent (default 1, all: two hours on two cores)",
    )
    top.add_argument(
        "--reuse",
        action="store_true",
        help="take models of an earlier run if their inputs are same",
    )
    top.add_argument(
        "--quick",
        action="store_true",
        help="a trial: few intents, few epochs, few cases; prints, and writes no document",
    )
    top.add_argument("--json", type=Path, metavar="FILE", help="also write every figure as JSON")
    top.add_argument(
        "--docs", type=Path, default=DOCUMENT, metavar="FILE", help="default docs/benchmarks.md"
    )
    return top


def main(words: Sequence[str] | None = None) -> int:
    """Carry the command out. Gives the exit status: 0, 1 failed, 2 wrong use."""
    arguments = parser().parse_args(words)
    try:
        messages, left_out = read_messages(arguments)
        if not arguments.quick:
            # Found out before hours of training rather than after them.
            table.between_marks(arguments.docs.read_text(encoding="utf-8"), "")
        results = measure(arguments, messages, left_out)
        text = table.as_markdown(results)
        print(text)
        if arguments.json:
            arguments.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
        if not arguments.quick:
            table.write(arguments.docs, text)
    except (CasesError, TrainingLinesError, table.NoPlace) as error:
        print(f"bench.pipelines: {error}", file=sys.stderr)
        return 2
    except (StepFailed, OSError, yaml.YAMLError, KeyError) as error:
        print(f"bench.pipelines: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def read_messages(arguments: argparse.Namespace) -> tuple[Messages, int]:
    """Read what both are asked, and how many cases are left out. Raises CasesError."""
    files = arguments.files or [path for path in DEFAULT_FILES if path.is_file()]
    off_topic = arguments.offtopic or (DEFAULT_OFF_TOPIC if DEFAULT_OFF_TOPIC.is_file() else None)
    most = QUICK_CASES if arguments.quick else None
    read: dict[str, list[Case]] = {}
    total = 0
    for path in files:
        cases = labelled_cases(path)
        total += len(cases)
        name = path.stem if path.stem not in read else f"{path.parent.name}-{path.stem}"
        read[name] = [case for case in cases if judged_label(case) and _taken_in(case.text)]
    left_out = total - sum(map(len, read.values()))
    files_read = {name: cases[:most] for name, cases in read.items() if cases}
    if not files_read:
        raise CasesError("no case that understanding alone can get right")
    typos = {name: _with_typos(cases, arguments) for name, cases in files_read.items()}
    rows = [] if off_topic is None else labelled_cases(off_topic)
    others = [t for t in off_topic_rows(rows, arguments.offtopic_kind) if _taken_in(t)][:most]
    if rows and not others:
        raise CasesError(f"{off_topic}: no row of the kind {arguments.offtopic_kind!r}")
    return Messages(files_read, typos, others), left_out


def measure(arguments: argparse.Namespace, messages: Messages, left_out: int) -> dict[str, Any]:
    """Train and measure both. Gives the results as a JSON object. Raises StepFailed, OSError."""
    places = Places.from_environment()
    work = places.var / "bench" / ("quick" if arguments.quick else "full")
    work.mkdir(parents=True, exist_ok=True)
    date = time.strftime("%Y-%m-%dT%H:%MZ", time.gmtime())
    pair = prepare(places.root, places.data, work, arguments.seed, arguments.quick, arguments.every)
    lines, intents = line_count(pair[0])
    replies = load_replies(places.root / "domain.yml", places.data)
    _build_encoder(places, work)
    trained = [train(pipeline, places, work, arguments.reuse) for pipeline in pair]
    texts = [str(clean(text)) for text in messages.texts()]
    starts = _starts(pair, trained, places, work, texts, arguments.starts)
    answered = _ask(pair, trained, places, work, texts)
    found = [answers(messages, rows, replies) for rows in answered]
    ours, theirs = (
        system(*row, arguments.seed) for row in zip(found, trained, starts, strict=True)
    )
    points = compared(*found)
    return {
        "date": date,
        "machine": machine(),
        "versions": versions(),
        "settings": {
            name: getattr(arguments, name) for name in ("seed", "typos", "starts", "quick", "every")
        },
        "data": {"lines": lines, "intents": intents},
        "cases": {
            "files": {name: len(cases) for name, cases in messages.clean.items()},
            "left_out": left_out,
            "off_topic": len(messages.off_topic),
        },
        "systems": {OURS: ours, RASA: theirs},
        "compared": points,
        "goals": goals(ours, theirs, points["clean"]["points"]),
    }


def _taken_in(text: str) -> bool:
    """Say whether the door would take a message in: only then does Rasa see it."""
    try:
        clean(text)
    except MessageRefused:
        return False
    return True


def _with_typos(cases: Sequence[Case], arguments: argparse.Namespace) -> list[Case]:
    typed = [with_typos(case.text, arguments.typos, arguments.seed) for case in cases]
    return with_texts(cases, typed)


def _build_encoder(places: Places, work: Path) -> None:
    """Build the encoder's graph if there is none yet: it is made once, not at every training."""
    with Step("Preparing the encoder") as step:
        command = [sys.executable, "-c", _BUILD_ENCODER]
        run_measured(command, work / "encoder.log", places.root, environment(places), step)


def _starts(
    pair: Sequence[Pipeline],
    trained: Sequence[Trained],
    places: Places,
    work: Path,
    texts: Sequence[str],
    number: int,
) -> list[list[Start]]:
    """Start each model `number` times, in turns and alone, and read its memory once it is warm."""
    found: list[list[Start]] = [[] for _ in pair]
    for turn in range(1, number + 1):
        for i in (0, 1) if turn % 2 else (1, 0):
            with (
                Step(f"Starting {pair[i].title}, {turn} of {number}"),
                _process(pair[i], trained[i], places, work) as model,
            ):
                warm_up(model, texts)
                found[i].append(Start(model.ready_s, model.load_s, model.resident_mib))
    return found


def _ask(
    pair: Sequence[Pipeline],
    trained: Sequence[Trained],
    places: Places,
    work: Path,
    texts: Sequence[str],
) -> tuple[list[Answered], list[Answered]]:
    with (
        Step("Asking both, in turns") as step,
        _process(pair[0], trained[0], places, work) as first,
        _process(pair[1], trained[1], places, work) as second,
    ):
        for model in (first, second):
            warm_up(model, texts)
        return ask_in_turns((first, second), texts, lambda n: step.note(f"{n} of {len(texts)}"))


def _process(pipeline: Pipeline, trained: Trained, places: Places, work: Path) -> ModelProcess:
    log = work / f"serve-{pipeline.name}.log"
    return ModelProcess(pipeline.name, trained.model, log, places.root, environment(places))


if __name__ == "__main__":
    sys.exit(main())
