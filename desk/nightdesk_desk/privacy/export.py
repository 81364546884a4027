"""All that the record holds of one conversation, for staff who have to hand it out or keep it."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from nightdesk_contract.passages import Passage
from sqlalchemy import inspect, select
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk import handovers
from nightdesk_desk.audit.chain import Entry
from nightdesk_desk.audit.exporting import details_of
from nightdesk_desk.audit.models import AuditEntry
from nightdesk_desk.audit.reading import select_entries, who
from nightdesk_desk.log import LogEvent
from nightdesk_desk.models import (
    Base,
    Contact,
    Conversation,
    Event,
    Feedback,
    Handover,
    HandoverTrigger,
)
from nightdesk_desk.presented import source_json
from nightdesk_desk.privacy.removal import CONVERSATION_ID, belonging, of_conversation
from nightdesk_desk.privacy.transcript import full_time, whole_conversation
from nightdesk_desk.staff.colleagues import staff_names
from nightdesk_desk.staff.times import iso

EXPORTED = "conversation_exported"
"""The kind of the audit entry; whoever exports notes it in a transaction of their own."""

_SHOWN = {model.__tablename__ for model in (Conversation, Event, Feedback, Handover)} | {
    HandoverTrigger.__tablename__,
    Contact.__tablename__,
}
"""Tables that have a part of their own in an export; the rows of others are under `more`."""

_NAMED = ("acknowledged_by", "taken_by", "resolved_by")


async def read_export(
    session: AsyncSession,
    conversation_id: str,
    passages: Mapping[str, Passage],
    source_title: str,
    zone: ZoneInfo,
    at: datetime,
) -> dict[str, Any] | None:
    """Give the conversation's export at the moment `at`, in plain values; None when there is none.

    Takes the passages by id, and the title under which the clinic's settings are a source.
    """
    conversation = await session.get(Conversation, conversation_id)
    if conversation is None:
        return None
    asked = conversation.deletion_requested_at
    names = await staff_names(session)
    events = await whole_conversation(session, conversation_id)
    cases = await handovers.of_conversation(session, conversation_id)
    return {
        "conversation": conversation_id,
        "exported_at": iso(at),
        "time_zone": zone.key,
        "started_at": iso(conversation.created_at),
        "deletion_requested_at": iso(asked) if asked else None,
        "events": [_event(event, passages, source_title) for event in events],
        "handovers": [await _handover(session, case, names) for case in reversed(cases)],
        "contacts": [
            _row(_values(contact))
            for contact in reversed(await handovers.contacts(session, conversation_id))
        ],
        "acts": await _acts(session, conversation_id),
        "more": await _more(session, conversation_id),
    }


def as_json(export: Mapping[str, Any]) -> str:
    """Give an export as JSON."""
    return json.dumps(export, ensure_ascii=False, indent=1) + "\n"


def as_text(export: Mapping[str, Any]) -> str:
    """Give an export as plain text: the transcript, then what else there is, part by part."""
    zone = ZoneInfo(export["time_zone"])

    def time(text: str) -> str:
        return full_time(datetime.fromisoformat(text), zone)

    lines = [f"Conversation {export['conversation']}", f"Exported {time(export['exported_at'])}"]
    lines += [f"Started {time(export['started_at'])}"]
    if export["deletion_requested_at"]:
        lines += [f"The visitor asked for deletion {time(export['deletion_requested_at'])}"]
    lines += ["", "TRANSCRIPT", ""]
    for event in export["events"]:
        name = f" {event['name']}" if event["name"] else ""
        lines += [f"[{event['seq']}] {event['from']}{name}, {time(event['at'])}", event["text"]]
        lines += [*_beside(event), ""]
    for part in ("handovers", "contacts", "acts"):
        lines += [part.upper(), ""]
        lines += [json.dumps(row, ensure_ascii=False) for row in export[part]] or ["none"]
        lines += [""]
    for table, rows in export["more"].items():
        lines += [table.upper(), ""]
        lines += [json.dumps(row, ensure_ascii=False) for row in rows] + [""]
    return "\n".join(lines)


def _beside(event: Mapping[str, Any]) -> list[str]:
    """Give the lines below a message: what it was and what it rests on."""
    source = event["source"] or {}
    rests = [passage["title"] for passage in source.get("passages") or []] or [source.get("title")]
    found = {
        "outcome": event["outcome"],
        "level": event["level"],
        "rests on": "; ".join(title for title in rests if title),
        "helpful": event["helpful"],
    }
    return [f"    {name}: {value}" for name, value in found.items() if value not in (None, "")]


def _event(event: LogEvent, passages: Mapping[str, Passage], title: str) -> dict[str, Any]:
    return {
        "seq": event.seq,
        "at": iso(event.at),
        "from": event.sender,
        "name": event.name,
        "text": event.text,
        "outcome": event.outcome,
        "level": event.level,
        "source": source_json(event, passages, title),
        "safety": event.safety,
        "helpful": event.helpful,
    }


async def _handover(
    session: AsyncSession, case: Handover, names: Mapping[int, str]
) -> dict[str, Any]:
    row = _row(_values(case))
    for column in _NAMED:
        row[column] = names.get(row[column] or 0)
    row["triggers"] = [
        _row(_values(trigger)) for trigger in await handovers.triggers(session, case.id)
    ]
    return row


async def _acts(session: AsyncSession, conversation_id: str) -> list[dict[str, Any]]:
    rows = await session.execute(
        select_entries().where(AuditEntry.about == conversation_id).order_by(AuditEntry.number)
    )
    entries = [Entry(*row) for row in rows]
    return [{"at": e.at, "who": who(e), "what": e.kind, "details": details_of(e)} for e in entries]


async def _more(session: AsyncSession, conversation_id: str) -> dict[str, list[dict[str, Any]]]:
    """Give the rows of all other tables that belong to the conversation."""
    found = {}
    for table in reversed(belonging()):
        if table.name in _SHOWN:
            continue
        rows = await session.execute(
            select(table)
            .where(of_conversation(table, conversation_id))
            .order_by(*table.primary_key.columns)
        )
        if kept := [_row(row._mapping) for row in rows]:
            found[table.name] = kept
    return found


def _values(row: Base) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in inspect(type(row)).columns}


def _row(values: Mapping[Any, Any]) -> dict[str, Any]:
    """Give a row's columns as plain values; whose it is says the export itself."""
    return {
        str(name): iso(value) if isinstance(value, datetime) else value
        for name, value in values.items()
        if name != CONVERSATION_ID
    }
