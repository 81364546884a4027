"""Dropping old entries of the audit record, the one change that it allows.

Only a beginning of the record goes, never single entries. An entry of the kind `audit_dropped`,
itself part of the chain, says up to which number and with which hash, so that the rest can still
be verified. The triggers of migration 0005 let a row go only while the head's `may_drop_to` covers
it, and that is above 0 only inside the transaction here: no other transaction ever sees it.
"""

from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk.audit.chain import DROPPED
from nightdesk_desk.audit.models import AuditEntry, AuditHead
from nightdesk_desk.audit.record import as_text, note


async def drop_before(session: AsyncSession, at: datetime, *, staff_id: int | None = None) -> int:
    """Drop the entries from before `at`, and note that. Gives how many; 0 notes nothing.

    Call it in a transaction of its own (`db.write()`): it takes the head, which everybody else
    takes last, at once, and other writers wait until it ends.
    """
    await _allow(session, 0)
    last = await _last_before(session, at)
    sealed = await session.scalar(select(AuditEntry.hash).where(AuditEntry.number == last))
    if sealed is None:
        return 0
    await _allow(session, last)
    gone = await session.execute(
        delete(AuditEntry)
        .where(AuditEntry.number <= last)
        .execution_options(synchronize_session=False)
    )
    await _allow(session, 0)
    count: int = gone.rowcount  # type: ignore[attr-defined]
    details = {"up_to": last, "hash": sealed, "entries": count, "before": as_text(at)}
    await note(session, DROPPED, staff_id=staff_id, details=details)
    return count


async def _last_before(session: AsyncSession, at: datetime) -> int:
    """Give the number of the last entry of the beginning that lies wholly before `at`."""
    kept = select(func.min(AuditEntry.number)).where(AuditEntry.at >= as_text(at))
    first_kept = await session.scalar(kept)
    if first_kept is not None:
        return first_kept - 1
    return await session.scalar(select(func.max(AuditEntry.number))) or 0


async def _allow(session: AsyncSession, up_to: int) -> None:
    await session.execute(
        update(AuditHead)
        .where(AuditHead.id == 1)
        .values(may_drop_to=up_to)
        .execution_options(synchronize_session=False)
    )
