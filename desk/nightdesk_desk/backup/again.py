"""What is done to a restored record before anybody uses it, so that what is over stays over.

Conversations deleted since the backup go again; accounts disabled since stay so; nobody is signed
in; alerts that were sent since are not sent again, and those that are still open say where they
come from. All of it is noted in the record itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import delete, select, update

from nightdesk_desk.alerts.outbox import OPEN
from nightdesk_desk.alerts.restored import RESTORED
from nightdesk_desk.audit.record import note
from nightdesk_desk.backup.archive import Manifest
from nightdesk_desk.backup.replaced import Deletion, Ended, Replaced
from nightdesk_desk.db import Database
from nightdesk_desk.models import Alert, Conversation, Staff, StaffSession, now
from nightdesk_desk.privacy.keeping import PURGE
from nightdesk_desk.privacy.models import DailyRun
from nightdesk_desk.privacy.removal import remove_conversation
from nightdesk_desk.staff.models import HalfSignIn

NOTED = "backup_restored"
"""The kind of the audit entry."""

BATCH = 25


class Again(NamedTuple):
    """What was done again: how many conversations, requests, alerts, accounts and sessions."""

    deleted: int
    to_be_deleted: int
    alerts_ended: int
    alerts_open: int
    disabled: Sequence[str]
    sessions_ended: int


async def do_again(
    db: Database,
    manifest: Manifest,
    sha256: str,
    replaced: Replaced,
    deletions: Iterable[Deletion],
) -> Again:
    """Do all of it in the restored record `db`, and note that it was restored."""
    known = list(deletions)
    gone = await _delete(db, {one.conversation_id for one in known if one.gone})
    async with db.write() as session:
        asked = 0
        for one in known:
            if not one.gone:
                result: Any = await session.execute(
                    update(Conversation)
                    .where(Conversation.id == one.conversation_id)
                    .where(Conversation.deletion_requested_at.is_(None))
                    .values(deletion_requested_at=datetime.fromisoformat(one.at))
                )
                asked += int(result.rowcount)
        ended = await _end_alerts(session, replaced.ended)
        still_open = list(await session.scalars(select(Alert.id).where(OPEN)))
        await session.execute(update(Alert).where(OPEN).values(leased_until=None))
        disabled = []
        for username, at in replaced.disabled:
            found = await session.scalar(
                update(Staff)
                .where(Staff.username == username, Staff.disabled_at.is_(None))
                .values(disabled_at=at)
                .returning(Staff.username)
            )
            disabled += [found] if found else []
        sessions: Any = await session.execute(delete(StaffSession))
        await session.execute(delete(HalfSignIn))
        # What retention has deleted since is not named one by one: the purge comes at once.
        await session.execute(delete(DailyRun).where(DailyRun.name == PURGE))
        # From then on alerts about what is older say where they come from.
        await session.merge(DailyRun(name=RESTORED, claimed_at=now()))
        done = Again(gone, asked, ended, len(still_open), disabled, int(sessions.rowcount))
        await note(session, NOTED, details=_details(manifest, sha256, replaced, done))
    return done


def _details(
    manifest: Manifest, sha256: str, replaced: Replaced, done: Again
) -> Mapping[str, object]:
    return {
        "made_at": manifest.made_at,
        "sha256": sha256,
        "schema": manifest.schema,
        "audit": f"{manifest.audit_number}:{manifest.audit_hash}",
        "replaced_audit": replaced.head,
        "follows": replaced.follows,
        "deleted_again": done.deleted,
        "accounts_disabled": len(done.disabled),
    }


async def _delete(db: Database, ids: set[str]) -> int:
    async with db.read() as session:
        there = [each for each in await session.scalars(select(Conversation.id)) if each in ids]
    for start in range(0, len(there), BATCH):
        async with db.write() as session:
            for conversation_id in there[start : start + BATCH]:
                await remove_conversation(session, conversation_id, {"why": "deleted before"})
    return len(there)


async def _end_alerts(session: Any, ended: Iterable[Ended]) -> int:
    count = 0
    for one in ended:
        result = await session.execute(
            update(Alert)
            .where(Alert.message_id == one.message_id, OPEN)
            .values(state=one.state, ended_at=one.ended_at, leased_until=None)
        )
        count += int(result.rowcount)
    return count
