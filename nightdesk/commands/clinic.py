"""`nightdesk clinic`: says what is wrong in clinic.yml, or what it comes to and leaves out."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from nightdesk.answers.topics import FILE, load_topics
from nightdesk.run.places import Places
from nightdesk_contract.answers import AnswerError, load_answers
from nightdesk_contract.checked_yaml import FileError
from nightdesk_contract.clinic import Clinic, ClinicError, load_clinic
from nightdesk_contract.clinic_alerts import AlertAddress
from nightdesk_contract.clinic_on_call import holders
from nightdesk_contract.clinic_report import ClinicReport, Warned, report
from nightdesk_contract.domain_answers import domain_at
from nightdesk_contract.problems import Problem
from nightdesk_contract.review import FILE as REVIEW
from nightdesk_contract.review import kept_back, load_signatures, review
from nightdesk_contract.signed_items import items_without_clinic, with_clinic

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


def register(subparsers: "Subparsers") -> None:
    """Add `clinic` with `check` to the command line."""
    top = subparsers.add_parser(
        "clinic",
        help="say what is wrong in clinic.yml, and which topics are unset",
        description="The clinic's settings. docs/clinic.md explains every key.",
    )
    acts = top.add_subparsers(dest="act", required=True, metavar="ACT")
    check = acts.add_parser(
        "check",
        help="say what is wrong, or what the settings come to",
        description="Names every wrong key at once: what was found, what is allowed, what was "
        "probably meant. Of a file that can be used it says what it comes to now, what may be a "
        "slip, and which topics are unset, with the question that visitors ask. Exit status 1 when "
        "something must change; an unset topic or a warning is no fault.",
    )
    check.add_argument(
        "file",
        nargs="?",
        type=Path,
        metavar="FILE",
        help="default: $NIGHTDESK_CLINIC or clinic.yml",
    )
    check.add_argument("--json", action="store_true", help="print JSON")
    check.set_defaults(run=run_check)


def run_check(arguments: argparse.Namespace) -> int:
    """Carry out `clinic check`. Gives the exit status: 0, or 1 when something must change."""
    places = Places.from_environment()
    path: Path = arguments.file or places.clinic
    try:
        clinic = load_clinic(path)
    except ClinicError as error:
        if arguments.json:
            print(_as_json({"file": str(path), "ok": False, **_problems_row(error.problems)}))
        else:
            print(_told(path, error.problems))
        return 1
    try:
        questions, added = _questions(places.data), load_answers(places.data)
    except (AnswerError, TopicsError) as error:
        print(f"nightdesk clinic: {error}", file=sys.stderr)
        return 1
    now = datetime.now(timezone.utc)
    found = report(clinic, questions, added, now)
    try:
        unsigned = _kept_back(places, clinic, now) if clinic.mode == "live" else ()
    except FileError as error:
        print(f"nightdesk clinic: {error}", file=sys.stderr)
        return 1
    found = replace(found, warnings=(*found.warnings, *unsigned))
    print(_as_json(_row(path, found)) if arguments.json else _text(path, found))
    return 1 if found.needed else 0


def _kept_back(places: Places, clinic: Clinic, now: datetime) -> tuple[Warned, ...]:
    """Say how many answers visitors do not get in mode live. Raises FileError."""
    items = with_clinic(items_without_clinic(domain_at(places.root), places.data), clinic)
    signatures = load_signatures(places.data / REVIEW)
    count = kept_back(review(items, signatures, now.astimezone(clinic.zone).date())).total()
    if not count:
        return ()
    what = "1 answer is" if count == 1 else f"{count} answers are"
    text = (
        f"{what} not signed, and mode live hands these questions to staff: "
        "`nightdesk review status` lists them"
    )
    return (Warned("mode", text),)


class TopicsError(ValueError):
    """The file of topics cannot be used: without it nobody knows what visitors ask."""


def _questions(data: Path) -> dict[str, str]:
    """Give what visitors ask, by topic."""
    try:
        groups = load_topics(data)
        return {topic: row["question"] for rows in groups.values() for topic, row in rows.items()}
    except (OSError, yaml.YAMLError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise TopicsError(f"{data / FILE} cannot be used ({error!r})") from error
    except RecursionError as error:
        raise TopicsError(f"{data / FILE} cannot be used (endless nesting)") from error


def _told(path: Path, problems: Sequence[Problem]) -> str:
    how_many = "one thing" if len(problems) == 1 else f"{len(problems)} things"
    return "\n".join([f"{path}: {how_many} must change", *(f"  {p}" for p in problems)])


def _text(path: Path, found: ClinicReport) -> str:
    clinic, owner = found.clinic, found.clinic.crisis_owner
    facts = {
        "Name": clinic.name,
        "Country": clinic.country,
        "Mode": clinic.mode,
        "Open": _open(found),
        "Closed days": ", ".join(f"{day:%a} {day}" for day in found.closed_days) or "none to come",
        "Crisis owner": owner.name if owner else "unset: nobody is named for the crisis protocol",
        "Seen within": ", ".join(f"{level} {n} min" for level, n in clinic.staff_times.items()),
        "Alerts to": "; ".join(
            f"{address.name} ({_told_of(clinic, address)})" for address in clinic.alerts
        )
        or "nobody: hand-overs wait in the inbox alone",
        "On call": _on_call(clinic, found.at),
        "Chat on": ", ".join(clinic.sites) or "any web page: no sites are named",
    }
    lines = [_told(path, found.needed) if found.needed else f"{path}: can be used", ""]
    lines += [f"  {name:14}{value}" for name, value in facts.items()]
    if found.warnings:
        lines += ["", "Worth a look:", *(f"  {w.key}: {w.text}" for w in found.warnings)]
    if found.unset:
        lines += ["", "Unset under logistics: who asks is told that it is unknown here."]
        lines += _topics(found.unset)
    else:
        lines += ["", "Every topic under logistics is answered."]
    if found.answered:
        lines += ["", "Answered under topics, beyond the document:", *_topics(found.answered)]
    return "\n".join(lines)


def _topics(questions: Mapping[str, str]) -> list[str]:
    return [f"  {topic:24}{question}" for topic, question in questions.items()]


def _told_of(clinic: Clinic, address: AlertAddress) -> str:
    owner = clinic.on_call.owner(address.name) if clinic.on_call else ""
    return f"{owner}, when on call" if owner else ", ".join(address.levels)


def _on_call(clinic: Clinic, at: datetime) -> str:
    if clinic.on_call is None:
        return "no rota: nobody is told step by step"
    held = holders(clinic.on_call, at, clinic.zone)
    return ", ".join(f"{name} ({role})" for role, name in held.items()) or "nobody"


def _open(found: ClinicReport) -> str:
    if found.open_now:
        return "now"
    if found.next_opening is None:
        return "no, and no opening is in sight"
    return f"not now; next {found.next_opening:%a %Y-%m-%d at %H:%M} ({found.clinic.time_zone})"


def _row(path: Path, found: ClinicReport) -> dict[str, Any]:
    clinic, opening = found.clinic, found.next_opening
    return {
        "file": str(path),
        "ok": not found.needed,
        **_problems_row(found.needed),
        "name": clinic.name,
        "country": clinic.country,
        "mode": clinic.mode,
        "open_now": found.open_now,
        "next_opening": opening.isoformat() if opening else None,
        "closed_days": [day.isoformat() for day in found.closed_days],
        "crisis_owner": clinic.crisis_owner.name if clinic.crisis_owner else None,
        "staff_times": dict(clinic.staff_times),
        "alerts": [
            {"name": address.name, "levels": list(address.levels)} for address in clinic.alerts
        ],
        "desk_url": clinic.desk_url or None,
        "sites": list(clinic.sites),
        "on_call": holders(clinic.on_call, found.at, clinic.zone) if clinic.on_call else None,
        "escalation": {level: dict(steps) for level, steps in clinic.escalation.items()},
        "warnings": [vars(warned) for warned in found.warnings],
        "unset": dict(found.unset),
        "topics": dict(found.answered),
    }


def _problems_row(problems: Sequence[Problem]) -> dict[str, Any]:
    return {"problems": [vars(problem) for problem in problems]}


def _as_json(row: dict[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False, indent=1)
