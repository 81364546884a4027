"""A whole measurement: which systems run, in which order, and what is kept of it."""

import contextlib
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.live_desks import ObedientRasa, databases
from bench.load import streams
from bench.load.arrivals import is_measured, visitors
from bench.load.figures import held, ratios, run_figures, spread
from bench.load.search import Search
from bench.load.stock import prepare, trained
from bench.load.systems import (
    Running,
    System,
    desk_alone,
    desk_system,
    questions_of,
    stock_system,
    used,
)
from bench.load.visiting import Visit, run, visit_desk, visit_stock
from bench.machine import machine, versions
from bench.training import environment
from deploy.local.machine import NotInstalled
from nightdesk.run.places import Places
from nightdesk.run.progress import Step
from nightdesk.run.training import ensure_model

OURS, STOCK = "ours", "stock"
NO_WAIT = 0.0
"""The pace that is like for like: a stock Rasa waits for no second line of a question."""

WARM_UP_RATE, WARM_UP_SECONDS = 2.0, 4.0
LOW = 0.5
"""Of the highest rate: where the delay is that of the work, not of a queue."""

STREAM_RATE, STREAM_SECONDS = 10.0, 30.0


@dataclass(frozen=True)
class Plan:
    """What is measured; rates are messages a second."""

    questions: Path
    seconds: float
    repeats: int
    start: float
    seed: int
    processes: tuple[int, ...]
    streams: int
    every: int
    epochs: int | None
    quick: bool


@dataclass
class Peer:
    """One of the two systems while it runs."""

    visit: Visit
    running: Running
    questions: Sequence[str]

    async def run(self, rate: float, seconds: float, seed: int) -> dict[str, Any]:
        """Let visitors come at a rate; give the figures, the generator's processor included."""
        coming = visitors(rate, seconds, self.questions, seed)
        before, own, began = self.running.cpu(), time.process_time(), time.monotonic()
        sent = await run(self.visit, self.running.system.urls, coming)
        took, own = time.monotonic() - began, time.process_time() - own
        cpu = {**used(before, self.running.cpu()), "generator": own}
        figures = run_figures(rate, [row for row in sent if is_measured(row.due)], cpu, took)
        each = {name: round(1000 * seconds / max(1, len(sent)), 1) for name, seconds in cpu.items()}
        return {**figures, "cpu_ms_each": each}

    async def highest(self, plan: Plan, seed: int, step: Step) -> dict[str, Any]:
        """Search the highest rate that is held; give it with every run of the search."""
        search = Search(plan.start)
        runs: list[dict[str, Any]] = []
        while (rate := search.rate()) is not None:
            step.note(f"{rate:.1f} messages a second")
            runs.append(await self.run(rate, plan.seconds, seed + len(runs)))
            search.tell(held(runs[-1]))
        return {"rate": round(search.highest, 2), "runs": runs}


async def measured(plan: Plan) -> dict[str, Any]:
    """Measure all that `plan` says. Gives JSON. Raises StepFailed, CasesError, OSError."""
    places = Places.from_environment()
    questions = list(questions_of([plan.questions]))
    model = ensure_model(places)
    kept = places.var / "bench" / "load"
    project = kept / "project"
    project.mkdir(parents=True, exist_ok=True)
    peer = prepare(places.root, places.data, project, plan.seed, plan.every, plan.epochs)
    stock_model = trained(peer, kept, environment(places))
    results: dict[str, Any] = {
        "date": time.strftime("%Y-%m-%dT%H:%MZ", time.gmtime()),
        "machine": machine(),
        "versions": versions(),
        "load": round(os.getloadavg()[0], 1),
        "settings": {**asdict(plan), "questions": len(questions)},
        "left_out": [],
        "topologies": [],
        "pace": None,
        "streams": None,
    }
    for processes in plan.processes:
        name = "SQLite" if processes == 1 else "PostgreSQL"
        with tempfile.TemporaryDirectory(prefix="nightdesk-load-") as folder:
            try:
                with databases(name, Path(folder)) as address:
                    ours = desk_system(places, Path(folder), model, processes, address, NO_WAIT)
                    theirs = stock_system(places, project, stock_model, processes)
                    found = await _topology(plan, questions, ours, theirs, Path(folder))
            except NotInstalled as error:
                results["left_out"].append(f"{processes} processes: left out, {error}")
                continue
        results["topologies"].append({"processes": processes, "database": name, **found})
    rate = LOW * max([LOW, *(row["ours"]["highest"]["median"] for row in results["topologies"])])
    results["pace"] = await _pace(plan, places, model, questions, rate)
    if plan.streams:
        results["streams"] = await _streams(plan, places)
    return results


