"""The clinic's settings: one validated file, `clinic.yml`."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import opening_hours

from nightdesk_contract.checked_yaml import Decoded, FileError, located, read_yaml, unreadable
from nightdesk_contract.clinic_alerts import (
    AlertAddress,
    alert_addresses,
    alert_problems,
    without_secrets,
)
from nightdesk_contract.clinic_escalation import StepName, escalation
from nightdesk_contract.clinic_on_call import OnCall, on_call_of, on_call_problems
from nightdesk_contract.clinic_retention import Retention, retention
from nightdesk_contract.clinic_sites import site_problems, sites_of
from nightdesk_contract.clinic_times import STAFF_TIMES, staff_times, times_in_order
from nightdesk_contract.outcome import Level
from nightdesk_contract.problems import (
    UNKNOWN_KEY,
    Problem,
    kind_of,
    nearest,
    schema_problems,
    shown,
)

SCHEMA = "clinic.schema.json"

MAX_BYTES = 1_000_000
"""A settings file larger than this is a mistake, not settings."""

TOPIC_GROUPS = ("logistics", "topics")
"""The keys below which a text stands for each topic."""

FIRST_YEAR = 1900
"""opening_hours syntax knows no day before it."""

STAFF_ANSWER_SECONDS = {"P0": 30, "P1": 60}
"""Seconds that staff in a chat have to answer crisis language, where the clinic sets no others."""


class ClinicError(ValueError):
    """`clinic.yml` cannot be used; `problems` lists why."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("clinic.yml: " + "; ".join(map(str, problems)))
        self.problems = problems


@dataclass(frozen=True)
class CrisisOwner:
    """Who in the clinic answers for what the chat does in a crisis: a name or a function.

    Phone and email are for the project's own people and commands; no visitor is shown them.
    """

    name: str
    phone: str = ""
    email: str = ""


@dataclass(frozen=True)
class Clinic:
    """The settings as the rest of the system uses them.

    `hours` is OpenStreetMap opening_hours syntax in `time_zone`; `logistics` holds only the topics
    that the clinic has filled in, `topics` those that the source document says nothing about and
    the clinic answers itself. `staff_answer_seconds` always has both levels, P0 and P1.
    `crisis_owner` is None where the clinic has named nobody. `staff_times` are minutes until a
    hand-over must be acknowledged, by level (P3 may be left out). `desk_url` is where staff reach
    the desk, without a slash at its end; empty where the clinic has not said. `retention` says
    after how many days what is stored is deleted. `on_call` is None where the clinic has no rota;
    `escalation` are the minutes of each level's steps. `sites` are the origins of the pages on
    which the chat may run, as browsers say them; none: any page.
    """

    name: str
    country: str
    time_zone: str
    hours: str
    phone: str
    mode: Literal["demo", "live"]
    closed_days: tuple[date, ...] = ()
    hours_text: str = ""
    hours_text_es: str = ""
    email: str = ""
    address: str = ""
    demo_notice: str = ""
    demo_notice_es: str = ""
    logistics: Mapping[str, str] = field(default_factory=dict)
    topics: Mapping[str, str] = field(default_factory=dict)
    staff_answer_seconds: Mapping[str, int] = field(
        default_factory=lambda: dict(STAFF_ANSWER_SECONDS)
    )
    crisis_owner: CrisisOwner | None = None
    staff_times: Mapping[str, int] = field(default_factory=lambda: dict(STAFF_TIMES))
    alerts: tuple[AlertAddress, ...] = ()
    desk_url: str = ""
    retention: Retention = field(default_factory=Retention)
    on_call: OnCall | None = None
    escalation: Mapping[Level, Mapping[StepName, int]] = field(
        default_factory=lambda: escalation({})
    )
    sites: tuple[str, ...] = ()

    @property
    def zone(self) -> ZoneInfo:
        """The clinic's time zone."""
        return ZoneInfo(self.time_zone)


def load_clinic(path: Path) -> Clinic:
    """Read and check `clinic.yml`.

    Raises ClinicError, naming each key that is wrong, its line, what was found and what is allowed.
    """
    found = _read(path)
    problems = list(found.twice)
    try:
        clinic = parse_clinic(found.row)
    except ClinicError as error:
        problems += located(error.problems, found.text)
        raise ClinicError(sorted(problems, key=lambda problem: problem.line or 0)) from error
    except RecursionError as error:
        ring = Problem("(whole file)", "something that stands inside itself", "YAML")
        raise ClinicError([*problems, ring]) from error
    if problems:
        raise ClinicError(problems)
    return clinic


def parse_clinic(found: object) -> Clinic:
    """Check decoded settings and give them as a Clinic. Raises ClinicError."""
    if not isinstance(found, dict):
        raise ClinicError([Problem("(whole file)", kind_of(found), "a mapping of keys to values")])
    row: dict[str, Any] = _plain(found)
    wrong = [_with_hint(problem) for problem in schema_problems(row, SCHEMA)]
    wrong += _beyond_schema(row)
    if not any(problem.key.startswith("staff_answer_seconds") for problem in wrong):
        wrong += _waits_in_order(row)
    if not any(problem.key.startswith("staff_times") for problem in wrong):
        wrong += times_in_order(row)
    wrong += on_call_problems(row.get("on_call"))
    wrong += site_problems(row.get("sites"))
    wrong = [without_secrets(problem) for problem in [*wrong, *alert_problems(row.get("alerts"))]]
    problems = list(dict.fromkeys(wrong))  # one missing key would be told once per missing key
    if problems:
        raise ClinicError(problems)
    fields = {key: value for key, value in row.items() if key not in _CONVERTED}
    closed = tuple(date.fromisoformat(day) for day in row.get("closed_days") or [])
    return Clinic(
        **fields,
        logistics=_filled(row.get("logistics")),
        topics=_filled(row.get("topics")),
        closed_days=closed,
        staff_answer_seconds=_seconds(row),
        crisis_owner=CrisisOwner(**row["crisis_owner"]) if "crisis_owner" in row else None,
        staff_times=staff_times(row.get("staff_times", {})),
        alerts=alert_addresses(row.get("alerts")),
        desk_url=row.get("desk_url", "").rstrip("/"),
        retention=retention(row.get("retention")),
        on_call=on_call_of(row.get("on_call")),
        escalation=escalation(row.get("escalation", {})),
        sites=sites_of(row.get("sites")),
    )


