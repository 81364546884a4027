"""`python -m bench.locks`: the turns that two replicas lose with Rasa's Redis lock, and ours."""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any

import redis

from bench.arguments import number
from bench.machine import machine
from bench.shared_turns import COUNTER, REPLICAS
from deploy.local import redis as local_redis
from deploy.local.machine import NotInstalled, ServerFailed
from nightdesk.run.places import ROOT
from nightdesk.run.progress import Step

WITHIN = 300


def measure(kind: str, url: str, turns: int) -> dict[str, Any]:
    """Give what became of `turns` turns of each replica on one conversation, all at once."""
    client = redis.Redis.from_url(url)
    client.flushall()
    children = [
        subprocess.Popen(
            [sys.executable, "-m", "bench.shared_turns", kind, url, str(turns)],
            stdout=subprocess.PIPE,
            cwd=ROOT,
        )
        for _ in range(REPLICAS)
    ]
    began = time.monotonic()
    failed = sum(int(child.communicate(timeout=WITHIN)[0] or turns) for child in children)
    kept = int(client.get(COUNTER) or 0)
    whole = REPLICAS * turns
    return {
        "lock": kind,
        "turns": whole,
        "refused": failed,
        "overwritten": whole - failed - kept,
        "seconds": round(time.monotonic() - began, 1),
    }


def main(words: Sequence[str] | None = None) -> int:
    """Carry the command out. Gives the exit status: 1 when our lock lost a turn."""
    top = argparse.ArgumentParser(
        prog="python -m bench.locks",
        description="Two processes take turns in one conversation, all at once, under Rasa's own "
        "Redis lock and under ours, in a Redis of their own. `refused` are turns that got no lock, "
        "`overwritten` those that ran beside another and were lost. About a minute.",
    )
    top.add_argument("--turns", type=number(1), default=20, metavar="N", help="each (default 20)")
    top.add_argument("--rounds", type=number(1), default=3, metavar="N", help="(default 3)")
    top.add_argument("--json", action="store_true", help="print JSON")
    chosen = top.parse_args(words)
    try:
        with local_redis.server() as url:
            rows = []
            for at in range(chosen.rounds):
                for kind in ("stock", "ours"):
                    with Step(f"Round {at + 1}: {kind}"):
                        rows.append(measure(kind, url, chosen.turns))
    except (NotInstalled, ServerFailed) as error:
        print(f"bench.locks: {error}", file=sys.stderr)
        return 1
    if chosen.json:
        print(json.dumps({"machine": machine(), "rounds": rows}, indent=1))
    else:
        for row in rows:
            print(", ".join(f"{name} {value}" for name, value in row.items()))
    lost = sum(row["refused"] + row["overwritten"] for row in rows if row["lock"] == "ours")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
