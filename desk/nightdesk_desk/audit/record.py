"""Writing to the audit record.

    await note(session, "handover_taken", staff_id=7, about=conversation_id)

inside the transaction of what is noted (`db.write()`): both are stored, or neither is. What is
noted is kept with the session and written by `Database.write` as the last statements of the
transaction (`write_noted`). Writers of all desk processes queue at the one row of the head; because
everybody takes it last, nobody who holds it waits for anything else, and none can deadlock.

Where it came from need not be said each time: `origin` holds it. An inbox request sets the client's
address, the command line sets the name of whoever runs it. Without one, the desk itself acted.
"""

import getpass
import json
import re
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk.audit.chain import Entry, sealed
from nightdesk_desk.audit.models import AuditEntry, AuditHead
from nightdesk_desk.models import Staff, now

COMMAND_LINE = "command line"
"""Who acted, for what was done on the command line; no account can have this name."""

NOTED = "audit_noted"
"""Under this name a writing session carries what it has noted (`session.info`)."""

_KIND = re.compile(r"[a-z][a-z0-9_]{1,39}")


class Origin(NamedTuple):
    """Where an act comes from: a client's address, or the user of the command line."""

    address: str | None = None
    os_user: str | None = None


class Noted(NamedTuple):
    """What an entry will say, before it has its number."""

    kind: str
    staff_id: int | None
    about: str | None
    origin: Origin
    details: dict[str, Any]


NOBODY = Origin()
origin: ContextVar[Origin] = ContextVar("audit_origin", default=NOBODY)


def command_line_origin() -> Origin:
    """Give the origin of what is done on the command line now."""
    try:
        return Origin(os_user=getpass.getuser())
    except (KeyError, OSError):
        # In a container, the user's number may have no name.
        return Origin(os_user="unknown")


async def note(
    session: AsyncSession,
    kind: str,
    *,
    staff_id: int | None = None,
    about: str | None = None,
    address: str | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Note a view, act or alert; it is written when the session's transaction ends well.

    `kind` is small-letter words with underscores; `about` names what it is about (a conversation's
    id, a user name, an address for alerts); `address` is the client's, if not the `origin`'s.
    `details` are plain values, NEVER a visitor's words or contact.
    Raises RuntimeError outside `db.write()` or inside a savepoint, ValueError for another kind of
    kind, TypeError or ValueError for details that are no JSON.
    """
    if not _KIND.fullmatch(kind):
        raise ValueError(f"not a kind of audit entry: {kind!r}")
    noted = session.info.get(NOTED)
    if noted is None or session.in_nested_transaction():
        raise RuntimeError("audit entries are noted inside db.write(), outside of savepoints")
    came_from = origin.get()
    if address is not None:
        came_from = came_from._replace(address=address)
    kept = dict(details or {})
    _as_json(kept)
    noted.append(Noted(kind, staff_id, about, came_from, kept))


async def write_noted(session: AsyncSession) -> None:
    """Write what the session has noted. Only `Database.write` calls it, before it commits."""
    noted: list[Noted] = session.info.pop(NOTED)
    if not noted:
        return
    # Whatever else the transaction changes must hold its locks before the head is taken.
    await session.flush()
    names = await _usernames(session, {n.staff_id for n in noted if n.staff_id is not None})
    last = (
        await session.execute(
            update(AuditHead)
            .where(AuditHead.id == 1)
            .values(number=AuditHead.number + len(noted))
            .returning(AuditHead.number, AuditHead.hash)
            .execution_options(synchronize_session=False)
        )
    ).one()
    at, previous, entries = as_text(now()), last.hash, []
    for number, row in enumerate(noted, last.number - len(noted) + 1):
        entry = _entry(number, at, row, names, previous)
        entries.append(entry._asdict())
        previous = entry.hash
    await session.execute(insert(AuditEntry), entries)
    await session.execute(
        update(AuditHead)
        .where(AuditHead.id == 1)
        .values(hash=previous)
        .execution_options(synchronize_session=False)
    )


def as_text(at: datetime) -> str:
    """Give a moment as entries hold it: such texts sort as the moments do."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _entry(number: int, at: str, noted: Noted, names: Mapping[int, str], previous: str) -> Entry:
    staff_id, username, details = noted.staff_id, None, noted.details
    if staff_id is not None:
        username = names.get(staff_id)
    if noted.origin.os_user is not None:
        details = details | {"os_user": noted.origin.os_user[:64]}
        if username is not None:
            details["in_the_name_of"] = username
        staff_id, username = None, COMMAND_LINE
    return sealed(
        Entry(
            number=number,
            at=at,
            staff_id=staff_id,
            username=username,
            kind=noted.kind,
            about=None if noted.about is None else noted.about[:200],
            address=None if noted.origin.address is None else noted.origin.address[:64],
            details=_as_json(details),
            previous=previous,
        )
    )


async def _usernames(session: AsyncSession, staff_ids: set[int]) -> dict[int, str]:
    if not staff_ids:
        return {}
    rows = await session.execute(select(Staff.id, Staff.username).where(Staff.id.in_(staff_ids)))
    return {row.id: row.username for row in rows}


def _as_json(details: Mapping[str, Any]) -> str:
    return json.dumps(details, sort_keys=True, separators=(",", ":"), allow_nan=False)
