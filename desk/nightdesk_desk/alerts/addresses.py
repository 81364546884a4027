"""How each address has been doing: outages begin, are told to the others once, and end."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk.alerts import outbox
from nightdesk_desk.alerts.deciding import tells_others
from nightdesk_desk.alerts.faults import Fault, fault_of
from nightdesk_desk.models import Alert, AlertAddressState


class Known(NamedTuple):
    """What the record knows of an address; `waiting` counts what is still to be sent to it."""

    last_sent_at: datetime | None
    failing_since: datetime | None
    fault: Fault | None
    waiting: int


NOTHING_KNOWN = Known(None, None, None, 0)


async def note_success(session: AsyncSession, name: str, at: datetime) -> None:
    """Note that a message has reached an address; an outage is over, what failed is due at once."""
    await outbox.insert_once(session, AlertAddressState, name=name, failures=0)
    state = await session.get(AlertAddressState, name, with_for_update=True)
    if state is None:
        return
    if state.failing_since is not None:
        await outbox.hasten(session, name, at)
    state.last_sent_at = at
    state.failing_since = state.last_error = state.told_at = None
    state.failures = 0
    await session.flush()


async def note_failure(
    session: AsyncSession, name: str, fault: Fault, at: datetime, everybody: Iterable[str]
) -> None:
    """Note that a message has not reached an address; tell the others once an outage."""
    await outbox.insert_once(session, AlertAddressState, name=name, failures=0)
    failures = await session.scalar(
        update(AlertAddressState)
        .where(AlertAddressState.name == name)
        .values(
            failing_since=func.coalesce(AlertAddressState.failing_since, at),
            failures=AlertAddressState.failures + 1,
            last_error=fault.code,
        )
        .returning(AlertAddressState.failures)
        .execution_options(synchronize_session=False)
    )
    if failures is None or not tells_others(failures, fault):
        return
    first = await session.scalar(
        update(AlertAddressState)
        .where(AlertAddressState.name == name, AlertAddressState.told_at.is_(None))
        .values(told_at=at)
        .returning(AlertAddressState.name)
        .execution_options(synchronize_session=False)
    )
    if first is not None:
        await outbox.put_outage(session, name, everybody)


async def known(session: AsyncSession) -> dict[str, Known]:
    """Give what the record knows of every address that it has heard of."""
    counts = await session.execute(
        select(Alert.address, func.count()).where(outbox.OPEN).group_by(Alert.address)
    )
    waiting = {row[0]: row[1] for row in counts}
    states = {state.name: state for state in await session.scalars(select(AlertAddressState))}
    return {name: _known(states.get(name), waiting.get(name, 0)) for name in {*waiting, *states}}


def _known(state: AlertAddressState | None, waiting: int) -> Known:
    if state is None:
        return NOTHING_KNOWN._replace(waiting=waiting)
    fault = fault_of(state.last_error)
    return Known(state.last_sent_at, state.failing_since, fault, waiting)
