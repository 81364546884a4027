"""`python -m deploy.trial` (`make test-scale`): the topology as deployed, put to the test."""

import argparse
import asyncio
import contextlib
import json
import shutil
import signal
import ssl
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import psycopg2

from bench.arguments import number
from bench.machine import machine
from deploy.local.machine import NotInstalled, ServerFailed
from deploy.trial import inboxes, outside
from deploy.trial.judging import UNAVAILABLE, Kept, Verdict, judge
from deploy.trial.talking import Talk, Visitor
from deploy.trial.topology import Topology, answers, running
from nightdesk.run.places import ROOT
from nightdesk.run.progress import Step, StepFailed
from nightdesk.run.ready import is_ready
from nightdesk.run.shared_stores import SCHEMA
from nightdesk_contract.door import clean

WHOLE_WITHIN = 120.0
HELP = ("/widget.js", "/widget-chat.js", "/api/widget/config", "/crisis-lines", "/crisis-protocol")
"""What the proxy keeps for a time without desks."""
KILLED = (("rasa-1", 0.3), ("desk-1", 0.6))
"""What is killed, and after which share of the turns."""


def parser() -> argparse.ArgumentParser:
    """Give the command line."""
    top = argparse.ArgumentParser(
        prog="python -m deploy.trial",
        description="Starts PostgreSQL, Redis, two Rasas, two desks, the actions and nginx with "
        "TLS on this machine, opens an inbox at each desk, lets visitors talk (two messages at "
        "once, and bursts) while a Rasa and a desk are killed, and counts what became of every "
        "turn. Some minutes. Exit status: 0, 1 when a turn was lost or anything failed, 2 wrong "
        "use. DESK_BURST_QUIET is 0 here: a desk would answer short lines that come together as "
        "one question, and turns could not be counted.",
    )
    top.add_argument("--turns", type=number(1), default=1000, metavar="N", help="(default 1000)")
    top.add_argument("--seed", type=int, default=1, metavar="N", help="of what is said (default 1)")
    top.add_argument("--no-kill", action="store_true", help="kill nothing")
    top.add_argument("--json", action="store_true", help="print JSON")
    top.add_argument("--keep", action="store_true", help="keep the logs, and say where")
    return top


def main(words: Sequence[str] | None = None) -> int:
    """Carry the command out. Gives the exit status."""
    chosen = parser().parse_args(words)
    # Ended from outside, it ends its servers, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    var = Path(tempfile.mkdtemp(prefix="nightdesk-scale-"))
    failed = True
    try:
        with running(var) as topology:
            result = asyncio.run(_try(topology, chosen))
        failed = bool(result["faults"])
    except (StepFailed, NotInstalled, ServerFailed) as error:
        print(f"deploy.trial: {error}", file=sys.stderr)
        return 1
    finally:
        if failed or chosen.keep:
            print(f"The logs are in {var / 'log'}", file=sys.stderr)
        else:
            shutil.rmtree(var, ignore_errors=True)
    print(json.dumps(result, indent=1) if chosen.json else as_text(result))
    return 1 if failed else 0


async def _try(topology: Topology, chosen: argparse.Namespace) -> dict[str, Any]:
    result: dict[str, Any] = {"machine": machine(), "seed": chosen.seed, "faults": []}
    trust = ssl.create_default_context(cafile=str(topology.proxy.certificate))
    with Step("What is reached from outside"):
        result["outside"] = _outside(topology, result["faults"])
    with Step("Two inboxes at two desks, and a stream through the proxy"):
        for name in ("ada", "ben"):
            topology.add_staff(name, inboxes.PASSWORD)
        result["inboxes"] = await _inboxes(topology, trust)
    talk = Talk(questions(), chosen.turns, chosen.seed)
    killed: list[tuple[float, float]] = []
    began = time.monotonic()
    with Step(f"{talk.turns} turns") as step:
        talking = asyncio.create_task(
            talk.run(
                topology.proxy.url,
                trust,
                topology.desks,
                lambda done: step.note(f"{done} answered"),
            )
        )
        for name, share in () if chosen.no_kill else KILLED:
            await _until(talking, lambda share=share: len(talk.sent) >= share * talk.turns)
            killed.append(await _kill(topology, name))
        await talking
    result["seconds"] = round(time.monotonic() - began, 1)
    result["killed_for"] = [round(end - begin, 1) for begin, end in killed]
    with Step("What became of them"):
        await _until_answered(topology.database)
        verdict = judge(talk.sent, kept(topology.database), asked(topology.tracker), killed)
    result |= _figures(verdict, talk)
    result["faults"] += verdict.faults
    with Step("Without Redis"):
        result["handed_over_without_redis_after"] = await _without_redis(topology, trust)
    with Step("Without a desk"):
        result["faults"] += await asyncio.to_thread(_without_desks, topology, trust)
    return result


def _without_desks(topology: Topology, trust: ssl.SSLContext) -> list[str]:
    """Kill both desks and look at once: what helps must come all the same. Gives what did not."""
    with httpx.Client(base_url=topology.proxy.url, verify=trust, timeout=30) as client:
        shown = {path: client.get(path).text for path in HELP}
        for name in ("desk-1", "desk-2"):
            topology.kill(name)
        found = {path: client.get(path) for path in HELP}
        # It may be said only of a time without desks.
        away = client.get("/health/live").status_code
    faults = [
        f"without a desk {path} is not what it was ({answer.status_code})"
        for path, answer in found.items()
        if (answer.status_code, answer.text) != (200, shown[path])
    ]
    return faults if away >= 500 else [*faults, f"a desk was still there: {away}"]


