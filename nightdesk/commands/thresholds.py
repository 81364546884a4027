"""`nightdesk thresholds`: chooses the safety thresholds from labelled cases and keeps the curve."""

import argparse
import csv
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from nightdesk.commands.loading import load_detector
from nightdesk.evaluation.cases import Case, CasesError, load_cases
from nightdesk.evaluation.thresholds import Point, Seen, best, crisis_curve, medical_curve, seen
from nightdesk.run.places import ROOT, Places
from nightdesk.safety.detector import Detector

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

CURVE = ROOT / "docs" / "safety-curve.csv"
_PROGRESS_EVERY = 400
_DEFAULT_FLOOR = 98.0
_HARMLESS = ("benign", "faq", "logistics", "out_of_scope", "harmless")


def register(subparsers: "Subparsers") -> None:
    """Add `thresholds` to the command line."""
    command = subparsers.add_parser(
        "thresholds",
        help="choose the safety model's thresholds from labelled cases",
        description="Runs the safety detector over files of labelled cases and shows the "
        "thresholds with the fewest false alarms among those that find what --floor asks for. "
        "With --write they go into data/safety/thresholds.yml, and every pair that was tried with "
        "its figures into docs/safety-curve.csv. They hold from the next start on.",
    )
    command.add_argument("files", nargs="+", type=Path, metavar="FILE", help="JSON Lines")
    command.add_argument(
        "--floor",
        action="append",
        default=[],
        type=_floor,
        metavar="FILE=PERCENT",
        help="the least share that must be found in a file of crisis or medical-advice cases, such "
        "as crisis_real=98.5 (may be given again; default 98 in every such file)",
    )
    command.add_argument("--write", action="store_true", help="keep thresholds and curve")
    command.add_argument("--json", action="store_true", help="print JSON")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Carry out `thresholds`. Gives the exit status: 0, 1 without a model, 2 wrong use."""
    try:
        files = {path: load_cases(path) for path in arguments.files}
    except CasesError as error:
        print(f"nightdesk thresholds: {error}", file=sys.stderr)
        return 2
    detector = load_detector()
    if detector is None:
        return 1
    cases = _look(detector, files)
    if {"crisis", "medical_advice", "harmless"} - {case.label for case in cases}:
        print("nightdesk thresholds: needs cases of all three kinds", file=sys.stderr)
        return 2
    floors = dict(arguments.floor) or {
        case.file: _DEFAULT_FLOOR for case in cases if case.label != "harmless"
    }
    crisis = crisis_curve(cases)
    medical = medical_curve(cases, best(crisis, floors))
    chosen = {"crisis": best(crisis, floors), "medical_advice": best(medical, floors)}
    if arguments.json:
        print(json.dumps({name: vars(point) for name, point in chosen.items()}, indent=1))
    else:
        for name, point in chosen.items():
            print(f"{name}: {point.whole:g} for the whole message, {point.part:g} for a part")
            shares = [f"{k} {v:.1f}" for k, v in point.found.items()]
            print(f"  found, percent: {', '.join(shares)}")
            shares = [f"{k} {v:.1f}" for k, v in point.alarms.items()]
            print(f"  false alarms:   {', '.join(shares)}")
    if arguments.write:
        _write({"crisis": crisis, "medical_advice": medical}, chosen, Places.from_environment())
    return 0


def _floor(text: str) -> tuple[str, float]:
    file, _, percent = text.rpartition("=")
    if not file:
        raise ValueError
    return file, float(percent)


def _look(detector: Detector, files: dict[Path, list[Case]]) -> list[Seen]:
    found: list[Seen] = []
    for path, rows in files.items():
        for case in rows:
            label = _kind(case.label)
            if label is not None:
                found.append(seen(path.stem, label, *detector.evidence(case.text)))
            if len(found) % _PROGRESS_EVERY == 0:
                print(f"… {len(found)} cases", file=sys.stderr)
    return found


def _kind(label: str) -> str | None:
    """Give what a case's label means for safety; None where an alarm would be neither."""
    if label in ("crisis", "medical_advice"):
        return label
    return "harmless" if label.partition(":")[0] in _HARMLESS else None


def _write(curves: dict[str, list[Point]], chosen: dict[str, Point], places: Places) -> None:
    path = places.data / "safety" / "thresholds.yml"
    lines = path.read_text(encoding="utf-8").splitlines()
    values = {
        "crisis": chosen["crisis"].whole,
        "part_crisis": chosen["crisis"].part,
        "medical_advice": chosen["medical_advice"].whole,
        "part_medical_advice": chosen["medical_advice"].part,
    }
    for i, line in enumerate(lines):
        name = line.partition(":")[0]
        if name in values:
            lines[i] = f"{name}: {values[name]:g}"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with CURVE.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["kind", "whole", "part", "measure", "file", "percent"])
        for kind, points in curves.items():
            for point in points:
                for measure, shares in (("found", point.found), ("alarms", point.alarms)):
                    for name, share in shares.items():
                        row = [kind, f"{point.whole:g}", f"{point.part:g}", measure, name]
                        table.writerow([*row, f"{share:.1f}"])
