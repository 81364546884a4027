"""Removing a conversation with every row that belongs to it.

What belongs to it is read from the tables' foreign keys, so that a new table is never forgotten:
whatever refers to a conversation, or to a row that belongs to one, goes with it.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ForeignKeyConstraint,
    MetaData,
    Table,
    delete,
    or_,
    select,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk.audit.record import note
from nightdesk_desk.models import Base, Conversation
from nightdesk_desk.privacy.models import Forgetting

CONVERSATION_ID = "conversation_id"
"""A column of this name says by itself whose the row is, with or without a foreign key."""

_ROOT = Conversation.__tablename__


def belonging(metadata: MetaData = Base.metadata) -> list[Table]:
    """Give the tables whose rows belong to conversations, in the order in which rows can go.

    Each table stands before those that it refers to; the conversations themselves are the last.
    """
    found = [metadata.tables[_ROOT]]
    # Sorted, a table comes after all that it refers to.
    for table in metadata.sorted_tables:
        if table not in found and (CONVERSATION_ID in table.columns or _referring(table, found)):
            found.append(table)
    return found[::-1]


def of_conversation(table: Table, conversation_id: str) -> ColumnElement[bool]:
    """Give what holds of the rows of `table` that belong to the conversation."""
    if table.name == _ROOT:
        return table.columns["id"] == conversation_id
    if CONVERSATION_ID in table.columns:
        return table.columns[CONVERSATION_ID] == conversation_id
    keys = _referring(table, belonging(table.metadata))
    if not keys:
        raise LookupError(f"rows of {table.name} belong to no conversation")
    return or_(*(_refers(key, conversation_id) for key in keys))


def _refers(key: ForeignKeyConstraint, conversation_id: str) -> ColumnElement[bool]:
    theirs = [element.column for element in key.elements]
    rows = select(*theirs).where(of_conversation(key.referred_table, conversation_id))
    ours: Any = list(key.columns)
    return ours[0].in_(rows) if len(ours) == 1 else tuple_(*ours).in_(rows)


def _referring(table: Table, tables: list[Table]) -> list[ForeignKeyConstraint]:
    """Give the keys of `table` that lead to one of `tables`, in an order that is always the same.

    A key to the table itself says nothing about whose a row is.
    """
    keys = [
        key
        for key in table.foreign_key_constraints
        if key.referred_table in tables and key.referred_table is not table
    ]
    return sorted(keys, key=lambda key: sorted(key.column_keys))


async def remove_conversation(
    session: AsyncSession, conversation_id: str, details: Mapping[str, Any]
) -> dict[str, int]:
    """Remove the conversation with all that belongs to it, and note that for the audit.

    Also notes that the assistant must forget it (see `forgetting`). Gives the number of rows by
    table. The caller holds the conversation's row (`log.hold`).
    `details` say why (plain values, never words). The audit record's own entries stay.
    """
    gone: dict[str, int] = {}
    for table in belonging():
        result: Any = await session.execute(
            delete(table).where(of_conversation(table, conversation_id))
        )
        gone[table.name] = int(result.rowcount)
    session.add(Forgetting(sender=conversation_id))
    await note(session, "conversation_deleted", about=conversation_id, details=details)
    return gone
