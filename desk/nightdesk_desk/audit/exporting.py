"""The audit record as a file: CSV for spreadsheets, JSON lines for programs."""

import csv
import json
from collections.abc import AsyncIterator
from io import StringIO
from typing import Any

from nightdesk_desk.audit.chain import Entry
from nightdesk_desk.audit.reading import Wanted, who
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


def said(wanted: Wanted) -> dict[str, str]:
    """Give the filters that are set, as the entry about an export holds them."""
    moments = {"since": wanted.since, "until": wanted.until}
    texts = {"kind": wanted.kind, "who": wanted.who, "about": wanted.about}
    set_moments = {name: as_text(at) for name, at in moments.items() if at is not None}
    return set_moments | {name: text for name, text in texts.items() if text is not None}