_CONVERTED = (
    *(*TOPIC_GROUPS, "closed_days", "staff_answer_seconds", "crisis_owner"),
    *("staff_times", "alerts", "desk_url", "retention", "on_call", "escalation", "sites"),
)
"""The keys whose values are more than the text or number that stands there."""


@lru_cache(maxsize=1)
def topics_by_group() -> Mapping[str, tuple[str, ...]]:
    """Give the topics that can be filled in, by the key that they stand under, in order."""
    text = resources.files(__package__).joinpath(SCHEMA).read_text(encoding="utf-8")
    groups = json.loads(text)["properties"]
    return {group: tuple(groups[group]["properties"]) for group in TOPIC_GROUPS}


def is_desk_url(text: str) -> bool:
    """Say whether `text` can be where staff reach the desk (as `desk_url` in clinic.yml)."""
    schema = json.loads(resources.files(__package__).joinpath(SCHEMA).read_text(encoding="utf-8"))
    return re.fullmatch(schema["properties"]["desk_url"]["pattern"], text) is not None


class ClinicFile:
    """`clinic.yml` on disk: read again when it changes, keeping the last good settings."""

    def __init__(self, path: Path) -> None:
        """Take the file's path. Raises ClinicError when the first reading fails."""
        self._path = path
        self._stamp = self._now()
        self._clinic = load_clinic(path)
        self.problems: list[Problem] = []
        """What is wrong with the file as it stands; the settings in use are then older."""

    def current(self) -> Clinic:
        """Give the settings in use; never raises."""
        stamp = self._now()
        if stamp != self._stamp:
            self._stamp = stamp
            try:
                self._clinic, self.problems = load_clinic(self._path), []
            except ClinicError as error:
                self.problems = error.problems
        return self._clinic

    def _now(self) -> tuple[int, int]:
        try:
            status = self._path.stat()
        except OSError:
            return (0, 0)
        return (status.st_mtime_ns, status.st_size)


def _read(path: Path) -> Decoded:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ClinicError([Problem("(whole file)", "over 1 MB", "a settings file")])
        return read_yaml(path)
    except OSError as error:
        raise ClinicError([unreadable(error)]) from error
    except FileError as error:
        raise ClinicError(error.problems) from error


def _filled(texts: dict[str, str | None] | None) -> dict[str, str]:
    return {topic: text.strip() for topic, text in (texts or {}).items() if text and text.strip()}


def _seconds(row: dict[str, Any]) -> dict[str, int]:
    """Give the time to answer by level; an emergency never waits longer by default."""
    found = row.get("staff_answer_seconds", {})
    crisis = int(found.get("P1", STAFF_ANSWER_SECONDS["P1"]))
    emergency = int(found.get("P0", min(STAFF_ANSWER_SECONDS["P0"], crisis)))
    return {"P0": emergency, "P1": crisis}


def _waits_in_order(row: dict[str, Any]) -> list[Problem]:
    """An emergency must not be set to wait longer than any other crisis."""
    emergency, crisis = _seconds(row).values()
    if emergency <= crisis:
        return []
    allowed = f"at most the {crisis} seconds of P1"
    return [Problem("staff_answer_seconds.P0", shown(emergency), allowed)]


def _plain(value: Any) -> Any:
    """YAML reads 2026-12-25 as a date and 1 as a number, as keys too; the schema speaks of text."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    return value


def _with_hint(problem: Problem) -> Problem:
    """For a topic that stands under the wrong key, say under which it belongs."""
    inside, _, name = problem.key.rpartition(".")
    if problem.found != UNKNOWN_KEY or inside not in ("", *TOPIC_GROUPS):
        return problem
    places = {
        topic: f"{group}.{topic}" for group, all_ in topics_by_group().items() for topic in all_
    }
    if name in places:
        return replace(problem, hint=places[name])
    return replace(problem, hint=problem.hint or places.get(nearest(name, places), ""))


def _are_hours(text: str) -> bool:
    try:
        return bool(opening_hours.validate(text))
    except UnicodeEncodeError:
        # Half of a surrogate pair, which is no character.
        return False


def _beyond_schema(row: dict[str, Any]) -> list[Problem]:
    """Checks that a schema cannot make: real time zone, real hours, real days."""
    problems: list[Problem] = []
    zone, hours = row.get("time_zone"), row.get("hours")
    if isinstance(zone, str) and zone:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            problems.append(Problem("time_zone", shown(zone), "an IANA name, e.g. America/Chicago"))
    if isinstance(hours, str) and hours and not _are_hours(hours):
        problems.append(
            Problem("hours", shown(hours), "opening_hours syntax, e.g. Mo-Fr 09:00-17:00")
        )
    closed = row.get("closed_days")
    for i, day in enumerate(closed if isinstance(closed, list) else []):
        try:
            real = date.fromisoformat(str(day)).year >= FIRST_YEAR
        except ValueError:
            real = False
        if not real:
            allowed = f"a real day as YYYY-MM-DD, from {FIRST_YEAR} on"
            problems.append(Problem(f"closed_days.{i}", shown(day), allowed))
    return problems
