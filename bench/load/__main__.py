"""`python -m bench.load`: visitors a second of Nightdesk and of a stock Rasa, in one run."""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import yaml

from bench import table
from bench.arguments import number
from bench.load.measuring import Plan, measured
from bench.load.report import BEGIN, END, as_markdown, reached
from nightdesk.evaluation.cases import CasesError
from nightdesk.run.places import ROOT
from nightdesk.run.progress import StepFailed

QUESTIONS = ROOT / "tests" / "cases" / "faq.jsonl"


def parser() -> argparse.ArgumentParser:
    """Give the command line."""
    top = argparse.ArgumentParser(
        prog="python -m bench.load",
        description="Starts a Nightdesk (rasa, actions, desk, database) and a stock Rasa (what "
        "`rasa init` makes, with our questions), lets visitors come to both by chance, in turns, "
        "at rising rates, and finds the highest rate at which 99 in 100 answers are with the "
        "visitor within 250 ms and none is lost. Then the same with two processes of each, and "
        "the desk's memory with many open streams. About forty minutes, after a quarter of an "
        "hour of training for the stock Rasa the first time. Exit status: 0, 1 when a goal is "
        "missed or something failed, 2 wrong use.",
    )
    top.add_argument("--seconds", type=number(3), default=20, metavar="N", help="of each rate (20)")
    top.add_argument(
        "--repeats", type=number(1), default=3, metavar="N", help="searches of each (3)"
    )
    top.add_argument(
        "--start", type=number(1), default=4, metavar="N", help="first messages a second (4)"
    )
    top.add_argument("--seed", type=number(0), default=1, metavar="N", help="default 1")
    top.add_argument(
        "--processes", type=number(1), nargs="+", default=[1, 2], metavar="N",
        help="of each kind (default 1 2; with more than one, PostgreSQL where it is installed)",
    )  # fmt: skip
    top.add_argument(
        "--streams", type=number(0), default=1000, metavar="N", help="open streams (1000; 0: none)"
    )
    top.add_argument(
        "--every", type=number(1), default=8, metavar="N",
        help="the stock Rasa learns one in N of our lines (8: more take hours, and change what it "
        "answers, not how fast)",
    )  # fmt: skip
    top.add_argument(
        "--epochs", type=number(1), metavar="N",
        help="of the stock Rasa's training (its default, 100; fewer are for trials)",
    )  # fmt: skip
    top.add_argument(
        "--quick",
        action="store_true",
        help="a trial: one process each, one short search, 100 streams, 2 epochs",
    )
    top.add_argument("--json", action="store_true", help="print JSON")
    top.add_argument(
        "--write", type=Path, metavar="FILE", help="put the tables between their marks in FILE"
    )
    return top


def plan_of(arguments: argparse.Namespace) -> Plan:
    """Give what the command line asks for."""
    quick = arguments.quick
    return Plan(
        questions=QUESTIONS,
        seconds=min(arguments.seconds, 6) if quick else arguments.seconds,
        repeats=1 if quick else arguments.repeats,
        start=arguments.start,
        seed=arguments.seed,
        processes=(1,) if quick else tuple(arguments.processes),
        streams=min(arguments.streams, 100) if quick else arguments.streams,
        every=arguments.every,
        epochs=2 if quick else arguments.epochs,
        quick=quick,
    )


def main(words: Sequence[str] | None = None) -> int:
    """Carry the command out. Gives the exit status."""
    arguments = parser().parse_args(words)
    try:
        if arguments.write is not None:
            # Found out before an hour of measuring rather than after it.
            document = arguments.write.read_text(encoding="utf-8")
            table.between_marks(document, "", BEGIN, END)
        results = asyncio.run(measured(plan_of(arguments)))
        if arguments.write is not None:
            table.write(arguments.write, as_markdown(results), BEGIN, END)
    except (table.NoPlace, CasesError) as error:
        print(f"bench.load: {error}", file=sys.stderr)
        return 2
    except (StepFailed, OSError, yaml.YAMLError, KeyError) as error:
        print(f"bench.load: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    print(json.dumps(results, indent=1) if arguments.json else as_markdown(results))
    return 0 if reached(results) else 1


if __name__ == "__main__":
    sys.exit(main())
