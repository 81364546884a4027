"""The clinic's settings: one validated file, `clinic.yml`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import jsonschema
import opening_hours
import yaml

MAX_BYTES = 1_000_000
"""A settings file larger than this is a mistake, not settings."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong in `clinic.yml`: the key, what was found there, what is allowed."""

    key: str
    found: str
    allowed: str

    def __str__(self) -> str:
        return f"{self.key}: found {self.found}; allowed: {self.allowed}"


class ClinicError(ValueError):
    """`clinic.yml` cannot be used; `problems` lists why."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("clinic.yml: " + "; ".join(map(str, problems)))
        self.problems = problems


@dataclass(frozen=True)
class Clinic:
    """The settings as the rest of the system uses them.

    `hours` is OpenStreetMap opening_hours syntax in `time_zone`; `logistics` holds only the topics
    that the clinic has filled in.
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
        raise ClinicError([Problem("(whole file)", _kind(row), "a mapping of keys to values")])
    row = {key: _plain(value) for key, value in row.items()}
    found = [_problem(error) for error in _validator().iter_errors(row)] + _beyond_schema(row)
    problems = list(dict.fromkeys(found))  # one missing key would be told once per missing key
    if problems:
        raise ClinicError(problems)
    logistics = {k: v.strip() for k, v in (row.get("logistics") or {}).items() if v}
    fields = {key: value for key, value in row.items() if key not in ("logistics", "closed_days")}
    closed = tuple(date.fromisoformat(day) for day in row.get("closed_days") or [])
    return Clinic(**fields, logistics=logistics, closed_days=closed)


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


def _plain(value: Any) -> Any:
    """YAML reads 2026-12-25 as a date; the schema speaks of text."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value


def _validator() -> "jsonschema.Draft7Validator":
    schema = resources.files(__package__).joinpath("clinic.schema.json").read_text(encoding="utf-8")
    return jsonschema.Draft7Validator(json.loads(schema))


def _problem(error: "jsonschema.ValidationError") -> Problem:
    key = ".".join(str(part) for part in error.absolute_path) or "(whole file)"
    schema: Any = error.schema
    instance: Any = error.instance
    if error.validator == "required":
        missing = [name for name in schema["required"] if name not in instance]
        return Problem(", ".join(missing), "nothing", "a value: it is needed")
    if error.validator == "additionalProperties":
        unknown = [str(k) for k in instance if k not in schema["properties"]]
        return Problem(
            ", ".join(f"{key}.{k}" if key != "(whole file)" else k for k in unknown),
            "an unknown key",
            ", ".join(schema["properties"]),
        )
    allowed = schema.get("description") or (
        " or ".join(schema["enum"]) if "enum" in schema else error.message.split(" is ")[-1]
    )
    if error.validator == "pattern" and "description" not in schema:
        allowed = f"text of the form {schema['pattern']}"
    if error.validator == "type" and "description" not in schema:
        allowed = f"a value of type {schema['type']}"
    return Problem(key, _shown(instance), allowed)


def _beyond_schema(row: dict[str, Any]) -> list[Problem]:
    """Checks that a schema cannot make: real time zone, real hours, real days."""
    problems: list[Problem] = []
    zone, hours = row.get("time_zone"), row.get("hours")
    if isinstance(zone, str) and zone:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            problems.append(
                Problem("time_zone", _shown(zone), "an IANA name, e.g. America/Chicago")
            )
    if isinstance(hours, str) and hours and not opening_hours.validate(hours):
        problems.append(
            Problem("hours", _shown(hours), "opening_hours syntax, e.g. Mo-Fr 09:00-17:00")
        )
    closed = row.get("closed_days")
    for i, day in enumerate(closed if isinstance(closed, list) else []):
        try:
            date.fromisoformat(str(day))
        except ValueError:
            problems.append(Problem(f"closed_days.{i}", _shown(day), "a real day as YYYY-MM-DD"))
    return problems


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _kind(value: object) -> str:
    return "nothing" if value is None else f"a {type(value).__name__}"
