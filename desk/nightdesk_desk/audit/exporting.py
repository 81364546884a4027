"""The audit record as a file: CSV for spreadsheets, JSON lines for programs."""

import csv
import json
import re
from collections.abc import AsyncIterator
from io import StringIO
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk.audit.chain import Entry
from nightdesk_desk.audit.models import AuditEntry
from nightdesk_desk.audit.reading import THE_DESK, Wanted, who
from nightdesk_desk.audit.record import as_text

COLUMNS = (
    "number",
    "at",
    "who",
    "staff_id",
    "kind",
    "about",
    "address",
    "details",
    "previous",
    "hash",
)

NOT_KEPT = "(something else)"
"""Stands in an entry for a filter that names nothing the record knows: it may be anything."""

_CONVERSATION = re.compile(r"c_[A-Za-z0-9_-]{24}")

_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def as_row(entry: Entry) -> dict[str, Any]:
    """Give an entry for a file, who acted in words and the details as JSON text."""
    fields = entry._asdict() | {"who": who(entry)}
    return {name: fields[name] for name in COLUMNS}


def json_line(entry: Entry) -> str:
    """Give an entry as one line of JSON, with all that its hash is made of."""
    return json.dumps(entry._asdict(), ensure_ascii=False) + "\n"


def csv_line(values: list[Any]) -> str:
    """Give a row of CSV. No text in it can be a formula: what would begin one follows a `'`."""
    out = StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(
        f"'{value}" if isinstance(value, str) and value.startswith(_BEGINS_A_FORMULA) else value
        for value in values
    )
    return out.getvalue()


async def csv_lines(entries: AsyncIterator[Entry]) -> AsyncIterator[str]:
    """Give the lines of a CSV file, its header first."""
    yield csv_line(list(COLUMNS))
    async for entry in entries:
        yield csv_line(list(as_row(entry).values()))


async def json_lines(entries: AsyncIterator[Entry]) -> AsyncIterator[str]:
    """Give the lines of a JSON lines file."""
    async for entry in entries:
        yield json_line(entry)


async def said(session: AsyncSession, wanted: Wanted) -> dict[str, str]:
    """Give the filters that are set, as the entry about an export holds them.

    Of what was typed stays what the record has already, and what is shaped like a conversation's
    id; never anything else: a visitor's words may have been pasted there.
    """
    moments = {"since": wanted.since, "until": wanted.until}
    found = {name: as_text(at) for name, at in moments.items() if at is not None}
    texts = {
        "kind": (wanted.kind, AuditEntry.kind),
        "who": (wanted.who, AuditEntry.username),
        "about": (wanted.about, AuditEntry.about),
    }
    for name, (text, column) in texts.items():
        if text is None:
            continue
        known = (
            (name == "who" and text == THE_DESK)
            or (name == "about" and _CONVERSATION.fullmatch(text) is not None)
            or await session.scalar(select(exists().where(column == text)))
        )
        found[name] = text if known else NOT_KEPT
    return found


def is_broken(entry: Entry) -> bool:
    """Say whether somebody has made something else of an entry's details than JSON."""
    try:
        json.loads(entry.details)
    except (ValueError, TypeError, RecursionError):
        return True
    return False


def details_of(entry: Entry) -> Any:
    """Give an entry's details; broken ones stand as they are, marked so."""
    return {"not_json": str(entry.details)} if is_broken(entry) else json.loads(entry.details)
