"""The report and the command line."""

from pathlib import Path

import pytest

from bench.load.__main__ import main, parser, plan_of
from bench.load.report import BEGIN, END, as_markdown, reached

ROOT = Path(__file__).parents[3]


def run(rate: float):
    return {
        "rate": rate,
        "messages": 100,
        "lost": 0,
        "failed": 0,
        "ms": {"p50": 40.0, "p95": 90.0, "p99": 140.0},
        "stored_ms": {"p50": 9.0, "p95": 20.0, "p99": 30.0},
        "cpu": {"rasa": 0.4},
        "cpu_ms_each": {"rasa": 31.5},
    }


def one(median: float):
    spread = {"median": median, "low": median, "high": median}
    return {"highest": spread, "searches": [], "at_same_rate": run(4.0), "mib": {"rasa": 900}}


def results(ours: float, stock: float, mib: float):
    ratio = ours / stock
    return {
        "date": "2026-01-01T00:00Z",
        "machine": {"cores": 2, "memory_gib": 24, "architecture": "Linux x86_64"},
        "load": 0.1,
        "settings": {
            "questions": 176, "seconds": 20, "repeats": 3, "seed": 1, "every": 8,
            "epochs": None, "quick": False,
        },
        "left_out": [],
        "topologies": [
            {
                "processes": 1,
                "database": "SQLite",
                "ours": one(ours),
                "stock": one(stock),
                "ratio": {"median": ratio, "low": ratio, "high": ratio},
            }
        ],
        "pace": run(10.0),
        "streams": {
            "streams": 1000,
            "open": 1000,
            "mib": {"before": 140.0, "idle": 250.0, "messages": mib},
            "rate": 10.0,
            "messages": 300,
            "lost": 0,
            "shown_ms": {"p50": 9.0, "p95": 20.0, "p99": 30.0},
        },
    }  # fmt: skip


def test_goals_are_judged():
    assert reached(results(20.0, 10.0, 399.0))
    assert not reached(results(19.9, 10.0, 399.0))
    assert not reached(results(20.0, 10.0, 401.0))


def test_a_stream_that_was_lost_or_a_message_misses_the_goal():
    for change in ({"open": 999}, {"lost": 1}):
        found = results(20.0, 10.0, 300.0)
        found["streams"].update(change)
        assert not reached(found)


def test_the_report_says_what_was_found():
    text = as_markdown(results(20.0, 8.0, 300.0))
    assert "20.0 (20.0–20.0) | 8.0 (8.0–8.0) | 2.5 (2.5–2.5)" in text
    assert "1,000 of 1,000 streams" in text
    assert "trial" not in text


def test_the_document_has_a_place_for_it():
    text = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    assert text.index(BEGIN) < text.index(END)


def test_a_document_without_a_place_is_refused_before_anything_starts(tmp_path, capsys):
    path = tmp_path / "page.md"
    path.write_text("# Nothing here\n")
    assert main(["--write", str(path)]) == 2
    assert "are missing" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["--seconds", "0"], ["--repeats", "x"], ["--processes", "0"]])
def test_wrong_use(words, capsys):
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert "whole number" in capsys.readouterr().err


def test_a_trial_is_short():
    plan = plan_of(parser().parse_args(["--quick"]))
    assert (plan.processes, plan.repeats, plan.streams, plan.epochs) == ((1,), 1, 100, 2)
