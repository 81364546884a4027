"""A record with something of most kinds in it, for the tests of backups."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from nightdesk_contract.outcome import Safety
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk import handovers, log
from nightdesk_desk.alerts import outbox
from nightdesk_desk.db import Database
from nightdesk_desk.decide import Call
from nightdesk_desk.models import Alert, Event, now
from nightdesk_desk.staff import sessions
from nightdesk_desk.staff.accounts import add_account

WORDS = "the words of a visitor"
PASSWORD = "quiet harbour 42"


def in_record(url: str, work: Callable[[AsyncSession], Awaitable[Any]]) -> Any:
    """Do something with a record, in one transaction."""

    async def run() -> Any:
        database = Database(url)
        try:
            async with database.write() as session:
                return await work(session)
        finally:
            await database.close()

    return asyncio.run(run())


async def says(session: AsyncSession, text: str = WORDS) -> str:
    """A visitor says something and is answered. Gives the conversation."""
    conversation_id, _ = await log.start_conversation(session)
    said = [log.NewEvent("visitor", text), log.NewEvent("bot", "An answer.", "answer:safety")]
    await log.append(session, conversation_id, said)
    return conversation_id


async def in_crisis(session: AsyncSession) -> tuple[str, int]:
    """A visitor is handed over, and one address is to be told. Gives conversation and hand-over."""
    conversation_id = await says(session, "I want to die")
    safety = Safety("crisis", "pattern", "want-to-die", 1.0, ((0, 4),))
    call = Call("crisis", "P1", safety)
    opened = await handovers.open_or_raise(session, conversation_id, 1, call)
    await outbox.insert_once(
        session,
        Alert,
        **outbox._new("handover", "front desk", "P1"),
        handover_id=opened.handover_id,
        reason="crisis",
    )
    return conversation_id, opened.handover_id


async def signed_in(session: AsyncSession, username: str = "maria") -> int:
    """Somebody of the staff, signed in."""
    account = await add_account(session, username, username.title(), "staff", PASSWORD)
    await session.flush()
    await sessions.open_session(session, account.id, now())
    return account.id


def texts(url: str) -> list[str]:
    """All that was said, in every conversation, in order."""

    async def read(session: AsyncSession) -> list[str]:
        rows = await session.scalars(select(Event.text).order_by(Event.conversation_id, Event.seq))
        return list(rows)

    return in_record(url, read)


def backups_in(folder: Path) -> list[Path]:
    """The backups of a folder, the oldest first."""
    return sorted(folder.glob("*.backup"))
