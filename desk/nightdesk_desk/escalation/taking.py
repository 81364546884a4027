"""Taking steps: the step's row and its alerts are written together, by exactly one desk process."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from itertools import batched
from typing import Any, cast

from nightdesk_contract.clinic import Clinic
from nightdesk_contract.clinic_escalation import chain
from nightdesk_contract.outcome import LEVELS, Level
from sqlalchemy import bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk import log
from nightdesk_desk.alerts import outbox
from nightdesk_desk.audit.record import note as audit
from nightdesk_desk.cases import reading
from nightdesk_desk.cases.models import HandoverAct
from nightdesk_desk.cases.unanswered import staff_wrote_at, unanswered_since
from nightdesk_desk.escalation.chain import Alarm, Facts, Planned, TakenStep, due, waits_since
from nightdesk_desk.escalation.models import EscalationStep
from nightdesk_desk.models import Handover, HandoverTrigger

BATCH = 500
"""How many are read at a time: a database takes only so many values in one statement."""


async def read_facts(session: AsyncSession, cases: Sequence[Handover]) -> dict[int, Facts]:
    """Give what is known of hand-overs, by their ids."""
    ids = [case.id for case in cases]
    alarms, acts = await _alarms(session, ids), await reading.read_acts(session, ids)
    replies = await staff_wrote_at(session, {case.conversation_id for case in cases})
    unanswered = await unanswered_since(session, ids)
    taken: dict[int, set[TakenStep]] = defaultdict(set)
    for row in await session.execute(
        select(
            EscalationStep.handover_id,
            EscalationStep.round_at,
            EscalationStep.level,
            EscalationStep.step,
        ).where(EscalationStep.handover_id.in_(ids))
    ):
        taken[row[0]].add(TakenStep(*row[1:]))
    facts = {}
    for case in cases:
        moments = [alarm.at for alarm in alarms[case.id] if alarm.calls]
        # A colleague who is away must not be where a conversation is forgotten.
        moments += reading.passed_at(acts.get(case.id, []))
        facts[case.id] = Facts(
            level=cast(Level, case.level),
            state=case.state,
            # An alarm starts a round of its own, however long plain words have waited.
            waits_since=waits_since(case, moments, replies.get(case.conversation_id))
            or unanswered.get(case.id),
            alarms=tuple(alarms[case.id]),
            taken=frozenset(taken[case.id]),
        )
    return facts


async def read_due(session: AsyncSession, clinic: Clinic, at: datetime) -> list[int]:
    """Give the hand-overs of which a step is due at `at`, the most serious first."""
    # Levels without steps, by default requests, may be many and are none of its business.
    levels = [level for level in LEVELS if chain(clinic, level)]
    rows = await session.scalars(_UNRESOLVED, {"levels": levels})
    found: list[int] = []
    for batch in batched(rows, BATCH, strict=False):
        facts = await read_facts(session, batch)
        found += [case.id for case in batch if _may_be_due(facts[case.id], clinic, at)]
    return found


_UNRESOLVED = (
    select(Handover)
    .where(Handover.state != "resolved", Handover.level.in_(bindparam("levels", expanding=True)))
    .order_by(Handover.level, Handover.opened_at)
)
"""Asked every second: it stands ready."""


def _may_be_due(facts: Facts, clinic: Clinic, at: datetime) -> bool:
    try:
        return bool(due(facts, clinic, at))
    except Exception:
        # Taking it says so: one that cannot be decided must not hold up the others.
        return True


async def take_due(
    session: AsyncSession, clinic: Clinic, handover_id: int, at: datetime
) -> tuple[str, list[Planned]]:
    """Take what is due of a hand-over at `at`. Gives its conversation and the steps taken here.

    The conversation is held, as staff's acts hold it: an act comes before the step or after it.
    """
    case = await session.get(Handover, handover_id)
    if case is None:
        return "", []
    await log.hold(session, case.conversation_id)
    await session.refresh(case)
    facts = (await read_facts(session, [case]))[case.id]
    taken = [step for step in due(facts, clinic, at) if await _take(session, case, step, at)]
    return case.conversation_id, taken


async def _take(session: AsyncSession, case: Handover, step: Planned, at: datetime) -> bool:
    """Write a step with its alerts. Gives false when another process has taken it."""
    postgres = session.get_bind().dialect.name == "postgresql"
    insert: Any = postgresql.insert if postgres else sqlite.insert
    row = {
        "handover_id": case.id,
        "round_at": step.round_at,
        "level": step.level,
        "step": step.step,
        "due_at": step.due_at,
        "taken_at": at,
        "told": [one._asdict() | {"addresses": list(one.addresses)} for one in step.told],
    }
    statement = insert(EscalationStep).values(**row).on_conflict_do_nothing()
    step_id = await session.scalar(statement.returning(EscalationStep.id))
    if step_id is None:
        return False
    addresses = [name for one in step.told for name in one.addresses]
    await outbox.put_step(session, case, step_id, addresses)
    await audit(
        session,
        "escalation_step_taken",
        about=case.conversation_id,
        details={
            "handover": case.id,
            "level": step.level,
            "step": step.step,
            "told": [f"{one.name} ({one.role})" if one.name else one.role for one in step.told],
            "addresses": addresses,
        },
    )
    return True


async def _alarms(session: AsyncSession, ids: Sequence[int]) -> dict[int, list[Alarm]]:
    """Give what called for a person, by hand-over: messages, and changes of the level by staff."""
    found: dict[int, list[Alarm]] = defaultdict(list)
    for handover_id, at, level in await session.execute(
        select(HandoverTrigger.handover_id, HandoverTrigger.at, HandoverTrigger.level)
        .where(HandoverTrigger.handover_id.in_(ids))
        .order_by(HandoverTrigger.id)
    ):
        found[handover_id].append(Alarm(at, level))
    for handover_id, at, to_level in await session.execute(
        select(HandoverAct.handover_id, HandoverAct.at, HandoverAct.to_level)
        .where(HandoverAct.handover_id.in_(ids), HandoverAct.kind == "level")
        .order_by(HandoverAct.id)
    ):
        found[handover_id].append(Alarm(at, str(to_level), calls=False))
    for alarms in found.values():
        alarms.sort(key=lambda alarm: alarm.at)
    return found