async def _without_redis(topology: Topology, trust: ssl.SSLContext) -> float:
    """Give the seconds until a visitor is handed over to a person. Raises StepFailed."""
    topology.stop_redis()
    async with httpx.AsyncClient(base_url=topology.proxy.url, verify=trust, timeout=30) as proxy:
        visitor = Visitor([proxy])
        await visitor.begin()
        began = time.monotonic()
        await visitor.say("How long is a session?", 0)
        await visitor.answers(1)
        took = time.monotonic() - began
    outcomes = {e.outcome for e in kept(topology.database) if e.conversation == visitor.id}
    if UNAVAILABLE not in outcomes:
        raise StepFailed("Without Redis a turn was not handed over")
    return round(took, 2)


async def _inboxes(topology: Topology, trust: ssl.SSLContext) -> dict[str, float]:
    async with (
        httpx.AsyncClient(base_url=topology.desks[0], timeout=30) as first,
        httpx.AsyncClient(base_url=topology.proxy.url, verify=trust, timeout=30) as proxy,
    ):
        seconds = await inboxes.between_desks(topology.desks, Visitor([first]))
        visitor = Visitor([proxy])
        await visitor.begin()
        seconds["stream"] = await inboxes.first_event(proxy, visitor)
    return {name: round(value, 2) for name, value in seconds.items()}


def _outside(topology: Topology, faults: list[str]) -> str:
    trust = ssl.create_default_context(cafile=str(topology.proxy.certificate))
    with httpx.Client(base_url=topology.proxy.url, verify=trust) as client:
        for path, wanted in (("/health/live", 200), ("/metrics", 404), ("/health/workers", 404)):
            got = client.get(path).status_code
            if got != wanted:
                faults.append(f"{path} answers {got} through the proxy, not {wanted}")
    address = outside.outside_address()
    if address is None:
        return "not tried: this machine has only its loopback"
    open_there = outside.reachable(address, topology.private_ports)
    if open_there:
        faults.append(f"reached from outside: {', '.join(open_there)}")
    if not outside.reachable(address, {"proxy": topology.proxy.port}):
        faults.append("the proxy is not reached from outside")
    return f"of {len(topology.private_ports) + 1} ports the proxy's alone"


async def _kill(topology: Topology, name: str) -> tuple[float, float]:
    """Kill a process and wait until the supervisor's next one works. Gives when that was."""
    begin = time.monotonic()
    old = topology.kill(name)
    port = topology.private_ports[name]
    url = f"http://127.0.0.1:{port}"
    works = is_ready if name.startswith("desk") else answers
    while time.monotonic() - begin < WHOLE_WITHIN:
        await asyncio.sleep(0.25)
        new = await asyncio.to_thread(topology.pid, name)
        if new not in (0, old) and await asyncio.to_thread(works, url):
            return begin, time.monotonic()
    raise StepFailed(f"{name} did not come back within {WHOLE_WITHIN:.0f} s")


async def _until(talking: "asyncio.Task[None]", enough: Any) -> None:
    while not enough() and not talking.done():
        await asyncio.sleep(0.05)
    if talking.done():
        await talking


async def _until_answered(database: str) -> None:
    """Wait until every message has its answer: what a killed desk left is swept up."""
    until = time.monotonic() + WHOLE_WITHIN
    while time.monotonic() < until:
        if all(event.answered for event in await asyncio.to_thread(kept, database)):
            return
        await asyncio.sleep(1)


def kept(database: str) -> list[Kept]:
    """Read the desk's record."""
    with contextlib.closing(psycopg2.connect(database)) as connection, connection.cursor() as rows:
        rows.execute(
            "SELECT conversation_id, seq, sender, text, outcome, answered, xmin::text FROM events"
        )
        return [Kept(*row) for row in rows.fetchall()]


def asked(tracker: str) -> dict[tuple[str, str], int]:
    """Count by conversation and text what Rasa's store says it was asked."""
    with contextlib.closing(psycopg2.connect(tracker)) as connection, connection.cursor() as rows:
        rows.execute(
            "SELECT sender_id, data::json->>'text', count(*) "
            f"FROM {SCHEMA}.events WHERE type_name = 'user' GROUP BY 1, 2"
        )
        return {(sender, text): int(times) for sender, text, times in rows.fetchall()}


def questions() -> list[str]:
    """Give what visitors say here: the labelled questions that the door leaves as they are."""
    found = []
    for path in sorted((ROOT / "tests" / "cases").glob("*.jsonl")):
        for line in path.read_text().splitlines():
            text = json.loads(line).get("text")
            if isinstance(text, str) and text and "\n" not in text and clean(text) == text:
                found.append(text)
    return sorted(set(found))


def _figures(verdict: Verdict, talk: Talk) -> dict[str, Any]:
    times = statistics.quantiles(talk.seconds, n=100)
    return {
        "turns": verdict.turns,
        "lost": sum("lost" in fault for fault in verdict.faults),
        "outcomes": verdict.outcomes,
        "handed_over_because_rasa_was_away": verdict.handed_over,
        "asked_again_after_a_kill": verdict.asked_again,
        "tries_again": talk.tries,
        "round_seconds": {"p50": round(times[49], 2), "p99": round(times[98], 2)},
    }


def as_text(result: dict[str, Any]) -> str:
    """Give the figures for people."""
    lines = [f"  {name:36}{value}" for name, value in result.items() if name != "faults"]
    faults = result["faults"]
    lines += [f"  FAULT {fault}" for fault in faults[:20]]
    if len(faults) > 20:
        lines.append(f"  and {len(faults) - 20} more")
    return "\n".join([*lines, "All as promised." if not faults else "NOT as promised."])


if __name__ == "__main__":
    sys.exit(main())
