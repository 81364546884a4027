"""What settings that can be used come to at a moment, and what they leave out."""

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from nightdesk_contract.clinic import Clinic, topics_by_group
from nightdesk_contract.clinic_alerts import secret_in_file, variables
from nightdesk_contract.clinic_escalation import (
    ANY_HOUR,
    chain,
    escalation_warnings,
    team_addresses,
    told_by,
)
from nightdesk_contract.clinic_on_call_check import on_call_warnings
from nightdesk_contract.clinic_retention import retention_warnings
from nightdesk_contract.clinic_sites import site_warnings
from nightdesk_contract.hours_words import differences
from nightdesk_contract.opening import LONGEST_CLOSURE, next_opening, open_now
from nightdesk_contract.outcome import Level
from nightdesk_contract.problems import Problem

OWNER_NEEDED = Problem(
    "crisis_owner",
    "nothing",
    "who in the clinic answers for the crisis protocol: mode live needs it",
)


@dataclass(frozen=True)
class Warned:
    """What is allowed and yet may be a slip: the key and what seems odd."""

    key: str
    text: str


@dataclass(frozen=True)
class ClinicReport:
    """What the settings come to at a moment.

    `next_opening` is that moment itself while the clinic is open. `unset` and `answered` hold
    topics with the question that visitors ask; `needed` is what the mode asks for and is not there.
    """

    clinic: Clinic
    at: datetime
    open_now: bool
    next_opening: datetime | None
    closed_days: tuple[date, ...]
    unset: Mapping[str, str]
    answered: Mapping[str, str]
    needed: tuple[Problem, ...]
    warnings: tuple[Warned, ...]


def report(
    clinic: Clinic,
    questions: Mapping[str, str],
    added: Collection[str],
    at: datetime,
    environment: Mapping[str, str] = os.environ,
) -> ClinicReport:
    """Say what `clinic` comes to at `at` (aware).

    `questions` are what visitors ask, by topic; `added` are the topics with an added answer: such a
    topic is answered whatever clinic.yml says. `environment` has the variables that addresses for
    alerts name.
    """
    today = at.astimezone(clinic.zone).date()
    closed = tuple(sorted(day for day in set(clinic.closed_days) if day >= today))
    opening = next_opening(clinic, at)
    told = {*clinic.logistics, *added}
    unset = [topic for topic in topics_by_group()["logistics"] if topic not in told]
    needed = clinic.mode == "live" and clinic.crisis_owner is None
    return ClinicReport(
        clinic=clinic,
        at=at,
        open_now=open_now(clinic, at),
        next_opening=opening,
        closed_days=closed,
        unset={topic: questions.get(topic, topic) for topic in unset},
        answered={topic: questions.get(topic, topic) for topic in clinic.topics},
        needed=(OWNER_NEEDED,) if needed else (),
        warnings=(
            *_warnings(clinic, opening, closed, at),
            *_about_alerts(clinic, environment, at),
            *(Warned(key, text) for key, text in on_call_warnings(clinic, at)),
            *(Warned(key, text) for key, text in escalation_warnings(clinic)),
            *(Warned("sites", text) for text in site_warnings(clinic.sites, clinic.mode)),
        ),
    )


def _warnings(
    clinic: Clinic, opening: datetime | None, closed: tuple[date, ...], at: datetime
) -> list[Warned]:
    found = []
    if opening is None:
        found.append(
            Warned("hours", f"the clinic does not open within {LONGEST_CLOSURE.days} days")
        )
    if not closed:
        found.append(
            Warned("closed_days", "no closed day lies ahead: are the next holidays in it?")
        )
    found += [Warned("hours_text", text) for text in differences(clinic, at)]
    kept = retention_warnings(clinic.retention, clinic.mode)
    found += [Warned("retention", text) for text in kept]
    return found


def _about_alerts(clinic: Clinic, environment: Mapping[str, str], at: datetime) -> list[Warned]:
    found = []
    told = {level for address in team_addresses(clinic) for level in address.levels}
    untold = [
        level for level in ANY_HOUR if level not in told and not _reaches_people(clinic, level, at)
    ]
    if untold and (clinic.alerts or clinic.mode == "live"):
        levels = " and ".join(untold)
        found.append(Warned("alerts", f"no address is told of {levels}: only the inbox shows it"))
    for i, address in enumerate(clinic.alerts):
        key = f"alerts.{i} ({address.name})"
        found += [
            Warned(key, f"the variable {name} is not set here; the desk needs it")
            for name in variables(address)
            if not environment.get(name, "").strip()
        ]
        if secret_in_file(address):
            found.append(Warned(key, "a secret stands in the file: use ${NAME} and a variable"))
    if clinic.alerts and not clinic.desk_url and not environment.get("DESK_URL", "").strip():
        found.append(Warned("desk_url", "unset: alerts have no link to the conversation"))
    return found


def _reaches_people(clinic: Clinic, level: Level, at: datetime) -> bool:
    return any(told_by(clinic, step.name, level, at) for step in chain(clinic, level))
