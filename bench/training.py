"""Training as a process of its own, with what it cost."""

import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bench import cost
from bench.inputs import Pipeline
from nightdesk.run import leash
from nightdesk.run.places import Places
from nightdesk.run.progress import Step, StepFailed
from nightdesk.run.training import quiet_environment, rasa_command

_EPOCHS = re.compile(rb"Epochs:\s+(\d+)%")
_LOOK_EVERY = 2.0
_TAIL = 4096


@dataclass(frozen=True)
class Cost:
    """What a process took: seconds by the clock and of the processor, and its peak memory (MiB)."""

    wall_s: float
    cpu_s: float
    peak_mib: float


@dataclass(frozen=True)
class Trained:
    """A trained model, what its training cost, and when it was (UTC, ISO 8601)."""

    model: Path
    cost: Cost
    at: str


def environment(places: Places) -> dict[str, str]:
    """Give the environment of every process that is measured: the Makefile's, for both alike."""
    kept = quiet_environment(places, os.environ)
    # The bar says how far the training is.
    kept.pop("TQDM_DISABLE")
    return kept


def train(pipeline: Pipeline, places: Places, work: Path, reuse: bool) -> Trained:
    """Train a pipeline, or with `reuse` take the model of an earlier run with the same inputs.

    Raises StepFailed when training fails.
    """
    model, note = work / f"{pipeline.name}.tar.gz", work / f"{pipeline.name}.json"
    if reuse and (kept := _earlier(model, note, pipeline.inputs())):
        return kept
    note.unlink(missing_ok=True)
    model.unlink(missing_ok=True)
    log = work / f"train-{pipeline.name}.log"
    at = time.strftime("%Y-%m-%dT%H:%MZ", time.gmtime())
    with Step(f"Training {pipeline.title}") as step:
        took = run_measured(
            train_command(pipeline, work), log, places.root, environment(places), step
        )
    # Rasa also exits 0 when it found nothing to train on.
    if not model.is_file():
        raise StepFailed(f"Training {pipeline.title} gave no model. Its output is in {log}")
    row = {"inputs": pipeline.inputs(), "at": at, "cost": asdict(took)}
    note.write_text(json.dumps(row) + "\n", encoding="utf-8")
    return Trained(model, took, at)


def train_command(pipeline: Pipeline, folder: Path) -> list[str]:
    """Give the command line that trains a pipeline's model into `folder`."""
    return [
        *(*rasa_command(), "train", "nlu"),
        *("--nlu", str(pipeline.data / "nlu"), "--config", str(pipeline.config)),
        *("--out", str(folder), "--fixed-model-name", pipeline.name),
    ]


def run_measured(
    command: Sequence[str], log: Path, folder: Path, environment: Mapping[str, str], step: Step
) -> Cost:
    """Run `command` in `folder` with its output in `log`; give what it cost.

    Raises StepFailed when it exits non-zero. It is ended with us.
    """
    costs = log.with_suffix(".cost.json")
    costs.unlink(missing_ok=True)
    leashed = [sys.executable, leash.__file__]
    with log.open("wb") as output:
        child = subprocess.Popen(
            [*leashed, sys.executable, cost.__file__, str(costs), *leashed, *command],
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    ended = threading.Event()
    watcher = threading.Thread(target=_watch, args=(log, step, ended), daemon=True)
    watcher.start()
    try:
        status = child.wait()
    except BaseException:
        child.terminate()
        child.wait()
        raise
    finally:
        ended.set()
        watcher.join()
    if status:
        raise StepFailed(f"{log.stem} failed. Its output is in {log}")
    return Cost(**json.loads(costs.read_text(encoding="utf-8")))


def epochs_done(tail: bytes) -> str:
    """Give how far the training of a network is, by the end of Rasa's output, or ''."""
    found = _EPOCHS.findall(tail)
    return f"{int(found[-1])} % of the epochs" if found else ""


def _watch(log: Path, step: Step, ended: threading.Event) -> None:
    while not ended.wait(_LOOK_EVERY):
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - _TAIL))
            step.note(epochs_done(file.read()))


def _earlier(model: Path, note: Path, inputs: str) -> Trained | None:
    try:
        row = json.loads(note.read_text(encoding="utf-8"))
        if row["inputs"] != inputs or not model.is_file():
            return None
        return Trained(model, Cost(**row["cost"]), str(row["at"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
