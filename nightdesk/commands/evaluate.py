"""`nightdesk eval`: scores files of labelled messages, and fails below thresholds."""

import argparse
import asyncio
import json
import sys
from collections import Counter
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nightdesk.bot.in_process import Bot
from nightdesk.commands.loading import load_bot
from nightdesk.evaluation.cases import Case, CasesError, load_cases
from nightdesk.evaluation.judge import Judged, judge, known_label
from nightdesk.evaluation.published import (
    PublishedError,
    as_json,
    block,
    lacking,
    load_wording,
    stored,
    with_block,
)
from nightdesk.evaluation.report import (
    ThresholdsError,
    about_table,
    all_figures,
    below,
    by_group,
    levels_table,
    load_thresholds,
    misses,
    table,
)
from nightdesk.run.places import ROOT
from nightdesk.safety.themes import theme_of
from nightdesk_contract.days import day_in_words
from nightdesk_contract.outcome import ENGLISH
from nightdesk_contract.texts import load_texts

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

DEFAULT_THRESHOLDS = ROOT / "tests" / "cases" / "thresholds.yml"
TEXTS = ROOT / "data" / "texts"
PUBLIC_PAGES = (("crisis-protocol.md", ENGLISH), ("crisis-protocol.es.md", "es"))
"""The pages that tell the figures, beside the file that they are kept in, with their language."""
_PROGRESS_EVERY = 200


def register(subparsers: "Subparsers") -> None:
    """Add `eval` to the command line."""
    evaluate = subparsers.add_parser(
        "eval",
        help="score files of labelled messages",
        description="Asks the bot every row (each in a conversation of its own) and judges the "
        "outcomes. Figures in percent with Wilson 95 % intervals: right; wrong (an answer that "
        "should not have been given); withheld (handed over or not understood, though answerable); "
        "alarm (crisis or medical-advice hand-over that nothing called for). Where cases name the "
        "level of their hand-over: how many got it, and how many emergencies were found as such; "
        "where they name what their crisis is about: how many got a text about it. "
        "Exit status 1 when a file is below its thresholds.",
    )
    evaluate.add_argument("files", nargs="+", type=Path, metavar="FILE", help="JSON Lines")
    evaluate.add_argument(
        "--misses", action="store_true", help="list every case that was not right"
    )
    evaluate.add_argument("--json", action="store_true", help="print JSON")
    evaluate.add_argument(
        "--thresholds",
        type=Path,
        default=DEFAULT_THRESHOLDS,
        metavar="FILE",
        help="limits by file name (default tests/cases/thresholds.yml); others are only scored",
    )
    evaluate.add_argument(
        "--write",
        type=Path,
        metavar="FILE",
        help="keep the figures (no messages) in FILE, for the project docs/evaluation.json, and "
        f"put them into {' and '.join(page for page, _ in PUBLIC_PAGES)} beside it; "
        "without this nothing is written",
    )
    evaluate.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Carry out `eval`. Gives the exit status: 0, 1 below thresholds, 2 wrong use."""
    try:
        files = {path: _checked(path) for path in arguments.files}
        limits = load_thresholds(arguments.thresholds)
        if arguments.write:
            _check_writable(arguments.write, files)
    except (CasesError, ThresholdsError, PublishedError) as error:
        print(f"nightdesk eval: {error}", file=sys.stderr)
        return 2
    bot = load_bot()
    if bot is None:
        return 1
    judged = asyncio.run(_judge_all(bot, files))
    failures = [
        failure
        for path, rows in judged.items()
        for failure in below(path.name, all_figures(rows), limits.get(path.name, {}))
    ]
    if arguments.write:
        _write(arguments.write, judged)
    if arguments.json:
        print(json.dumps(_as_json(judged, failures), ensure_ascii=False, indent=1))
    else:
        for path, rows in judged.items():
            print(table(path.stem, rows), end="\n\n")
            for more in filter(None, (levels_table(rows), about_table(rows))):
                print(more, end="\n\n")
            if arguments.misses:
                print(misses(rows), end="\n\n")
        print("\n".join(failures) or "No threshold is missed.")
    return 1 if failures else 0


def _checked(path: Path) -> list[Case]:
    cases = load_cases(path)
    for case in cases:
        if not known_label(case.label):
            raise CasesError(f"{path}: unknown label {case.label!r}")
    return cases


async def _judge_all(bot: Bot, files: dict[Path, list[Case]]) -> dict[Path, list[Judged]]:
    total, done = sum(map(len, files.values())), 0
    judged: dict[Path, list[Judged]] = {}
    for path, cases in files.items():
        judged[path] = []
        for case in cases:
            answer = await bot.ask(case.text)
            about = theme_of(answer.intent)
            judged[path].append(judge(case, answer.outcome, answer.level, about))
            done += 1
            if done % _PROGRESS_EVERY == 0:
                print(f"… {done} of {total}", file=sys.stderr)
    return judged


def _check_writable(target: Path, files: dict[Path, list[Case]]) -> None:
    """Find out before the bot is asked whether the figures can be kept. Raises PublishedError."""
    twice = [name for name, count in Counter(path.stem for path in files).items() if count > 1]
    if twice:
        raise PublishedError(f"--write: two files are called {', '.join(twice)}")
    if not target.parent.is_dir():
        raise PublishedError(f"--write: no folder {target.parent}")
    for page, language in _pages(target):
        wording = load_wording(_wording(language))
        missing = lacking(wording, {path.stem: rows for path, rows in files.items()})
        if missing:
            raise PublishedError(
                f"--write: {page.name} also tells of {', '.join(missing)}: give those files too"
            )
        with_block(page.read_text(encoding="utf-8"), "")


def _pages(target: Path) -> list[tuple[Path, str]]:
    """Give the public pages that lie beside the kept figures."""
    pages = [(target.with_name(name), language) for name, language in PUBLIC_PAGES]
    return [(page, language) for page, language in pages if page.is_file()]


def _wording(language: str) -> Path:
    return TEXTS / ("figures.yml" if language == ENGLISH else f"figures.{language}.yml")


def _write(target: Path, judged: dict[Path, list[Judged]]) -> None:
    evaluation = stored(date.today(), {path.stem: rows for path, rows in judged.items()})
    written = [target]
    target.write_text(as_json(evaluation), encoding="utf-8")
    for page, language in _pages(target):
        in_words = partial(day_in_words, texts=load_texts(TEXTS / "desk.yml"), language=language)
        figures = block(load_wording(_wording(language)), evaluation, in_words)
        page.write_text(with_block(page.read_text(encoding="utf-8"), figures), encoding="utf-8")
        written.append(page)
    print(f"Wrote {' and '.join(map(str, written))}.", file=sys.stderr)


def _as_json(judged: dict[Path, list[Judged]], failures: list[str]) -> dict[str, Any]:
    return {
        "files": {
            str(path): {
                **all_figures(rows),
                "by_label": by_group(rows, "label"),
                "by_kind": by_group(rows, "kind"),
                "misses": [
                    {"text": r.case.text, "label": r.case.label, "outcome": r.outcome}
                    for r in rows
                    if not r.right
                ],
            }
            for path, rows in judged.items()
        },
        "below_thresholds": failures,
    }
