"""`make fuzz`: many odd inputs against everything that reads what others write.

Each target runs in a process of its own, in its environment, so that one that dies or hangs is a
finding like any other. Inputs are made from the seed, the target's name and a number: a failing one
can be made again, and is kept in a file.
"""

import argparse
import json
import os
import queue
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from fuzzing.target import Environment
from nightdesk.run.progress import Step, in_words

ROOT = Path(__file__).resolve().parents[1]
PYTHONS: dict[Environment, Path] = {
    "bot": ROOT / ".venv" / "bin" / "python",
    "desk": ROOT / "desk" / ".venv" / "bin" / "python",
}
INPUTS = 1_000_000
FOLDER = ROOT / "var" / "fuzz"

HANGS_AFTER = 120.0
"""Seconds without news of the next input after which a process is taken to hang."""


@dataclass
class Outcome:
    """What came of one target's inputs."""

    target: str
    wanted: int
    done: int = 0
    seconds: float = 0.0
    failures: int = 0
    told: list[dict[str, Any]] = field(default_factory=list)
    slowest: float = 0.0
    slowest_input: str = ""

    @property
    def whole(self) -> bool:
        """Whether every input was tried and none failed."""
        return self.done == self.wanted and not self.failures


def environment_of(target: str) -> Environment:
    """Give the environment that a target's name begins with."""
    return "bot" if target.startswith("bot-") else "desk"


def shared_out(inputs: int, shares: Mapping[str, int]) -> dict[str, int]:
    """Give each target its part of `inputs`, by its share; together exactly `inputs`."""
    total = sum(shares.values())
    parts = {name: inputs * share // total for name, share in shares.items()}
    rest = inputs - sum(parts.values())
    for name in sorted(shares, key=lambda name: (-shares[name], name))[:rest]:
        parts[name] += 1
    return parts


def list_targets() -> dict[str, tuple[int, str]]:
    """Give every target with its share and what it is. Raises OSError, CalledProcessError."""
    found: dict[str, tuple[int, str]] = {}
    for python in PYTHONS.values():
        command = [str(python), "-m", "fuzzing.worker", "list"]
        said = subprocess.run(
            command, cwd=ROOT, env=_environment(), capture_output=True, check=True
        )
        found |= {name: (share, about) for name, (share, about) in json.loads(said.stdout).items()}
    return found


def run(outcome: Outcome, seed: int, first: int, until: float) -> None:
    """Try a target's inputs, in new processes after one that died, until the moment `until`."""
    began, count = time.monotonic(), outcome.wanted
    while outcome.done < count and not _cut(outcome) and time.monotonic() < until:
        before = outcome.done
        _one_process(outcome, seed, first + outcome.done, count - outcome.done, until)
        if outcome.done == before:
            break
    outcome.seconds = time.monotonic() - began


def _cut(outcome: Outcome) -> bool:
    """A target that dies again and again is given up."""
    return sum(row["kind"] in ("died", "hung") for row in outcome.told) >= 5


def _one_process(outcome: Outcome, seed: int, first: int, count: int, until: float) -> None:
    python = str(PYTHONS[environment_of(outcome.target)])
    before = outcome.done
    with tempfile.NamedTemporaryFile() as slot, tempfile.TemporaryFile() as errors:
        slot.write(struct.pack("<q", -1))
        slot.flush()
        numbers = [str(seed), str(first), str(count), slot.name]
        command = [python, "-m", "fuzzing.worker", outcome.target, *numbers]
        worker = subprocess.Popen(
            command, cwd=ROOT, env=_environment(), stdout=subprocess.PIPE, stderr=errors
        )
        lines: queue.Queue[bytes] = queue.Queue()
        assert worker.stdout is not None
        threading.Thread(target=_read, args=(worker.stdout, lines), daemon=True).start()
        at, since, kind = -1, time.monotonic(), "died"
        try:
            while (line := _next(lines)) != b"":
                if line is not None:
                    _take(outcome, json.loads(line), before)
                (now,) = struct.unpack("<q", Path(slot.name).read_bytes()[:8])
                if now != at:
                    at, since = now, time.monotonic()
                if time.monotonic() - since > HANGS_AFTER:
                    kind = "hung"
                    break
                if time.monotonic() > until:
                    outcome.done = max(outcome.done, before + max(0, at - first))
                    return
        finally:
            worker.kill()
            status = worker.wait()
        if outcome.done - before < count:
            errors.seek(0)
            end = errors.read().decode(errors="replace")[-2000:]
            outcome.failures += 1
            outcome.told.append(
                {"target": outcome.target, "seed": seed, "number": at, "kind": kind}
                | {"error": f"the process {kind} (status {status})", "where": [end], "input": ""}
            )
            # Go on behind the input that it died of.
            outcome.done = before + max(0, at - first + 1)


def _take(outcome: Outcome, row: dict[str, Any], before: int) -> None:
    if "done" in row:
        outcome.done = before + row["done"]
    elif "failed" in row:
        outcome.failures += 1
        if row["failed"] is not None:
            outcome.told.append(row["failed"])
    elif "ended" in row:
        outcome.done = before + row["ended"]
        if row["slowest"] > outcome.slowest:
            outcome.slowest, outcome.slowest_input = row["slowest"], row["slowest_input"]


def _note(outcomes: Sequence[Outcome]) -> str:
    done, failures = sum(o.done for o in outcomes), sum(o.failures for o in outcomes)
    return f"{done:,} done, {failures} failed"


def _next(lines: "queue.Queue[bytes]") -> bytes | None:
    """Give the next line, b"" at the end, or None when there is none for a second."""
    try:
        return lines.get(timeout=1.0)
    except queue.Empty:
        return None


def _read(output: IO[bytes], lines: "queue.Queue[bytes]") -> None:
    for line in output:
        lines.put(line)
    lines.put(b"")


def _environment() -> dict[str, str]:
    return os.environ | {
        "PYTHONPATH": str(ROOT),
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "RASA_TELEMETRY_ENABLED": "false",
    }


def keep(outcome: Outcome, folder: Path, there: Collection[Path] = ()) -> list[Path]:
    """Write each failing input that is not `there` into a file of its own. Gives the files."""
    written = []
    for row in list(outcome.told):
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{row['target']}-{row['seed']}-{row['number']}.json"
        if path in there:
            continue
        path.write_text(json.dumps(row, indent=1) + "\n")
        written.append(path)
    return written


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m fuzzing", description=__doc__)
    parser.add_argument("--inputs", type=_count, default=INPUTS, help=f"all together ({INPUTS:,})")
    parser.add_argument("--seed", type=int, default=1, help="other inputs for another one (1)")
    parser.add_argument(
        "--target", action="append", metavar="NAME", help="only this one; may be given again"
    )
    parser.add_argument(
        "--first", type=_count, default=0, help="number of each target's first input (0)"
    )
    parser.add_argument("--list", action="store_true", help="say which targets there are, and end")
    parser.add_argument("--json", action="store_true", help="the result as one JSON object")
    parser.add_argument(
        "--seconds", type=float, default=float("inf"), help="begin nothing after so many seconds"
    )
    parser.add_argument(
        "--jobs", type=_count, default=_jobs(), help="targets at a time (one a core)"
    )
    parser.add_argument("--keep", type=Path, default=FOLDER, help="folder for failing inputs")
    return parser


def _jobs() -> int:
    return max(1, min(os.cpu_count() or 1, 4))


def _count(text: str) -> int:
    number = int(text.replace("_", "").replace(",", ""))
    if number < 0:
        raise argparse.ArgumentTypeError("a whole number, 0 or more")
    return number


def main(arguments: Sequence[str] | None = None) -> int:
    """Fuzz; gives 0 when all was tried and nothing failed, 1 otherwise, 2 for wrong use."""
    parser = _parser()
    asked = parser.parse_args(arguments)
    try:
        known = list_targets()
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"an environment is not ready (`make setup`): {error}", file=sys.stderr)
        return 1
    if asked.list:
        for name, (share, about) in known.items():
            print(f"{name:20} {share:4}  {about}")
        return 0
    unknown = sorted(set(asked.target or ()) - set(known))
    if unknown:
        parser.error(f"no target {unknown[0]!r}; there are: {', '.join(known)}")
    chosen = {name: known[name][0] for name in asked.target or known}
    began = time.monotonic()
    until = began + asked.seconds
    outcomes = [Outcome(name, count) for name, count in shared_out(asked.inputs, chosen).items()]
    files: list[Path] = []
    with Step(f"Fuzzing: {asked.inputs:,} inputs") as step, ThreadPoolExecutor(asked.jobs) as pool:
        runs = [pool.submit(run, outcome, asked.seed, asked.first, until) for outcome in outcomes]
        while not all(ended.done() for ended in runs):
            step.note(_note(outcomes))
            wait(runs, timeout=1.0)
            # At once: a long run that is ended early loses nothing that it has found.
            files += [path for outcome in outcomes for path in keep(outcome, asked.keep, files)]
        for ended in runs:
            ended.result()
    files += [path for outcome in outcomes for path in keep(outcome, asked.keep, files)]
    return _tell(outcomes, asked, files, time.monotonic() - began)


