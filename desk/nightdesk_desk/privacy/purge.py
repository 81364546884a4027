"""Retention: removing what is older than the clinic's settings say, in small transactions.

`look` says what would go; `purge` removes it, batch by batch, so that nobody has to wait for long.
Each conversation is judged again while it is held: a visitor may just have come back to it.
"""

import contextlib
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from nightdesk_contract.clinic_retention import Retention
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk import log
from nightdesk_desk.audit.dropping import drop_before
from nightdesk_desk.audit.record import note
from nightdesk_desk.db import Database
from nightdesk_desk.models import Contact
from nightdesk_desk.privacy import due
from nightdesk_desk.privacy.due import Old
from nightdesk_desk.privacy.removal import remove_conversation

BATCH = 25
"""Conversations, or contact details, of one transaction."""

NOTHING = Old(0, None, None)


class Kind(NamedTuple):
    """One kind of what is kept: for how many days (None: until somebody deletes it); what is older.

    `messages` count whole conversations.
    """

    name: str
    days: int | None
    old: Old


Progress = Callable[[str, int], None]
"""Is told the kind, and how many of it are gone."""


def silent(_kind: str, _gone: int) -> None:
    """Tell nobody."""


def limits(retention: Retention) -> dict[str, int | None]:
    """Give the days by kind, in the order in which they are purged."""
    return {
        "messages": retention.messages,
        "contacts": retention.contacts,
        "audit": retention.audit,
    }


async def look(db: Database, retention: Retention, at: datetime) -> list[Kind]:
    """Give what is older at the moment `at` than it may be, kind by kind."""
    async with db.read() as session:
        return [
            Kind(name, days, await _COUNTS[name](session, at - timedelta(days=days)))
            if days is not None
            else Kind(name, None, NOTHING)
            for name, days in limits(retention).items()
        ]


async def purge(
    db: Database, retention: Retention, at: datetime, told: Progress = silent, batch: int = BATCH
) -> dict[str, int]:
    """Remove what is older at the moment `at` than it may be. Gives how many, by kind."""
    gone: dict[str, int] = {}
    for name, days in limits(retention).items():
        if days is not None:
            gone[name] = await _PURGES[name](db, at - timedelta(days=days), told, batch)
    return gone


async def _conversations(db: Database, before: datetime, told: Progress, batch: int) -> int:
    gone, after = 0, ""
    while True:
        async with db.read() as session:
            found = await due.some_old_conversations(session, before, batch, after)
        if not found:
            return gone
        async with db.write() as session:
            for conversation_id in found:
                gone += await _conversation(session, conversation_id, before)
        # What could not go now is passed over: the next day's purge finds it again.
        after = found[-1]
        told("messages", gone)


async def _conversation(session: AsyncSession, conversation_id: str, before: datetime) -> bool:
    try:
        await log.hold(session, conversation_id)
    except log.UnknownConversation:
        return False
    if not await due.is_old(session, conversation_id, before):
        return False
    await remove_conversation(session, conversation_id, {"why": "retention"})
    return True


async def _contacts(db: Database, before: datetime, told: Progress, batch: int) -> int:
    gone = 0
    while True:
        async with db.write() as session:
            found = await due.some_old_contacts(session, before, batch)
            # Their visitors may be coming back: held, they are judged again. In one order.
            for conversation_id in sorted({conversation_id for _, conversation_id in found}):
                with contextlib.suppress(log.UnknownConversation):
                    await log.hold(session, conversation_id)
            ids = await due.still_old_contacts(session, [each for each, _ in found], before)
            if ids:
                await session.execute(delete(Contact).where(Contact.id.in_(ids)))
                await note(session, "contacts_deleted", details={"number": len(ids)})
        if not found:
            return gone
        gone += len(ids)
        told("contacts", gone)


async def _audit(db: Database, before: datetime, told: Progress, _batch: int) -> int:
    async with db.write() as session:
        # The record itself notes up to where it was dropped.
        gone = await drop_before(session, before)
    told("audit", gone)
    return gone


_COUNTS: dict[str, Callable[[AsyncSession, datetime], Awaitable[Old]]] = {
    "messages": due.old_conversations,
    "contacts": due.old_contacts,
    "audit": due.old_audit,
}
_PURGES: dict[str, Callable[[Database, datetime, Progress, int], Awaitable[int]]] = {
    "messages": _conversations,
    "contacts": _contacts,
    "audit": _audit,
}
