"""What the audit record's tests share: entries, and their check."""

import sqlite3
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.engine import make_url

from nightdesk_desk.audit.models import AuditEntry
from nightdesk_desk.audit.record import note
from nightdesk_desk.audit.verifying import Verdict, verify
from nightdesk_desk.db import Database

TRIGGERS = ("no_update", "no_delete", "no_replace")


async def noted(db: Database, *kinds: str) -> None:
    """Note one entry of each kind, each in a transaction of its own."""
    for kind in kinds:
        async with db.write() as session:
            await note(session, kind, about="c_1", address="10.0.0.1", details={"n": len(kinds)})


async def checked(db: Database) -> Verdict:
    async with db.read() as session:
        return await verify(session, lambda done, of: None)


async def entries(db: Database) -> list[AuditEntry]:
    async with db.read() as session:
        return list(await session.scalars(select(AuditEntry).order_by(AuditEntry.number)))


def tamper(url: str, *statements: str) -> None:
    """Do in the file what only somebody with the file can: without the triggers."""
    with sqlite3.connect(file_of(url)) as connection:
        for name in TRIGGERS:
            connection.execute(f"DROP TRIGGER IF EXISTS audit_entries_{name}")
        for statement in statements:
            connection.execute(statement)
    connection.close()


def file_of(url: str) -> Path:
    path = make_url(url).database
    assert path is not None
    return Path(path)
