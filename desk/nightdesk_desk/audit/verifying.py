"""Is the audit record whole? Every entry is hashed again and compared with what follows from it."""

import json
from collections.abc import Callable
from typing import Any, Literal, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk.audit.chain import DROPPED, GENESIS, Entry, entry_hash
from nightdesk_desk.audit.models import AuditEntry, AuditHead
from nightdesk_desk.audit.reading import select_entries

BATCH = 1000
"""Entries read at a time."""

NEARBY = 1000
"""How far an entry is looked for that was moved together with those around it."""

Wrong = Literal["changed", "missing", "reordered", "head differs"]


class Anchor(NamedTuple):
    """Where the chain begins: the number and hash of the entry before the first that is kept."""

    number: int = 0
    hash: str = GENESIS


class Verdict(NamedTuple):
    """What a check has found: the first bad number and what is wrong with it, or neither.

    `first` and `last` are what the record should hold; `hash` is its head's.
    """

    first: int
    last: int
    hash: str
    bad: int | None = None
    wrong: Wrong | None = None

    @property
    def entries(self) -> int:
        """How many entries the record should hold."""
        return self.last - self.first + 1


class Found(NamedTuple):
    """What one entry shows to be wrong: the number it is about, and what."""

    number: int
    wrong: Wrong


def check_entry(entry: Entry, before: Anchor) -> Found | None:
    """Say what is wrong with an entry that should follow `before`, or None."""
    if entry.number > before.number + 1:
        return Found(before.number + 1, "missing")
    # One from before the beginning was put back.
    if entry.number <= before.number or entry_hash(entry) != entry.hash:
        return Found(entry.number, "changed")
    if entry.previous != before.hash:
        # This one is as it was written; so the one before it has been written anew.
        return Found(max(before.number, 1), "changed")
    return None


def anchor_of(details: str | None) -> Anchor:
    """Give the anchor that the newest entry about dropping names; the first entry's without one."""
    if details is None:
        return Anchor()
    try:
        said = json.loads(details)
        return Anchor(int(said["up_to"]), str(said["hash"]))
    except (ValueError, KeyError, TypeError):
        # That entry was changed; the check comes to it, or to the gap, by itself.
        return Anchor()


def is_moved(entry: Entry, number: int) -> bool:
    """Say whether an entry is as it was written, but under `number`."""
    return entry_hash(entry._replace(number=number)) == entry.hash


async def verify(session: AsyncSession, progress: Callable[[int, int], None]) -> Verdict:
    """Check the whole record, inside a session for reading that has read nothing yet.

    `progress` is told, now and then, how many entries of how many are checked.
    """
    if session.get_bind().dialect.name == "postgresql":
        # All reads see one state: entries come, and old ones may be dropped, meanwhile.
        await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    return await verify_as_seen(session, progress)


async def verify_as_seen(session: AsyncSession, progress: Callable[[int, int], None]) -> Verdict:
    """Check the whole record as the session's transaction sees it: all its reads see one state."""
    head = (
        await session.execute(select(AuditHead.number, AuditHead.hash).where(AuditHead.id == 1))
    ).one_or_none()
    anchor = await read_anchor(session)
    last = await session.scalar(select(func.max(AuditEntry.number))) or anchor.number
    verdict = Verdict(anchor.number + 1, last, head.hash if head else "")
    before, stored_at = anchor, -1
    while rows := await _batch(session, stored_at):
        for entry in rows:
            found = check_entry(entry, before)
            if found is not None:
                wrong = found.wrong
                if wrong == "changed" and await _belongs_elsewhere(session, entry):
                    wrong = "reordered"
                return verdict._replace(bad=found.number, wrong=wrong)
            before = Anchor(entry.number, entry.hash)
        stored_at = rows[-1].number
        progress(before.number - anchor.number, verdict.entries)
    if head is None:
        return verdict._replace(bad=last, wrong="head differs")
    if head.number > before.number:
        verdict = verdict._replace(last=head.number)
        return verdict._replace(bad=before.number + 1, wrong="missing")
    if head.number < before.number or head.hash != before.hash:
        return verdict._replace(bad=before.number, wrong="head differs")
    return verdict


async def read_anchor(session: AsyncSession) -> Anchor:
    """Give where the chain begins: after the entries that were dropped, if any were."""
    newest = select(AuditEntry.details).where(AuditEntry.kind == DROPPED)
    details: Any = await session.scalar(newest.order_by(AuditEntry.number.desc()).limit(1))
    return anchor_of(details)


async def hash_of(session: AsyncSession, number: int) -> str | None:
    """Give the hash of an entry, also of the last one that was dropped; None of any other."""
    anchor = await read_anchor(session)
    if number == anchor.number:
        return anchor.hash
    return await session.scalar(select(AuditEntry.hash).where(AuditEntry.number == number))


async def _belongs_elsewhere(session: AsyncSession, entry: Entry) -> bool:
    """Say whether an entry follows another than the one it stands behind, unchanged but there."""
    elsewhere = select(AuditEntry.number).where(AuditEntry.hash == entry.previous)
    numbers = {number + 1 for number in await session.scalars(elsewhere)}
    # Its predecessor may have been moved too: then only the numbers nearby are left to try.
    numbers |= {entry.number + step for step in range(-NEARBY, NEARBY + 1)}
    return any(is_moved(entry, number) for number in numbers - {entry.number})


async def _batch(session: AsyncSession, after: int) -> list[Entry]:
    query = select_entries().where(AuditEntry.number > after).order_by(AuditEntry.number)
    return [Entry(*row) for row in await session.execute(query.limit(BATCH))]
