"""What may be a slip in who is on call: gaps in the rota, names of nobody, people out of reach."""

from collections.abc import Iterator
from datetime import datetime

from nightdesk_contract.clinic import Clinic
from nightdesk_contract.clinic_on_call import KEY, Duty, OnCall, duties
from nightdesk_contract.problems import nearest

WEEKS_AHEAD = 8
"""How far gaps are looked for."""


def on_call_warnings(clinic: Clinic, at: datetime) -> list[tuple[str, str]]:
    """Give keys of `on_call` with what seems odd there, seen at `at` (aware)."""
    on_call = clinic.on_call
    if on_call is None:
        return []
    return [*_names(on_call), *_reach(clinic, on_call), *_gaps(clinic, on_call, at)]


def _names(on_call: OnCall) -> Iterator[tuple[str, str]]:
    """Name whoever is to be on call and does not stand under `people`."""
    known = [person.name for person in on_call.people]
    for key, name in _said(on_call):
        if on_call.person(name) is None:
            near = nearest(name, known)
            meant = f"; did you mean {near}?" if near else ""
            yield key, f"{name!r} is not under people: nobody is told in that place{meant}"
    for role, name in (("lead", on_call.lead), ("manager", on_call.manager)):
        if not name:
            yield f"{KEY}.{role}", "unset: that step goes to the others who are on call"


def _said(on_call: OnCall) -> Iterator[tuple[str, str]]:
    if on_call.rota is not None:
        for name in dict.fromkeys(on_call.rota.first):
            yield f"{KEY}.rota.first", name
        for name in dict.fromkeys(on_call.rota.backup):
            if name not in on_call.rota.first:
                yield f"{KEY}.rota.backup", name
    for i, week in enumerate(on_call.weeks):
        yield f"{KEY}.weeks.{i}.first", week.first
        if week.backup:
            yield f"{KEY}.weeks.{i}.backup", week.backup
    if on_call.lead:
        yield f"{KEY}.lead", on_call.lead
    if on_call.manager:
        yield f"{KEY}.manager", on_call.manager


def _reach(clinic: Clinic, on_call: OnCall) -> Iterator[tuple[str, str]]:
    """Name people whom no address reaches, and addresses that are not there."""
    known = {address.name for address in clinic.alerts}
    for i, person in enumerate(on_call.people):
        key = f"{KEY}.people.{i} ({person.name})"
        for name in person.addresses:
            if name not in known:
                yield key, f"no address under alerts is called {name!r}"
        if not known.intersection(person.addresses):
            yield key, "no address reaches them: whoever comes next is told in their place"


def _gaps(clinic: Clinic, on_call: OnCall, at: datetime) -> Iterator[tuple[str, str]]:
    """Name the times to come without anybody who is first, or who backs them up."""
    for duty in duties(on_call, at, clinic.zone, WEEKS_AHEAD):
        when = _when(duty)
        if not duty.first:
            yield KEY, f"nobody is first on call {when}"
        elif not duty.backup:
            yield KEY, f"nobody backs up {duty.first} {when}"
        elif duty.backup == duty.first:
            yield KEY, f"{duty.first} is first and backup at once {when}"


def _when(duty: Duty) -> str:
    return f"from {duty.start:%a %Y-%m-%d} to {duty.end:%a %Y-%m-%d}"
