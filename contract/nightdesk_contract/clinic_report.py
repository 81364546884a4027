"""What settings that can be used come to at a moment, and what they leave out."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from nightdesk_contract.clinic import Clinic, topics_by_group
from nightdesk_contract.hours_words import differences
from nightdesk_contract.opening import LONGEST_CLOSURE, next_opening, open_now
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
    open_now: bool
    next_opening: datetime | None
    closed_days: tuple[date, ...]
    unset: Mapping[str, str]
    answered: Mapping[str, str]
    needed: tuple[Problem, ...]
    warnings: tuple[Warned, ...]


def report(
    clinic: Clinic, questions: Mapping[str, str], added: Collection[str], at: datetime
) -> ClinicReport:
    """Say what `clinic` comes to at `at` (aware).

    `questions` are what visitors ask, by topic; `added` are the topics with an added answer: such a
    topic is answered whatever clinic.yml says.
    """
    today = at.astimezone(clinic.zone).date()
    closed = tuple(sorted(day for day in set(clinic.closed_days) if day >= today))
    opening = next_opening(clinic, at)
    told = {*clinic.logistics, *added}
    unset = [topic for topic in topics_by_group()["logistics"] if topic not in told]
    needed = clinic.mode == "live" and clinic.crisis_owner is None
    return ClinicReport(
        clinic=clinic,
        open_now=open_now(clinic, at),
        next_opening=opening,
        closed_days=closed,
        unset={topic: questions.get(topic, topic) for topic in unset},
        answered={topic: questions.get(topic, topic) for topic in clinic.topics},
        needed=(OWNER_NEEDED,) if needed else (),
        warnings=tuple(_warnings(clinic, opening, closed, at)),
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
    return found
