"""Retention: removing what is older than the clinic's settings say, in small transactions.

`look` says what would go; `purge` removes it, batch by batch, so that nobody has to wait for long.
Each conversation is judged again while it is held: a visitor may just have come back to it.
"""

import contextlib
import logging
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
from nightdesk_desk.looking import surviving
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


Failed = Callable[[str, int | None, Exception], None]
"""Is told the kind, how many were to go together (None: all the rest), and why they did not."""

logger = logging.getLogger(__name__)


def log_failure(kind: str, number: int | None, error: Exception) -> None:
    """Say in the log what could not be removed. Never the error's text: it may hold words."""
    what = "the rest" if number is None else f"{number} that go together"
    logger.error("the purge leaves %s of %s for later: %s", what, kind, type(error).__name__)


class Work(NamedTuple):
    """What one kind's purge needs: where, what is too old, whom to tell, how much at a time."""

    db: Database
    before: datetime
    told: Progress
    batch: int
    failed: Failed


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
    db: Database,
    retention: Retention,
    at: datetime,
    told: Progress = silent,
    batch: int = BATCH,
    failed: Failed = log_failure,
) -> dict[str, int]:
    """Remove what is older at the moment `at` than it may be. Gives how many, by kind.

    What cannot be removed puts off nothing else: `failed` is told, and the next purge tries again.
    """
    gone: dict[str, int] = {}

    def counted(kind: str, number: int) -> None:
        gone[kind] = number
        told(kind, number)

    for name, days in limits(retention).items():
        if days is None:
            continue
        gone[name] = 0
        try:
            await _PURGES[name](Work(db, at - timedelta(days=days), counted, batch, failed))
        except Exception as error:
            failed(name, None, error)
    with surviving("what is deleted may still be in the -wal file"):
        await db.scrub()
    return gone


async def _conversations(work: Work) -> None:
    gone, after = 0, ""
    while True:
        async with work.db.read() as session:
            found = await due.some_old_conversations(session, work.before, work.batch, after)
        if not found:
            return
        removed = 0
        try:
            async with work.db.write() as session:
                for conversation_id in found:
                    removed += await _conversation(session, conversation_id, work.before)
        except Exception as error:
            work.failed("messages", len(found), error)
        else:
            gone += removed
            work.told("messages", gone)
        # What could not go now is passed over: the next day's purge finds it again.
        after = found[-1]


async def _conversation(session: AsyncSession, conversation_id: str, before: datetime) -> bool:
    try:
        await log.hold(session, conversation_id)
    except log.UnknownConversation:
        return False
    if not await due.is_old(session, conversation_id, before):
        return False
    await remove_conversation(session, conversation_id, {"why": "retention"})
    return True


async def _contacts(work: Work) -> None:
    gone, after = 0, 0
    while True:
        async with work.db.read() as session:
            found = await due.some_old_contacts(session, work.before, work.batch, after)
        if not found:
            return
        try:
            gone += await _some_contacts(work, found)
        except Exception as error:
            work.failed("contacts", len(found), error)
        else:
            work.told("contacts", gone)
        after = found[-1][0]


async def _some_contacts(work: Work, found: list[tuple[int, str]]) -> int:
    async with work.db.write() as session:
        # Their visitors may be coming back: held, they are judged again. In one order.
        for conversation_id in sorted({conversation_id for _, conversation_id in found}):
            with contextlib.suppress(log.UnknownConversation):
                await log.hold(session, conversation_id)
        ids = await due.still_old_contacts(session, [each for each, _ in found], work.before)
        if ids:
            await session.execute(delete(Contact).where(Contact.id.in_(ids)))
            await note(session, "contacts_deleted", details={"number": len(ids)})
    return len(ids)


async def _audit(work: Work) -> None:
    async with work.db.write() as session:
        # The record itself notes up to where it was dropped.
        gone = await drop_before(session, work.before)
    work.told("audit", gone)


_COUNTS: dict[str, Callable[[AsyncSession, datetime], Awaitable[Old]]] = {
    "messages": due.old_conversations,
    "contacts": due.old_contacts,
    "audit": due.old_audit,
}
_PURGES: dict[str, Callable[[Work], Awaitable[None]]] = {
    "messages": _conversations,
    "contacts": _contacts,
    "audit": _audit,
}
