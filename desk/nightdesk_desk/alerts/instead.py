"""Who is told in place of an address that was renamed or removed while its alert waited."""

from datetime import datetime
from typing import cast

from nightdesk_contract.clinic import Clinic
from nightdesk_contract.clinic_escalation import StepName, told_by
from nightdesk_contract.outcome import Level
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk.alerts import outbox
from nightdesk_desk.alerts.deciding import needless
from nightdesk_desk.escalation.models import EscalationStep
from nightdesk_desk.models import Alert, Handover


async def tell_instead(session: AsyncSession, clinic: Clinic, alert: Alert, at: datetime) -> None:
    """Write the alert for whoever would be told of it now and has not been.

    Nobody is told twice, and nobody of a hand-over that a person has acted on meanwhile.
    """
    case = await session.get(Handover, alert.handover_id) if alert.handover_id else None
    if case is None or case.level != alert.level:
        return
    acted_at = case.acted_at or case.taken_at
    if needless(alert.created_at, case.state, case.acknowledged_at, acted_at):
        return
    if alert.step_id is None:
        await outbox.put(session, case)
        return
    step = await session.get(EscalationStep, alert.step_id)
    if step is None:
        return
    heard = {name for one in step.told for name in one["addresses"]}
    told = told_by(clinic, cast(StepName, step.step), cast(Level, step.level), at)
    new = [one for one in told if not heard.issuperset(one.addresses)]
    if new:
        rows = [one._asdict() | {"addresses": list(one.addresses)} for one in new]
        same = {(one.name, one.role) for one in new}
        others = [one for one in step.told if (one["name"], one["role"]) not in same]
        step.told = [*others, *rows]
        names = [name for one in new for name in one.addresses if name not in heard]
        await outbox.put_step(session, case, step.id, names)
