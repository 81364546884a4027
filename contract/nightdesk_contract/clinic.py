"""The clinic's settings: one validated file, `clinic.yml`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import opening_hours
import yaml

from nightdesk_contract.problems import Problem, kind_of, schema_problems, shown

SCHEMA = "clinic.schema.json"

MAX_BYTES = 1_000_000
"""A settings file larger than this is a mistake, not settings."""

STAFF_ANSWER_SECONDS = {"P0": 30, "P1": 60}
"""Seconds that staff in a chat have to answer crisis language, where the clinic sets no others."""


class ClinicError(ValueError):
    """`clinic.yml` cannot be used; `problems` lists why."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("clinic.yml: " + "; ".join(map(str, problems)))
        self.problems = problems


@dataclass(frozen=True)
class Clinic:
    """The settings as the rest of the system uses them.

    `hours` is OpenStreetMap opening_hours syntax in `time_zone`; `logistics` holds only the topics
    that the clinic has filled in, `topics` those that the source document says nothing about and
    the clinic answers itself. `staff_answer_seconds` always has both levels, P0 and P1.
    """

    name: str
    country: str
    time_zone: str
    hours: str
    phone: str
    mode: Literal["demo", "live"]
    closed_days: tuple[date, ...] = ()
    hours_text: str = ""
    email: str = ""
    address: str = ""
    demo_notice: str = ""
    logistics: Mapping[str, str] = field(default_factory=dict)
    topics: Mapping[str, str] = field(default_factory=dict)
    staff_answer_seconds: Mapping[str, int] = field(
        default_factory=lambda: dict(STAFF_ANSWER_SECONDS)
    )

    @property
    def zone(self) -> ZoneInfo:
        """The clinic's time zone."""
        return ZoneInfo(self.time_zone)


def load_clinic(path: Path) -> Clinic:
    """Read and check `clinic.yml`.

    Raises ClinicError, naming each key that is wrong, what was found and what is allowed.
    """
    return parse_clinic(_read(path))


def parse_clinic(row: object) -> Clinic:
    """Check decoded settings and give them as a Clinic. Raises ClinicError."""
    if not isinstance(row, dict):
        raise ClinicError([Problem("(whole file)", kind_of(row), "a mapping of keys to values")])
    row = {key: _plain(value) for key, value in row.items()}
    found = schema_problems(row, SCHEMA) + _beyond_schema(row)
    if not any(problem.key.startswith("staff_answer_seconds") for problem in found):
        found += _waits_in_order(row)
    problems = list(dict.fromkeys(found))  # one missing key would be told once per missing key
    if problems:
        raise ClinicError(problems)
    own = ("logistics", "topics", "closed_days", "staff_answer_seconds")
    fields = {key: value for key, value in row.items() if key not in own}
    closed = tuple(date.fromisoformat(day) for day in row.get("closed_days") or [])
    return Clinic(
        **fields,
        logistics=_filled(row.get("logistics")),
        topics=_filled(row.get("topics")),
        closed_days=closed,
        staff_answer_seconds=_seconds(row),
    )


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


def _read(path: Path) -> object:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ClinicError([Problem("(whole file)", "over 1 MB", "a settings file")])
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except ClinicError:
        raise
    except (OSError, UnicodeDecodeError) as error:
        found = f"no readable file ({type(error).__name__})"
        raise ClinicError([Problem("(whole file)", found, "a UTF-8 YAML file")]) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 1}" if mark else ""
        raise ClinicError([Problem("(whole file)", f"broken YAML{where}", "YAML")]) from error
    except ValueError as error:
        # YAML reads what looks like a date as one, and fails on 2026-02-30.
        found = f"a day that is none ({error})"
        raise ClinicError([Problem("(whole file)", found, "real days as YYYY-MM-DD")]) from error
    except RecursionError as error:
        raise ClinicError([Problem("(whole file)", "endless nesting", "YAML")]) from error


def _filled(texts: dict[str, str | None] | None) -> dict[str, str]:
    return {topic: text.strip() for topic, text in (texts or {}).items() if text}


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
    """YAML reads 2026-12-25 as a date; the schema speaks of text."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value


def _beyond_schema(row: dict[str, Any]) -> list[Problem]:
    """Checks that a schema cannot make: real time zone, real hours, real days."""
    problems: list[Problem] = []
    zone, hours = row.get("time_zone"), row.get("hours")
    if isinstance(zone, str) and zone:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            problems.append(Problem("time_zone", shown(zone), "an IANA name, e.g. America/Chicago"))
    if isinstance(hours, str) and hours and not opening_hours.validate(hours):
        problems.append(
            Problem("hours", shown(hours), "opening_hours syntax, e.g. Mo-Fr 09:00-17:00")
        )
    closed = row.get("closed_days")
    for i, day in enumerate(closed if isinstance(closed, list) else []):
        try:
            date.fromisoformat(str(day))
        except ValueError:
            problems.append(Problem(f"closed_days.{i}", shown(day), "a real day as YYYY-MM-DD"))
    return problems
