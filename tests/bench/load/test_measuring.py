"""A whole measurement with systems that are not there, and one process that is."""

import asyncio
import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bench.load import measuring
from bench.load.figures import Sent
from bench.load.measuring import Plan, measured
from bench.load.report import as_markdown, goals
from bench.load.systems import Process, Running, System, cpu_seconds, resident_mib
from deploy.local.machine import NotInstalled, free_port
from nightdesk.run.places import Places
from nightdesk.run.progress import StepFailed

QUESTIONS = Path(__file__).parents[3] / "tests" / "cases" / "faq.jsonl"
PLAN = Plan(
    questions=QUESTIONS, seconds=1, repeats=2, start=4.0, seed=1, processes=(1, 2), streams=0,
    every=8, epochs=None, quick=False,
)  # fmt: skip
HOLDS = {"ours": 24.0, "stock": 8.0}


class Imagined(Running):
    """A system that is not started."""

    def __enter__(self) -> "Imagined":
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def cpu(self):
        return {one.name: 1.0 for one in self.system.processes}

    def resident(self):
        return {one.name: 100.0 for one in self.system.processes}


@pytest.fixture
def imagined(monkeypatch, tmp_path):
    """Put systems in place of real ones that hold the rates in HOLDS."""

    async def run(visit, urls, coming):
        name = "stock" if visit is measuring.visit_stock else "ours"
        lines = [line for visitor in coming for line in visitor.lines]
        took = 0.1 if len(lines) / 8 <= HOLDS[name] else 0.6
        return [Sent(line.due, "answered", took / 2, took) for line in lines]

    def databases(name, var):
        if name == "PostgreSQL":
            raise NotInstalled("there is none")
        return measuring.contextlib.nullcontext("sqlite://")

    process = Process("one", ("true",), "", {}, tmp_path)
    for name, value in {
        "Running": Imagined,
        "run": run,
        "databases": databases,
        "ensure_model": lambda places: tmp_path,
        "prepare": lambda *_: None,
        "trained": lambda *_: tmp_path,
        "desk_system": lambda *_: System("ours", (process,), ("http://a",)),
        "stock_system": lambda *_: System("stock", (process,), ("http://b",)),
    }.items():
        monkeypatch.setattr(measuring, name, value)
    places = replace(Places.from_environment({}), var=tmp_path)
    monkeypatch.setattr(measuring.Places, "from_environment", staticmethod(lambda: places))


def test_both_are_searched_and_compared(imagined):
    found = asyncio.run(measured(PLAN))
    (row,) = found["topologies"]
    assert len(row["ours"]["searches"]) == len(row["stock"]["searches"]) == 2
    assert row["ours"]["highest"]["median"] > 1.5 * row["stock"]["highest"]["median"]
    assert row["ours"]["at_same_rate"]["rate"] == row["stock"]["at_same_rate"]["rate"]
    assert found["left_out"] == ["2 processes: left out, there is none"]
    assert goals(found)
    text = as_markdown(found)
    assert "One process of each, SQLite" in text
    assert "left out, there is none" in text


def test_a_process_runs_until_the_end_of_the_block(tmp_path):
    port = free_port()
    command = (sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1")
    one = Process("web one", command, f"http://127.0.0.1:{port}/", os.environ, tmp_path)
    with Running(System("any", (one,), ()), tmp_path) as running:
        (child,) = running.children.values()
        assert running.cpu()["web one"] > 0
        assert running.resident()["web one"] > 1
        assert child.poll() is None
    assert child.poll() is not None


def test_what_does_not_start_says_why(tmp_path):
    command = (sys.executable, "-c", "raise SystemExit('no model here')")
    one = Process("rasa", command, "http://127.0.0.1:1/", os.environ, tmp_path)
    with (
        pytest.raises(StepFailed, match="no model here"),
        Running(System("any", (one,), ()), tmp_path),
    ):
        pass


def test_what_this_process_uses_is_read():
    assert cpu_seconds(os.getpid()) > 0
    assert resident_mib(os.getpid()) > 10