def _tell(
    outcomes: Sequence[Outcome], asked: argparse.Namespace, files: Sequence[Path], seconds: float
) -> int:
    done, failures = sum(o.done for o in outcomes), sum(o.failures for o in outcomes)
    good = all(outcome.whole for outcome in outcomes)
    if asked.json:
        row = {"inputs": done, "failures": failures, "seed": asked.seed, "first": asked.first}
        rows = [asdict(outcome) for outcome in outcomes]
        print(json.dumps({**row, "files": list(map(str, files)), "targets": rows}, indent=1))
        return 0 if good else 1
    print(f"{'target':20} {'inputs':>10} {'a second':>9} {'failed':>7} {'slowest':>9}")
    for o in outcomes:
        pace = o.done / o.seconds if o.seconds else 0.0
        print(f"{o.target:20} {o.done:10,} {pace:9,.0f} {o.failures:7} {o.slowest * 1000:6.0f} ms")
    for o in outcomes:
        if o.slowest_input:
            print(f"slowest of {o.target}: {o.slowest_input}")
        for row in o.told:
            print(
                f"{row['kind']}: {o.target}, seed {row['seed']}, input {row['number']}: "
                f"{row['error']}"
            )
            print(f"  {row['input'][:300]}")
    for path in files:
        print(f"kept: {path}")
    wall = in_words(seconds)
    print(
        f"{done:,} inputs in {wall}, {failures} failed"
        + ("" if good or failures else ", not all tried")
    )
    return 0 if good else 1
