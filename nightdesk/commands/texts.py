"""`nightdesk texts`: whether what visitors read is safely worded, easy, and in Spanish too."""

import argparse
import json
import sys
import warnings
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from nightdesk.run.places import ROOT, Places
from nightdesk_contract.checked_yaml import FileError
from nightdesk_contract.findings import Finding, of_problems
from nightdesk_contract.safe_messaging import load_rules
from nightdesk_contract.spanish_twins import spanish_findings
from nightdesk_contract.text_findings import Measure, TextFinding, text_findings
from nightdesk_contract.visible_texts import PLACES, Roots, VisibleText, texts_of

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

NOT_MEASURED = (
    "Reading grades were not measured: the package textstat is not here. `make test` installs it."
)


def register(subparsers: "Subparsers") -> None:
    """Add `texts` with `check` to the command line."""
    top = subparsers.add_parser(
        "texts",
        help="check that what visitors read is safely worded and easy to read",
        description="Looks at every text that a visitor can read: answers, the clinic's texts, "
        "replies to a crisis, canned replies, cautions, pages, the widget.",
    )
    acts = top.add_subparsers(dest="act", required=True, metavar="ACT")
    check = acts.add_parser(
        "check",
        help="say which words not to use and why, and which texts are hard to read",
        description="Says file and key, what was found, why it matters and what to say instead: "
        'words to avoid about suicide, illness and drugs ("committed suicide"), promises, and '
        "texts above reading grade 8 with their longest sentence; and what the desk and its pages "
        "say in English and not in Spanish, or there with other fields or numbers. Exit status 1 "
        "with each finding.",
    )
    check.add_argument("--json", action="store_true", help="print JSON")
    check.set_defaults(run=run_check)


def run_check(arguments: argparse.Namespace) -> int:
    """Carry out `texts check`. Gives the exit status: 0, or 1 when something was found."""
    texts, bad = _texts(Places.from_environment(root=ROOT))
    measure = load_measure()
    found = [*text_findings(texts, load_rules(), measure), *spanish_findings(texts)]
    if arguments.json:
        row = {
            "texts": len(texts),
            "grades_measured": measure is not None,
            "findings": [finding.to_row() for finding in found],
            "bad_files": [finding.to_row() for finding in bad],
        }
        print(json.dumps(row, ensure_ascii=False, indent=1))
    else:
        _print(texts, found, bad)
    if measure is None:
        print(NOT_MEASURED, file=sys.stderr)
    return 1 if found or bad else 0


def load_measure() -> Measure | None:
    """Give what measures reading grades; None where its package is not installed."""
    with warnings.catch_warnings():
        # It warns about a library of its own.
        warnings.simplefilter("ignore")
        try:
            import textstat
        except ImportError:
            return None
    measure: Measure = textstat.flesch_kincaid_grade
    return measure


def _texts(places: Places) -> tuple[list[VisibleText], list[Finding]]:
    """Read every text; a file that cannot be read is told of, and the others are read."""
    roots = Roots(places.root, places.clinic, places.data, places.docs)
    texts: list[VisibleText] = []
    bad: list[Finding] = []
    for place in PLACES:
        for path in roots.files(place.pattern):
            name = _name(path, places.root)
            try:
                texts += [replace(text, path=name) for text in texts_of(path, place)]
            except FileError as error:
                bad += of_problems(name, error.problems)
    return texts, bad


def _name(path: Path, root: Path) -> Path:
    """Give a path as it is named to people: from the project's root where it lies there."""
    return path.relative_to(root) if path.is_relative_to(root) else path


def _print(texts: list[VisibleText], found: list[TextFinding], bad: list[Finding]) -> None:
    for finding in [*bad, *found]:
        print(finding)
    count = len(found) + len(bad)
    looked = f"{len(texts)} texts were looked at"
    print(f"{count} found; {looked}." if count else f"Nothing was found; {looked}.")