async def _topology(
    plan: Plan, questions: Sequence[str], ours: System, theirs: System, logs: Path
) -> dict[str, Any]:
    size = len(ours.urls)
    with contextlib.ExitStack() as stack:
        with Step(f"Starting both, {size} process{'es' if size > 1 else ''} of each"):
            peers = {
                OURS: Peer(visit_desk, stack.enter_context(Running(ours, logs)), questions),
                STOCK: Peer(visit_stock, stack.enter_context(Running(theirs, logs)), questions),
            }
        for peer in peers.values():
            await peer.run(WARM_UP_RATE, WARM_UP_SECONDS, plan.seed)
        found: dict[str, list[dict[str, Any]]] = {OURS: [], STOCK: []}
        for turn in range(plan.repeats):
            for name in _in_turns(turn):
                with Step(f"Searching {name}, {turn + 1} of {plan.repeats}") as step:
                    search = await peers[name].highest(plan, plan.seed + 1000 * (turn + 1), step)
                found[name].append(search)
        rates = {name: [row["rate"] for row in rows] for name, rows in found.items()}
        # The delays of both at one rate that both hold.
        same = max(LOW, LOW * min(min(each) for each in rates.values()))
        beside = {}
        for name, peer in peers.items():
            with Step(f"Both at {same:.1f} messages a second: {name}"):
                beside[name] = await peer.run(same, 2 * plan.seconds, plan.seed + 1)
        resident = {name: peer.running.resident() for name, peer in peers.items()}
    return {
        **{
            name: {
                "highest": spread(rates[name]),
                "searches": found[name],
                "at_same_rate": beside[name],
                "mib": {part: round(mib) for part, mib in resident[name].items()},
            }
            for name in peers
        },
        "ratio": spread(ratios(rates[OURS], rates[STOCK])),
    }


async def _pace(
    plan: Plan, places: Places, model: Path, questions: Sequence[str], rate: float
) -> dict[str, Any]:
    """Give the whole way as it is shipped, where a short message waits for a second one."""
    with tempfile.TemporaryDirectory(prefix="nightdesk-load-") as folder:
        address = f"sqlite:///{Path(folder) / 'desk.sqlite3'}"
        system = desk_system(places, Path(folder), model, 1, address, None)
        with Step("Ours as it is shipped"), Running(system, Path(folder)) as running:
            peer = Peer(visit_desk, running, questions)
            await peer.run(WARM_UP_RATE, WARM_UP_SECONDS, plan.seed)
            return await peer.run(rate, 2 * plan.seconds, plan.seed + 2)


async def _streams(plan: Plan, places: Places) -> dict[str, Any]:
    """Measure one desk's memory with many open streams; Rasa is a stand-in here."""
    with tempfile.TemporaryDirectory(prefix="nightdesk-load-") as folder:
        async with ObedientRasa() as rasa:
            system = desk_alone(places, Path(folder), rasa.url)
            with Step(f"{plan.streams} open streams"), Running(system, Path(folder)) as running:
                seconds = plan.seconds if plan.quick else STREAM_SECONDS
                return await streams.measure(
                    system.urls[0],
                    plan.streams,
                    STREAM_RATE,
                    seconds,
                    lambda: running.resident()["desk"],
                    plan.seed,
                )


def _in_turns(turn: int) -> Iterator[str]:
    """Give both names: each goes first equally often, so what the machine does falls on both."""
    yield from (OURS, STOCK) if turn % 2 == 0 else (STOCK, OURS)
