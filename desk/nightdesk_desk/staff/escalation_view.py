"""Who was told of a hand-over when, and who is told next unless somebody acts."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from nightdesk_contract.clinic import Clinic
from nightdesk_contract.clinic_escalation import Told
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk.alerts import outbox
from nightdesk_desk.escalation.chain import planned
from nightdesk_desk.escalation.models import EscalationStep
from nightdesk_desk.escalation.taking import read_facts
from nightdesk_desk.models import Alert, Handover
from nightdesk_desk.staff.times import Moment, moment


class Person(NamedTuple):
    """Somebody who is told, as what; a team has no name."""

    name: str
    role: str


class Reached(NamedTuple):
    """An address that was told, and what became of the alert."""

    address: str
    state: str


class ToldAt(NamedTuple):
    """Who was told at a moment; `level` is that of the alert."""

    at: Moment
    level: str
    step: str
    people: tuple[Person, ...]
    reached: tuple[Reached, ...]


class Coming(NamedTuple):
    """Who is told next, and when, unless somebody acts; nobody where nobody can be reached."""

    at: Moment
    step: str
    people: tuple[Person, ...]


class Telling(NamedTuple):
    """Who was told, and who is told next, in order."""

    told: tuple[ToldAt, ...] = ()
    coming: tuple[Coming, ...] = ()


async def read_telling(
    session: AsyncSession, cases: Sequence[Handover], zone: ZoneInfo, now: datetime
) -> dict[int, Telling]:
    """Give who was and will be told of hand-overs, by their ids, with times in the clinic's zone.

    What is to come is known where the session knows the clinic's settings.
    """
    told = await _told(session, [case.id for case in cases], zone, now)
    coming = await _coming(session, cases, zone, now)
    return {case.id: Telling(tuple(told[case.id]), tuple(coming[case.id])) for case in cases}


async def _told(
    session: AsyncSession, ids: Sequence[int], zone: ZoneInfo, now: datetime
) -> dict[int, list[ToldAt]]:
    steps = await session.scalars(
        select(EscalationStep)
        .where(EscalationStep.handover_id.in_(ids))
        .order_by(EscalationStep.taken_at, EscalationStep.due_at, EscalationStep.id)
    )
    alerts = await session.scalars(
        select(Alert).where(Alert.handover_id.in_(ids)).order_by(Alert.id)
    )
    reached: dict[int, list[Reached]] = defaultdict(list)
    at_once: dict[tuple[int, str], list[Alert]] = defaultdict(list)
    for alert in alerts:
        if alert.step_id is not None:
            reached[alert.step_id].append(Reached(alert.address, alert.state))
        elif alert.handover_id is not None:
            at_once[alert.handover_id, alert.level].append(alert)
    dated: dict[int, list[tuple[datetime, ToldAt]]] = defaultdict(list)
    for (handover_id, level), rows in at_once.items():
        written = rows[0].created_at
        addresses = tuple(Reached(row.address, row.state) for row in rows)
        team, at = (Person("", "team"),), moment(written, zone, now)
        dated[handover_id].append((written, ToldAt(at, level, "at_once", team, addresses)))
    for step in steps:
        people = tuple(Person(str(one["name"]), str(one["role"])) for one in step.told)
        at = moment(step.taken_at, zone, now)
        told = ToldAt(at, step.level, step.step, people, tuple(reached[step.id]))
        dated[step.handover_id].append((step.taken_at, told))
    return defaultdict(
        list,
        {key: [row for _, row in sorted(rows, key=lambda r: r[0])] for key, rows in dated.items()},
    )


async def _coming(
    session: AsyncSession, cases: Sequence[Handover], zone: ZoneInfo, now: datetime
) -> dict[int, list[Coming]]:
    clinic_now: Callable[[], Clinic] | None = session.info.get(outbox.CLINIC)
    found: dict[int, list[Coming]] = defaultdict(list)
    waiting = [case for case in cases if case.state != "resolved"]
    if clinic_now is None or not waiting:
        return found
    clinic, facts = clinic_now(), await read_facts(session, waiting)
    for case in waiting:
        found[case.id] = [
            Coming(moment(step.due_at, zone, now), step.step, _people(step.told))
            for step in planned(facts[case.id], clinic)
        ]
    return found


def _people(told: Sequence[Told]) -> tuple[Person, ...]:
    return tuple(Person(one.name, one.role) for one in told)
