"""The command line: `nightdesk run | train | ask | answers | eval | staff` and more."""

import argparse
import sys
from collections.abc import Sequence
from io import TextIOWrapper

from nightdesk.commands import (
    answers,
    ask,
    clinic,
    confusion,
    desk,
    evaluate,
    review,
    sources,
    texts,
    thresholds,
)
from nightdesk.run import command as run


def parser() -> argparse.ArgumentParser:
    """Give the parser of every sub-command."""
    top = argparse.ArgumentParser(
        prog="nightdesk",
        description="A clinic's chat: answers from one document, says what it does not know, and "
        "hands over to people.",
    )
    subparsers = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    run.register(subparsers)
    ask.register(subparsers)
    answers.register(subparsers)
    clinic.register(subparsers)
    review.register(subparsers)
    sources.register(subparsers)
    texts.register(subparsers)
    evaluate.register(subparsers)
    confusion.register(subparsers)
    thresholds.register(subparsers)
    desk.register(subparsers)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; gives its exit status (0 good, 1 failed, 2 wrong use)."""
    if isinstance(sys.stdout, TextIOWrapper):
        # A message may hold half of a surrogate pair; written as JSON's own escape it stays exact.
        sys.stdout.reconfigure(errors="backslashreplace")
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words and words[0] in desk.COMMANDS:
        # The desk's own command line knows its options and its help.
        return desk.hand_on(words)
    chosen = parser().parse_args(words)
    try:
        return int(chosen.run(chosen))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Somebody closed the pipe (`| head`): nothing went wrong here.
        sys.stderr.close()
        return 0


if __name__ == "__main__":
    sys.exit(main())
