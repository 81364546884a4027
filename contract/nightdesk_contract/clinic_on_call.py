"""Who is on call in which week: `on_call` in clinic.yml.

People stand with the addresses under `alerts` that reach them. A rota says who is first, week by
week, over and over; single weeks go before it. A week begins on its date at the hour of change, in
the clinic's own time.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal, NamedTuple, get_args
from zoneinfo import ZoneInfo

from nightdesk_contract.problems import Problem, shown

KEY = "on_call"

Role = Literal["first", "backup", "lead", "manager"]
ROLES: tuple[Role, ...] = get_args(Role)
"""Who can be told, in the order in which it goes up."""

CHANGE_HOUR = 9
"""When a week changes hands, where the clinic does not say."""

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Person:
    """Somebody who can be on call, and the names of the addresses that reach them."""

    name: str
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rota:
    """Who is first from `start` on, week by week, over and over, and who backs them up."""

    start: date
    first: tuple[str, ...]
    backup: tuple[str, ...]


@dataclass(frozen=True)
class Week:
    """One week that goes before the rota; an empty `backup` is left to the rota."""

    start: date
    first: str
    backup: str = ""


@dataclass(frozen=True)
class OnCall:
    """Who is on call when. Names stand as they do in the file; `person` finds whom they mean."""

    people: tuple[Person, ...]
    change_hour: int = CHANGE_HOUR
    rota: Rota | None = None
    weeks: tuple[Week, ...] = ()
    lead: str = ""
    manager: str = ""

    def person(self, name: str) -> Person | None:
        """Give the person of that name, however it is capitalised; None where there is none."""
        return next((p for p in self.people if p.name.lower() == name.lower()), None)

    def named(self, name: str) -> str:
        """Give a name as it stands under `people`, or as it is where it stands nowhere there."""
        found = self.person(name)
        return found.name if found else name

    def owner(self, address: str) -> str:
        """Give whose address that is, empty where it is nobody's."""
        return next((p.name for p in self.people if address in p.addresses), "")

    @property
    def addresses(self) -> frozenset[str]:
        """The names of all addresses that belong to people."""
        return frozenset(name for person in self.people for name in person.addresses)


class Duty(NamedTuple):
    """Who is first and backup from `start` until `end`; an empty name is nobody."""

    start: datetime
    end: datetime
    first: str
    backup: str


def on_call_of(row: Mapping[str, Any] | None) -> OnCall | None:
    """Give who is on call by checked settings; None where the clinic has not said."""
    if row is None:
        return None
    return OnCall(
        people=tuple(
            Person(person["name"].strip(), tuple(name.strip() for name in person["addresses"]))
            for person in row["people"]
        ),
        change_hour=int(row.get("change_hour", CHANGE_HOUR)),
        rota=_rota(row.get("rota")),
        weeks=tuple(
            Week(
                date.fromisoformat(week["from"]),
                week["first"].strip(),
                week.get("backup", "").strip(),
            )
            for week in row.get("weeks", ())
        ),
        lead=row.get("lead", "").strip(),
        manager=row.get("manager", "").strip(),
    )


def on_call_problems(row: object) -> list[Problem]:
    """Give what is wrong beyond what the schema sees: days that are none, a name twice."""
    if not isinstance(row, dict):
        return []
    rota = row.get("rota")
    starts = [("rota.from", rota.get("from"))] if isinstance(rota, dict) else []
    starts += [(f"weeks.{i}.from", week.get("from")) for i, week in _rows(row.get("weeks"))]
    problems = [
        Problem(f"{KEY}.{key}", shown(day), "a real day as YYYY-MM-DD")
        for key, day in starts
        if isinstance(day, str) and not _is_day(day)
    ]
    seen: set[str] = set()
    for i, person in _rows(row.get("people")):
        name = str(person.get("name", "")).strip().lower()
        if name and name in seen:
            found = f"{person['name']!r} for a second time"
            problems.append(Problem(f"{KEY}.people.{i}.name", found, "each person once"))
        seen.add(name)
    return problems


def holders(on_call: OnCall, at: datetime, zone: ZoneInfo) -> dict[Role, str]:
    """Give who holds each role at `at` (aware); a role that nobody holds is left out."""
    first, backup = _of_day(on_call, _duty_day(on_call, at, zone))
    names: dict[Role, str] = {
        "first": first,
        "backup": backup,
        "lead": on_call.lead,
        "manager": on_call.manager,
    }
    return {role: on_call.named(name) for role, name in names.items() if name}


def duties(on_call: OnCall, at: datetime, zone: ZoneInfo, weeks: int) -> list[Duty]:
    """Give who is on call from the week of `at` (aware) on, for so many weeks.

    Weeks one after the other with the same people are one row.
    """
    begin = _duty_day(on_call, at, zone)
    if on_call.rota is not None:
        begin -= (begin - on_call.rota.start) % WEEK
    found: list[Duty] = []
    for day in (begin + timedelta(days=i) for i in range(weeks * 7)):
        first, backup = (on_call.named(name) for name in _of_day(on_call, day))
        begins = _change(on_call, day, zone)
        ends = _change(on_call, day + timedelta(days=1), zone)
        if found and (found[-1].first, found[-1].backup) == (first, backup):
            found[-1] = found[-1]._replace(end=ends)
        else:
            found.append(Duty(begins, ends, first, backup))
    return found


def _of_day(on_call: OnCall, day: date) -> tuple[str, str]:
    """Give who is first and who backs up on the day that begins at the hour of change."""
    rota = on_call.rota
    first = backup = ""
    if rota is not None and day >= rota.start:
        turn = (day - rota.start) // WEEK
        first = rota.first[turn % len(rota.first)]
        backup = rota.backup[turn % len(rota.backup)] if rota.backup else ""
    # Reckoned from `day`: the calendar ends at the end of the year 9999.
    chosen = [week for week in on_call.weeks if day - WEEK < week.start <= day]
    if not chosen:
        return first, backup
    # Of two that overlap, the one that began last.
    week = max(chosen, key=lambda week: week.start)
    if week.backup:
        return week.first, week.backup
    # Whoever stands in for the first may have been the backup: then the two have changed places.
    return week.first, first if backup.lower() == week.first.lower() else backup


def _duty_day(on_call: OnCall, at: datetime, zone: ZoneInfo) -> date:
    local = at.astimezone(zone)
    before = local.hour < on_call.change_hour
    return local.date() - timedelta(days=1) if before else local.date()


def _change(on_call: OnCall, day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(on_call.change_hour), zone)


def _rota(row: Mapping[str, Any] | None) -> Rota | None:
    if row is None:
        return None
    first = _names(row["first"])
    # Left out, the next one of the list backs up; one person alone has nobody.
    next_ones = (*first[1:], *first[:1]) if len(first) > 1 else ()
    backup = _names(row["backup"]) if "backup" in row else next_ones
    return Rota(date.fromisoformat(row["from"]), first, backup)


def _names(found: str | Sequence[str]) -> tuple[str, ...]:
    names = [found] if isinstance(found, str) else found
    return tuple(name.strip() for name in names)


def _rows(found: object) -> Iterator[tuple[int, dict[str, Any]]]:
    for i, row in enumerate(found if isinstance(found, list) else []):
        if isinstance(row, dict):
            yield i, row


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
