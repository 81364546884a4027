"""Reads the desk's record, as it lies in the database, into the plain values that are judged."""

import contextlib
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from chaos.plain import AlertRow, EventRow, HandoverRow, HeldRow, Record, TriggerRow

OPEN = """
    SELECT (SELECT count(*) FROM events WHERE NOT answered)
         + (SELECT count(*) FROM held_replies WHERE state = 'held')
         + (SELECT count(*) FROM alerts WHERE state IN ('waiting', 'failed'))
"""
"""How much is still to be done: messages without their turn, held replies, alerts."""

Row = dict[str, Any]


def still_open(database: Path) -> int:
    """Give how much the desk has still to do. Raises sqlite3.Error."""
    with _opened(database) as connection:
        return int(connection.execute(OPEN).fetchone()[0])


def read_record(database: Path) -> Record:
    """Read all that is judged. Raises sqlite3.Error."""
    with _opened(database) as connection:

        def rows[T](query: str, make: Callable[[Row], T]) -> list[T]:
            return [make(dict(row)) for row in connection.execute(query)]

        return Record(
            events=rows("SELECT * FROM events ORDER BY conversation_id, seq", _event),
            handovers=rows("SELECT * FROM handovers ORDER BY id", _handover),
            triggers=rows(
                "SELECT * FROM handover_triggers ORDER BY id",
                lambda row: TriggerRow(row["handover_id"], row["seq"], row["reason"]),
            ),
            held=rows(
                "SELECT * FROM held_replies ORDER BY id",
                lambda row: HeldRow(row["conversation_id"], row["trigger_seq"], row["state"]),
            ),
            alerts=rows("SELECT * FROM alerts ORDER BY id", _alert),
            called=rows(
                "SELECT details FROM audit_entries"
                " WHERE kind IN ('handover_opened', 'handover_raised') ORDER BY number",
                _called,
            ),
        )


def _opened(database: Path) -> contextlib.closing[sqlite3.Connection]:
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=30)
    connection.row_factory = sqlite3.Row
    return contextlib.closing(connection)


def _event(row: Row) -> EventRow:
    basis = json.loads(row["basis"]) if row["basis"] else {}
    return EventRow(
        conversation=row["conversation_id"],
        seq=row["seq"],
        sender=row["sender"],
        text=row["text"],
        key=row["idempotency_key"],
        outcome=row["outcome"],
        answered=bool(row["answered"]),
        at=row["at"],
        said="person" not in basis,
    )


def _handover(row: Row) -> HandoverRow:
    return HandoverRow(
        id=row["id"],
        conversation=row["conversation_id"],
        trigger_seq=row["trigger_seq"],
        level=row["level"],
        state=row["state"],
        opened_at=row["opened_at"],
        resolved_at=row["resolved_at"],
    )


def _alert(row: Row) -> AlertRow:
    return AlertRow(
        message_id=row["message_id"],
        kind=row["kind"],
        address=row["address"],
        handover=row["handover_id"],
        step=row["step_id"],
        level=row["level"],
        state=row["state"],
    )


def _called(row: Row) -> tuple[int, str]:
    details = json.loads(row["details"])
    return int(details["handover"]), str(details["level"])
