"""A record with rows in every table, made from the tables themselves, and a picture of it."""

import itertools
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    Float,
    Integer,
    MetaData,
    Table,
    func,
    insert,
    inspect,
    select,
)

from nightdesk_desk.models import Base, UtcDateTime

ROWS = 3
AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)

# What a table allows is not what its column's type would give.
ALLOWED: Mapping[tuple[str, str], tuple[Any, ...]] = {
    ("conversations", "state"): ("bot", "staff", "bot"),
    ("conversations", "language"): ("en", "es", "en"),
    ("events", "sender"): ("visitor", "bot", "staff"),
    ("handovers", "state"): ("open", "taken", "resolved"),
    ("held_replies", "state"): ("held", "answered", "sent"),
    ("held_replies", "sender"): ("bot", "bot", "system"),
    ("alerts", "kind"): ("handover", "outage", "report"),
    ("alerts", "state"): ("waiting", "sent", "given_up"),
    # One that is told at once, one of a step.
    ("alerts", "step_id"): (None, 2, None),
    ("staff", "role"): ("staff", "lead", "admin"),
    ("handover_acts", "kind"): ("passed", "level", "reopened"),
    ("typing_notices", "sender"): ("visitor", "staff", "visitor"),
}
MADE_BY_MIGRATION = ("audit_head",)
"""Tables whose rows are there from the beginning."""

Picture = dict[str, list[dict[str, Any]]]


def fill(connection: Connection, metadata: MetaData = Base.metadata) -> None:
    """Put rows into every table, no column empty. Fails on a column that it cannot fill."""
    kept: dict[str, list[dict[str, Any]]] = {}
    for table in metadata.sorted_tables:
        if table.name in MADE_BY_MIGRATION:
            continue
        rows = [
            {column.name: _value(table, column, number, kept) for column in table.columns}
            for number in range(ROWS)
        ]
        connection.execute(insert(table), rows)
        kept[table.name] = rows


def _value(table: Table, column: Column[Any], number: int, kept: Picture) -> Any:
    if (table.name, column.name) in ALLOWED:
        return ALLOWED[table.name, column.name][number]
    for key in column.foreign_keys:
        referred = key.column
        if referred.table is table:
            return None
        return kept[referred.table.name][number][referred.name]
    if column.type._type_affinity is not None and isinstance(column.type, UtcDateTime):
        return AT + timedelta(minutes=number)
    if isinstance(column.type, JSON):
        return [{"key": f"{column.name} {number}"}]
    if isinstance(column.type, Boolean):
        return bool(number % 2)
    if isinstance(column.type, Integer):
        return number + 1
    if isinstance(column.type, Float):
        return number + 0.5
    if isinstance(column.type, Date):
        return date(2026, 11, 20 + number)
    length = getattr(column.type, "length", None) or 40
    return f"{column.name} {number} of {table.name}"[-length:]


def picture(connection: Connection) -> Picture:
    """Give all rows of all tables, as plain values, in an order that is always the same."""
    found: Picture = {}
    for name in inspect(connection).get_table_names():
        if name != "alembic_version":
            table = Table(name, MetaData(), autoload_with=connection)
            rows = [dict(row._mapping) for row in connection.execute(select(table))]
            found[name] = sorted(rows, key=repr)
    return found


def empty_tables(connection: Connection) -> list[str]:
    """Give the tables of the database, whichever there are, that have no row."""
    return [name for name, rows in picture(connection).items() if not rows]


def lost(before: Picture, after: Picture) -> list[str]:
    """Say which rows or values of what both schemas have are not as they were."""
    found = []
    for name in sorted(before.keys() & after.keys()):
        had, have = before[name], after[name]
        if not had or not have:
            if had:
                found.append(f"{name}: all {len(had)} rows")
            continue
        both = sorted(had[0].keys() & have[0].keys())
        was, is_now = ([[row[key] for key in both] for row in rows] for rows in (had, have))
        found += [f"{name}: {row}" for row in was if row not in is_now]
        found += [f"{name}: new {row}" for row in is_now if row not in was]
    return found


def count(connection: Connection, name: str) -> int:
    """Give how many rows a table has."""
    table = Table(name, MetaData(), autoload_with=connection)
    return int(connection.scalar(select(func.count()).select_from(table)) or 0)


def pairs(revisions: list[str]) -> list[tuple[str, str]]:
    """Give each revision with the one before it, the newest first."""
    return [(newer, older) for older, newer in itertools.pairwise(["base", *revisions])][::-1]
