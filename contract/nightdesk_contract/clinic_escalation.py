"""After how many minutes who is told next of a hand-over: `escalation` in clinic.yml.

Without `on_call` there is nobody to go up to: then the addresses under `alerts` are told again,
once, when `staff_times` have passed.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

from nightdesk_contract.clinic_alerts import AlertAddress
from nightdesk_contract.clinic_on_call import ROLES, OnCall, Role, holders
from nightdesk_contract.outcome import Level

if TYPE_CHECKING:
    from datetime import datetime

    from nightdesk_contract.clinic import Clinic

StepName = Literal["first", "everyone", "backup", "lead", "manager", "again"]
STEPS: tuple[StepName, ...] = get_args(StepName)

ESCALATION: dict[Level, dict[StepName, int]] = {
    "P0": {"first": 0, "everyone": 2},
    "P1": {"first": 0, "backup": 6, "lead": 11, "manager": 16},
    "P2": {"lead": 30},
    "P3": {},
}
"""Minutes without a person's act until each step, where the clinic sets no others."""

FIRST_WITHIN = 5
"""Minutes after which the first on call should have been told of what must not wait."""

ANY_HOUR: tuple[Level, ...] = ("P0", "P1")
"""Levels whose steps do not wait for the clinic to open."""


class Step(NamedTuple):
    """One step of a chain: who is told after how many minutes."""

    name: StepName
    minutes: int


class Told(NamedTuple):
    """Somebody who is told, as what, and by which addresses. A team has no name."""

    name: str
    role: Role | Literal["team"]
    addresses: tuple[str, ...]


def escalation(found: Mapping[str, Mapping[str, int]]) -> dict[Level, dict[StepName, int]]:
    """Give the minutes by level and step: the clinic's own, and the project's where it has none."""
    steps: dict[Level, dict[StepName, int]] = {}
    for level, default in ESCALATION.items():
        own = {name: int(found[level][name]) for name in STEPS if name in found.get(level, {})}
        steps[level] = default | own
    return steps


def escalation_warnings(clinic: "Clinic") -> list[tuple[str, str]]:
    """Give keys of `escalation` with what seems odd there."""
    found = []
    for level in ANY_HOUR:
        minutes = clinic.escalation.get(level, {}).get("first", 0)
        if minutes > FIRST_WITHIN:
            text = (
                f"the first on call hears of {level} after {minutes} minutes: "
                f"more than {FIRST_WITHIN} is long for somebody in danger"
            )
            found.append((f"escalation.{level}.first", text))
    return found


def team_addresses(clinic: "Clinic") -> list[AlertAddress]:
    """Give the addresses that belong to no person: they are told of their levels at once."""
    taken = clinic.on_call.addresses if clinic.on_call else frozenset()
    return [address for address in clinic.alerts if address.name not in taken]


def chain(clinic: "Clinic", level: Level) -> list[Step]:
    """Give the steps of a level in their order."""
    if clinic.on_call is None:
        minutes = clinic.staff_times.get(level)
        return [] if minutes is None else [Step("again", minutes)]
    steps = [Step(name, minutes) for name, minutes in clinic.escalation.get(level, {}).items()]
    return sorted(steps, key=lambda step: (step.minutes, STEPS.index(step.name)))


def told_by(clinic: "Clinic", step: StepName, level: Level, at: "datetime") -> list[Told]:
    """Give who is told by a step that is taken at `at`: whoever is on call then.

    Where that person is not set, or no address reaches them, it goes up to the next who can be
    reached, then to everybody on call, then to the team, then, at a level that must not wait, to
    whoever is under `people`, on call or not: a step is never lost on nobody.
    """
    on_call = clinic.on_call
    team = tuple(a.name for a in team_addresses(clinic) if level in a.levels)
    as_team = [Told("", "team", team)] if team else []
    if on_call is None or step == "again":
        return as_team
    reached = _reached(clinic, at)
    if step != "everyone":
        above = ROLES[ROLES.index(step) :]
        for one in reached:
            if one.role in above:
                return [one]
    everyone = {one.name: one for one in reversed(reached)}
    on_duty = [one for one in reached if everyone[one.name] is one]
    return on_duty or as_team or (_anybody(clinic, on_call) if level in ANY_HOUR else [])


def _anybody(clinic: "Clinic", on_call: OnCall) -> list[Told]:
    """Give everyone who has an address that is set, as a team: nobody of them is on call."""
    names = tuple(a.name for a in clinic.alerts if a.name in on_call.addresses)
    return [Told("", "team", names)] if names else []


def _reached(clinic: "Clinic", at: "datetime") -> list[Told]:
    """Give who holds a role at `at` and has an address that is set, in the order of the roles."""
    on_call = clinic.on_call
    if on_call is None:
        return []
    known = {address.name for address in clinic.alerts}
    found = []
    for role, name in holders(on_call, at, clinic.zone).items():
        person = on_call.person(name)
        names = tuple(n for n in person.addresses if n in known) if person else ()
        if names:
            found.append(Told(name, role, names))
    return found
