"""A conversation goes with every row that belongs to it, in whatever table that is."""

from typing import Any

import pytest
from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    func,
    insert,
    select,
    text,
)
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk import log
from nightdesk_desk.app import create_app  # noqa: F401  every table joins the metadata
from nightdesk_desk.audit.models import AuditEntry
from nightdesk_desk.db import Database
from nightdesk_desk.log import NewEvent
from nightdesk_desk.models import Base, Staff, UtcDateTime, now
from nightdesk_desk.privacy.removal import belonging, of_conversation, remove_conversation
from nightdesk_desk.settings import Settings

KEPT = {
    "staff",
    "staff_sessions",
    "staff_recovery_codes",
    "staff_half_sign_ins",
    "staff_sign_in_tries",
    "staff_sign_in_places",
    "drafts",
    "day_reports",
    "alert_addresses",
    "audit_entries",
    "audit_head",
    "daily_runs",
    # Stays until the assistant has forgotten the conversation, too.
    "forgettings",
}
"""Tables whose rows belong to no conversation. A new table stands here or goes with it."""

OF_CONVERSATIONS = {"conversations", "events", "handovers"}


def value_for(column: Column[Any], number: int) -> Any:
    """Something that fits into the column."""
    if isinstance(column.type, Boolean):
        return True
    if isinstance(column.type, (UtcDateTime, DateTime)):
        return now()
    if isinstance(column.type, (Integer, Float)):
        return number
    if column.type.python_type in (dict, list):
        return []
    return f"{number}"


async def fill(session: AsyncSession, table: Table, parents: dict[str, Any], number: int) -> None:
    """Insert one row, with each foreign key to the row that is the parents'."""
    row: dict[str, Any] = {}
    for column in table.columns:
        key = next(iter(column.foreign_keys), None)
        if column.name == "conversation_id":
            row[column.name] = parents["conversations"]
        elif key is not None:
            row[column.name] = parents.get(key.column.table.name)
        else:
            row[column.name] = value_for(column, number)
    await session.execute(insert(table).values(row))


async def a_full_conversation(session: AsyncSession, number: int) -> str:
    """A conversation with a row in every table that belongs to conversations."""
    conversation_id, _ = await log.start_conversation(session)
    # Feedback is about event 1; what does not matter here is any value that its column takes.
    await log.append(session, conversation_id, [NewEvent("visitor", "x")] * 2)
    parents: dict[str, Any] = {"conversations": conversation_id, "staff": 1}
    await session.execute(text("PRAGMA ignore_check_constraints=ON"))
    for table in reversed(belonging()):
        if table.name in ("conversations", "events"):
            continue
        if table.name == "feedback":
            await session.execute(
                insert(table).values(conversation_id=conversation_id, seq=1, helpful=True, at=now())
            )
            continue
        await fill(session, table, parents, number)
        parents[table.name] = number
    return conversation_id


async def counts(session: AsyncSession, conversation_id: str) -> dict[str, int]:
    found = {}
    for table in belonging():
        rows = select(func.count()).select_from(table)
        found[table.name] = await session.scalar(
            rows.where(of_conversation(table, conversation_id))
        )
    return found


async def test_everything_that_belongs_to_a_conversation_goes_and_nothing_else(
    settings: Settings,
) -> None:
    db = Database(settings.database_url)
    async with db.write() as session:
        session.add(Staff(id=1, username="ada", first_name="Ada", password_hash="x"))
        gone = await a_full_conversation(session, 7)
        kept = await a_full_conversation(session, 8)
        before = await counts(session, kept)
        assert all(before.values())
        assert all((await counts(session, gone)).values())
        removed = await remove_conversation(session, gone, {"why": "test"})
        assert all(removed.values())
        assert not any((await counts(session, gone)).values())
        assert await counts(session, kept) == before
    async with db.read() as session:
        entries = list(await session.scalars(select(AuditEntry).where(AuditEntry.about == gone)))
    assert [(e.kind, e.details) for e in entries] == [("conversation_deleted", '{"why":"test"}')]
    await db.close()


def test_each_table_goes_with_conversations_or_is_known_to_stay() -> None:
    found = {table.name for table in belonging()}
    assert found >= OF_CONVERSATIONS
    assert set(Base.metadata.tables) - found == KEPT


def test_rows_go_before_those_that_they_refer_to() -> None:
    order = [table.name for table in belonging()]
    for table in belonging():
        for key in table.foreign_key_constraints:
            other = key.referred_table.name
            if other in order and other != table.name:
                assert order.index(table.name) < order.index(other)


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("case_id", [ForeignKey("handovers.id")]),
        ("whatever", [ForeignKey("conversations.id")]),
        ("conversation_id", []),
        ("alert_id", [ForeignKey("alerts.id")]),
    ],
)
def test_a_new_table_is_found_by_its_keys(name: str, keys: list[ForeignKey]) -> None:
    column: Column[Any] = Column(name, String, *keys)
    metadata = MetaData()
    for table in Base.metadata.tables.values():
        table.to_metadata(metadata)
    added = Table("added", metadata, Column("id", Integer, primary_key=True), column)
    other = Table("other", metadata, Column("id", Integer, primary_key=True))
    assert added in belonging(metadata)
    assert other not in belonging(metadata)
    assert "added." in str(of_conversation(added, "c_1"))
