"""`nightdesk alerts on-call`: who is on call now, or at a moment, and in the next weeks.

Exit codes: 0 somebody is on call then and can be reached, 1 nobody is, 2 wrong use.
"""

import argparse
import contextlib
import json
import sys
from datetime import date, datetime, time
from typing import Any

from nightdesk_contract.clinic import Clinic, ClinicError, load_clinic
from nightdesk_contract.clinic_on_call import OnCall, duties, holders

from nightdesk_desk.models import now
from nightdesk_desk.settings import Settings

MAX_WEEKS = 52

NO_ROTA = (
    "No `on_call` in the clinic's settings: the addresses under `alerts` are told at once, and "
    "again when nobody has acknowledged in time. docs/alerts.md explains a rota."
)


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `on-call` to the `alerts` command."""
    parser = commands.add_parser(
        "on-call",
        help="say who is on call, now and in the next weeks",
        description="Says who is on call and how they are reached, and the weeks to come, by "
        "clinic.yml. Exit status 1 when nobody is on call then, or nobody who can be reached.",
    )
    parser.add_argument(
        "--at",
        metavar="DATE",
        type=_moment,
        help="2026-12-24 (from the hour of change on) or 2026-12-24T21:30, the clinic's own time; "
        "default: now",
    )
    parser.add_argument(
        "--weeks", type=_weeks, default=4, metavar="N", help=f"1 to {MAX_WEEKS} (default: 4)"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=_on_call)


def _on_call(arguments: argparse.Namespace) -> int:
    try:
        clinic = load_clinic(Settings.from_environment().clinic_path)
    except ClinicError as error:
        print(f"nightdesk alerts: {error}", file=sys.stderr)
        return 1
    on_call = clinic.on_call
    if on_call is None:
        print("null" if arguments.json else NO_ROTA)
        return 1
    at = _in_zone(arguments.at, clinic, on_call)
    row = _row(clinic, on_call, at, arguments.weeks)
    if arguments.json:
        print(json.dumps(row, ensure_ascii=False, indent=1))
    else:
        print(_text(row, at))
    return int(not any(one["addresses"] for one in row["on_call"]))


def _row(clinic: Clinic, on_call: OnCall, at: datetime, weeks: int) -> dict[str, Any]:
    known = {address.name for address in clinic.alerts}
    held = holders(on_call, at, clinic.zone)
    people = {role: on_call.person(name) for role, name in held.items()}
    return {
        "at": at.isoformat(),
        "on_call": [
            {
                "role": role,
                "name": name,
                "addresses": [a for a in person.addresses if a in known] if person else [],
            }
            for (role, name), person in zip(held.items(), people.values(), strict=True)
        ],
        "weeks": [
            {
                "from": duty.start.isoformat(),
                "until": duty.end.isoformat(),
                "first": duty.first or None,
                "backup": duty.backup or None,
            }
            for duty in duties(on_call, at, clinic.zone, weeks)
        ],
    }


def _text(row: dict[str, Any], at: datetime) -> str:
    lines = [f"On call at {_shown(at)}:"]
    for one in row["on_call"]:
        reached = ", ".join(one["addresses"]) or "NO ADDRESS REACHES THEM"
        lines.append(f"  {one['role']:9}{one['name']}  ({reached})")
    if not row["on_call"]:
        lines.append("  nobody")
    lines += ["", "Weeks:"]
    for week in row["weeks"]:
        start, until = (datetime.fromisoformat(week[key]) for key in ("from", "until"))
        who = week["first"] or "NOBODY"
        backup = f", backup {week['backup']}" if week["backup"] else ", no backup"
        lines.append(f"  {_shown(start)} to {_shown(until)}  {who}{backup}")
    return "\n".join(lines)


def _shown(at: datetime) -> str:
    return f"{at:%a %Y-%m-%d %H:%M}"


def _in_zone(found: date | datetime | None, clinic: Clinic, on_call: OnCall) -> datetime:
    if found is None:
        return now().astimezone(clinic.zone)
    if isinstance(found, datetime):
        return found.replace(tzinfo=found.tzinfo or clinic.zone).astimezone(clinic.zone)
    return datetime.combine(found, time(on_call.change_hour), clinic.zone)


def _moment(text: str) -> date | datetime:
    for kind in (date, datetime):
        with contextlib.suppress(ValueError):
            return kind.fromisoformat(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no day or moment")


def _weeks(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MAX_WEEKS:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to {MAX_WEEKS}")
    return int(text)
