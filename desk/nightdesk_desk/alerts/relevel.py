"""What becomes of alerts when a person lowers a hand-over's level."""

from nightdesk_contract.outcome import LEVELS
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk.alerts import outbox
from nightdesk_desk.models import Alert, Handover, now


async def lowered(session: AsyncSession, handover: Handover) -> None:
    """End the alerts of levels above the hand-over's new one, and tell of the new one.

    Addresses that are told of the new level only have not heard of it yet. Ended alerts that were
    no step of an escalation no longer name the hand-over (the audit record does): an address hears
    of each level once, and would not hear if it became serious again.
    """
    above = LEVELS[: [*LEVELS].index(handover.level)]  # type: ignore[arg-type]
    of_it = (Alert.handover_id == handover.id, Alert.level.in_(above))
    await session.execute(
        update(Alert)
        .where(*of_it, outbox.OPEN)
        .values(state="needless", leased_until=None, ended_at=now())
        .execution_options(synchronize_session=False)
    )
    await session.execute(
        update(Alert)
        .where(*of_it, Alert.step_id.is_(None))
        .values(handover_id=None)
        .execution_options(synchronize_session=False)
    )
    await outbox.put(session, handover)
