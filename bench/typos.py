"""`python -m bench.typos`: messages with typos in them, and what they cost the bot."""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bench.arguments import number
from bench.case_files import labelled_cases, rows
from bench.typo_maker import with_typos
from nightdesk.bot.in_process import Bot
from nightdesk.commands.loading import load_bot
from nightdesk.evaluation.cases import Case, CasesError
from nightdesk.evaluation.judge import Judged, judge
from nightdesk.evaluation.report import figures
from nightdesk.run.progress import Step

SHOWN = ("right", "wrong_answer")


@dataclass(frozen=True)
class Scored:
    """One file's cases as they were written, and with typos, in the same order."""

    name: str
    clean: list[Judged]
    typos: list[Judged]


def parser() -> argparse.ArgumentParser:
    """Give the command line."""
    top = argparse.ArgumentParser(
        prog="python -m bench.typos",
        description="Puts typos into every message of JSON Lines files (neighbours swapped, "
        "letters dropped, doubled, hit beside or added, seldom a lost space; only inside words; "
        "the same for the same message and seed) and writes the rows with their labels. "
        "With --score: asks the trained bot every case as it is and with typos, and compares.",
    )
    top.add_argument("files", nargs="+", type=Path, metavar="FILE", help="JSON Lines with `text`")
    top.add_argument(
        "--typos", type=number(0), default=2, metavar="N", help="typos a message (default 2)"
    )
    top.add_argument("--seed", type=int, default=1, metavar="N", help="default 1")
    top.add_argument("--out", type=Path, metavar="FILE", help="where to write (default stdout)")
    top.add_argument("--score", action="store_true", help="score the bot with and without typos")
    top.add_argument("--json", action="store_true", help="with --score: print JSON")
    return top


def main(words: Sequence[str] | None = None) -> int:
    """Carry the command out. Gives the exit status: 0, 1 failed, 2 wrong use."""
    top = parser()
    arguments = top.parse_args(words)
    if arguments.score and arguments.out:
        top.error("--out is for messages; --score prints")
    if arguments.json and not arguments.score:
        top.error("--json goes with --score; messages are JSON Lines anyway")
    try:
        if arguments.score:
            return _score(arguments)
        return _write(arguments)
    except CasesError as error:
        print(f"bench.typos: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        # Somebody closed the pipe (`| head`): nothing went wrong here.
        sys.stderr.close()
        return 0


def _write(arguments: argparse.Namespace) -> int:
    found = [row for path in arguments.files for row in rows(path)]
    changed = [with_row_typos(row, arguments.typos, arguments.seed) for row in found]
    # JSON's own escapes: a message may hold half of a surrogate pair, or U+2028.
    text = "".join(json.dumps(row) + "\n" for row in changed)
    if arguments.out is None:
        sys.stdout.write(text)
        return 0
    try:
        arguments.out.write_text(text, encoding="utf-8")
    except OSError as error:
        print(f"bench.typos: {arguments.out}: {error.strerror}", file=sys.stderr)
        return 1
    return 0


def with_row_typos(row: dict[str, Any], number: int, seed: int) -> dict[str, Any]:
    """Give a row with typos in its text; the rest of it stays."""
    return {**row, "text": with_typos(row["text"], number, seed)}


def _score(arguments: argparse.Namespace) -> int:
    files = {path: labelled_cases(path) for path in arguments.files}
    bot = load_bot()
    if bot is None:
        return 1
    scored = asyncio.run(_ask_all(bot, files, arguments.typos, arguments.seed))
    if arguments.json:
        settings = {"typos": arguments.typos, "seed": arguments.seed}
        print(json.dumps({**settings, "files": as_json(scored)}, ensure_ascii=False, indent=1))
    else:
        print(as_text(scored, arguments.typos))
    return 0


async def _ask_all(bot: Bot, files: dict[Path, list[Case]], number: int, seed: int) -> list[Scored]:
    total, done = 2 * sum(map(len, files.values())), 0
    scored = []
    with Step("Asking the bot, with typos and without") as step:
        for path, cases in files.items():
            row = Scored(path.stem, [], [])
            for case in cases:
                for text, judged in (
                    (case.text, row.clean),
                    (with_typos(case.text, number, seed), row.typos),
                ):
                    answer = await bot.ask(text)
                    judged.append(judge(replace(case, text=text), answer.outcome))
                    done += 1
                    step.note(f"{done} of {total}")
            scored.append(row)
    return scored


def as_json(scored: Sequence[Scored]) -> dict[str, Any]:
    """Give the figures of each file: `clean`, `typos`, and what the typos cost in points."""
    return {
        row.name: {
            "clean": figures(row.clean),
            "typos": figures(row.typos),
            "difference": {name: difference(row, name) for name in SHOWN},
        }
        for row in scored
    }


def difference(row: Scored, figure: str) -> float:
    """Give by how many percentage points a figure is higher with typos than without."""
    with_, without = figures(row.typos)[figure], figures(row.clean)[figure]
    return round(float(with_["percent"]) - float(without["percent"]), 2)


def as_text(scored: Sequence[Scored], typos: int) -> str:
    """Give a table: for each file right and wrong, as written, with typos, and the difference."""
    width = max(len(row.name) for row in scored)
    named = f"{typos} typos" if typos != 1 else "1 typo"
    lines = [f"{'':{width}} {'cases':>6} {'':6} {'as written':>21} {named:>21} {'points':>7}"]
    for row in scored:
        clean, typed = figures(row.clean), figures(row.typos)
        for figure, head in zip(SHOWN, ("right", "wrong"), strict=True):
            first = figure == SHOWN[0]
            name, cases = (row.name, str(len(row.clean))) if first else ("", "")
            lines.append(
                f"{name:{width}} {cases:>6} {head:6} {_cell(clean[figure])} {_cell(typed[figure])}"
                f" {difference(row, figure):>+7.1f}"
            )
    return "\n".join(lines)


def _cell(figure: dict[str, float]) -> str:
    return f"{figure['percent']:6.1f} ({figure['low']:5.1f}-{figure['high']:5.1f})"


if __name__ == "__main__":
    sys.exit(main())
