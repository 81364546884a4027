"""What is read from the record that a restore replaces: what must not come back with the backup."""

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, select
from sqlalchemy.exc import SQLAlchemyError

from nightdesk_desk.audit.models import AuditEntry, AuditHead
from nightdesk_desk.backup.archive import BackupError, Manifest
from nightdesk_desk.models import Alert, Staff

DELETED, ASKED = "conversation_deleted", "deletion_requested"
"""Kinds of audit entry: a conversation is gone; it is to be deleted, and has to wait."""

_ENDED = ("sent", "given_up", "needless")


class Deletion(NamedTuple):
    """That a conversation was deleted (`gone`), or is to be, and when that was noted (ISO 8601)."""

    conversation_id: str
    at: str
    gone: bool


class Ended(NamedTuple):
    """How an alert ended since the backup."""

    message_id: str
    state: str
    ended_at: datetime | None


class Replaced(NamedTuple):
    """What the record that is replaced knows; `head` is its last audit entry, "number:hash".

    `follows` says that it goes on from the backup: it has the backup's last audit entry. Only then
    are its deletions all those since.
    """

    follows: bool
    head: str = ""
    deletions: tuple[Deletion, ...] = ()
    ended: tuple[Ended, ...] = ()
    disabled: tuple[tuple[str, datetime], ...] = ()


NOTHING = Replaced(follows=False)
"""Of a record that is not there, or cannot be read."""


def read_replaced(connection: Connection, manifest: Manifest) -> Replaced:
    """Read what matters of the record that is to be replaced; NOTHING where that fails."""
    try:
        head = connection.execute(select(AuditHead.number, AuditHead.hash)).one_or_none()
        if head is None:
            return NOTHING
        sealed = connection.scalar(
            select(AuditEntry.hash).where(AuditEntry.number == manifest.audit_number)
        )
        # Before the first entry there is nothing to compare: such a backup holds no conversations
        # that anybody could have deleted and noted.
        follows = manifest.audit_number == 0 or sealed == manifest.audit_hash
        return Replaced(
            follows,
            f"{head.number}:{head.hash}",
            tuple(all_deletions(connection)),
            tuple(
                Ended(*row)
                for row in connection.execute(
                    select(Alert.message_id, Alert.state, Alert.ended_at).where(
                        Alert.state.in_(_ENDED)
                    )
                )
            ),
            tuple(
                (row.username, row.disabled_at)
                for row in connection.execute(
                    select(Staff.username, Staff.disabled_at).where(Staff.disabled_at.is_not(None))
                )
            ),
        )
    except SQLAlchemyError:
        # An older schema, a damaged file, or none of Nightdesk's: what it knows is not known.
        return NOTHING


def all_deletions(connection: Connection) -> Iterable[Deletion]:
    """Give every deletion that the audit record holds, the oldest first. Raises SQLAlchemyError."""
    rows = connection.execute(
        select(AuditEntry.kind, AuditEntry.about, AuditEntry.at)
        .where(AuditEntry.kind.in_((DELETED, ASKED)), AuditEntry.about.is_not(None))
        .order_by(AuditEntry.number)
    )
    return [Deletion(row.about, row.at, row.kind == DELETED) for row in rows]


def deletion_lines(deletions: Iterable[Deletion]) -> Iterable[str]:
    """Give deletions as lines of JSON, in the form of the audit record's export."""
    for one in deletions:
        kind = DELETED if one.gone else ASKED
        yield json.dumps({"at": one.at, "kind": kind, "about": one.conversation_id})


def read_deletions(path: Path) -> tuple[Deletion, ...]:
    """Read deletions from such lines, or from an export of the audit record (JSON lines).

    Raises BackupError for a line that is neither, and OSError.
    """
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            row: Any = json.loads(line)
            kind, about, at = row["kind"], row["about"], row["at"]
        except (ValueError, KeyError, TypeError) as error:
            raise BackupError(
                f"{path}, line {number}: expected a line of `nightdesk backup --deletions`, or of "
                "`nightdesk audit export` as .jsonl"
            ) from error
        if kind in (DELETED, ASKED) and isinstance(about, str):
            found.append(Deletion(about, str(at), kind == DELETED))
    return tuple(found)
