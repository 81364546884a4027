"""`python -m bench.live`: how soon every open inbox shows what a visitor wrote."""

import argparse
import asyncio
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench import table
from bench.arguments import number
from bench.live_desks import Desks, ObedientRasa, databases
from bench.live_figures import as_markdown, kept, topology
from bench.live_inboxes import Measured, measure
from bench.machine import machine
from deploy.local.machine import NotInstalled, ServerFailed
from nightdesk.run.places import ROOT
from nightdesk.run.progress import Step, StepFailed

DATABASES = ("SQLite", "PostgreSQL")
STAFF = ("ada", "ben", "cora", "dina")
POLL = 5.0
BEGIN = "<!-- bench.live begin: written by `python -m bench.live --write` -->"
END = "<!-- bench.live end -->"


def parser() -> argparse.ArgumentParser:
    """Give the command line."""
    top = argparse.ArgumentParser(
        prog="python -m bench.live",
        description="Starts real desk processes (one, and two on one database) with a Rasa that "
        "answers at once, opens inboxes as pages do (queue and chats, over server-sent events, "
        "signed in), sends visitors' messages, and measures the seconds from each message until "
        "each open inbox shows it; beside them the same inboxes without streams. About six "
        "minutes. Exit status: 0, 1 when something came late or never or failed, 2 wrong use.",
    )
    top.add_argument(
        "--inboxes", type=number(2), default=10, metavar="N", help="open inboxes (default 10)"
    )
    top.add_argument(
        "--messages", type=number(1), default=25, metavar="N", help="for each desk (default 25)"
    )
    top.add_argument(
        "--desks", type=number(1), nargs="+", default=[1, 2], metavar="N",
        help="numbers of desk processes (default 1 2)",
    )  # fmt: skip
    top.add_argument(
        "--database", choices=DATABASES, nargs="+", default=list(DATABASES), metavar="NAME",
        help="SQLite, PostgreSQL (default both; PostgreSQL where a server is installed)",
    )  # fmt: skip
    top.add_argument("--seed", type=int, default=1, metavar="N", help="of the pauses (default 1)")
    top.add_argument("--json", action="store_true", help="print JSON")
    top.add_argument(
        "--write", type=Path, metavar="FILE", help="put the table between its marks in FILE"
    )
    return top


def main(words: Sequence[str] | None = None) -> int:
    """Carry the command out. Gives the exit status."""
    arguments = parser().parse_args(words)
    try:
        results = asyncio.run(_run(arguments))
        if arguments.write is not None:
            table.write(arguments.write, as_markdown(results), BEGIN, END)
    except (StepFailed, ServerFailed, table.NoPlace, OSError) as error:
        print(f"bench.live: {error}", file=sys.stderr)
        return 1
    print(json.dumps(results, indent=1) if arguments.json else as_markdown(results))
    return 0 if kept(results) else 1


async def _run(arguments: argparse.Namespace) -> dict[str, Any]:
    results: dict[str, Any] = {
        "date": time.strftime("%Y-%m-%dT%H:%MZ", time.gmtime()),
        "machine": machine(),
        "load": round(os.getloadavg()[0], 1),
        "settings": {
            "inboxes": arguments.inboxes,
            "messages": arguments.messages,
            "poll": POLL,
            "seed": arguments.seed,
        },
        "left_out": [],
        "topologies": [],
    }
    for database in arguments.database:
        for desks in arguments.desks:
            name = f"{desks} process{'es' if desks > 1 else ''}, {database}"
            try:
                with Step(f"Measuring {name}"):
                    found = await _measure(arguments, database, desks)
            except NotInstalled as error:
                results["left_out"].append(f"{name}: left out, {error}")
                continue
            row = topology(name, found.streams, found.polls)
            results["topologies"].append({**row, "cut": found.cut})
    return results


async def _measure(arguments: argparse.Namespace, database: str, desks: int) -> Measured:
    with tempfile.TemporaryDirectory(prefix="nightdesk-live-") as folder:
        var = Path(folder)
        async with ObedientRasa() as rasa:
            with databases(database, var) as address:
                environment = {**os.environ, "NIGHTDESK_CLINIC": str(ROOT / "clinic.yml")}
                # Starting blocks, and nothing is asked of Rasa meanwhile.
                with Desks(desks, address, rasa.url, var, environment) as running:
                    for username in STAFF:
                        running.add_staff(username)
                    return await measure(
                        running.urls,
                        STAFF,
                        arguments.inboxes,
                        arguments.messages,
                        POLL,
                        random.Random(arguments.seed),
                    )


if __name__ == "__main__":
    sys.exit(main())
