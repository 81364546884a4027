"""Going through all that is encrypted, or ought to be: at the start, and when keys change.

The rows are read as they are kept, not through `EncryptedText`, in batches by their primary key. A
row is changed only if it is still as it was read.
"""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, Literal, NamedTuple

from sqlalchemy import (
    Column,
    ColumnClause,
    String,
    Table,
    column,
    func,
    select,
    table,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk.audit.record import note
from nightdesk_desk.db import Database
from nightdesk_desk.looking import surviving
from nightdesk_desk.models import Base
from nightdesk_desk.privacy.encrypted import EncryptedText
from nightdesk_desk.privacy.keys import ENCRYPTED, KeyMissing, Keys, is_encrypted

BATCH = 200
"""Rows of one transaction."""

SECRETS = (("staff", "totp_secret"), ("staff_sessions", "totp_offered"))
"""Columns of another type that hold what `secret.encrypt` gives."""

Standing = Literal["first", "other", "plain", "unreadable"]
"""How a text is kept: with the first key, with another of the keys, plain, or with none of them."""

Progress = Callable[[int], None]
"""Is told how many texts are encrypted anew."""


class _Place(NamedTuple):
    """One column, with the columns that name its rows."""

    table: str
    column: str
    key: tuple[str, ...]


class _Kept(NamedTuple):
    """One text as it is kept, and its row."""

    key: tuple[Any, ...]
    text: str


def places() -> list[_Place]:
    """Give the columns whose texts are encrypted where there are keys."""
    return [
        _Place(found.name, held.name, tuple(c.name for c in found.primary_key.columns))
        for found, held in _columns()
    ]


def _columns() -> Iterator[tuple[Table, Column[Any]]]:
    for found in Base.metadata.sorted_tables:
        for held in found.columns:
            if isinstance(held.type, EncryptedText) or (found.name, held.name) in SECRETS:
                yield found, held


def standing(keys: Keys, text: str) -> Standing:
    """Say how a text is kept."""
    if not is_encrypted(text):
        return "plain"
    if keys.is_first(text):
        return "first"
    try:
        keys.read(text)
    except KeyMissing:
        return "unreadable"
    return "other"


async def any_encrypted(db: Database) -> bool:
    """Say whether the record holds any encrypted text."""
    return bool(await _sample(db, first=True))


async def none_opens(db: Database, keys: Keys) -> bool:
    """Say whether none of the keys opens any of a sample of the record's encrypted texts.

    False where nothing is encrypted.
    """
    found = await _sample(db)
    return bool(found) and all(standing(keys, text) == "unreadable" for text in found)


async def _sample(db: Database, *, first: bool = False) -> list[str]:
    """Give some encrypted texts of each column; with `first`, those of the first that has any."""
    sample: list[str] = []
    async with db.read() as session:
        for place in places():
            kept = column(place.column, String)
            # Not LIKE: on SQLite it would not tell capitals from small letters.
            begins = func.substr(kept, 1, len(ENCRYPTED)) == ENCRYPTED
            found = select(kept).select_from(table(place.table)).where(begins)
            # What begins so and is none was written before there was encryption.
            texts = await session.scalars(found.limit(100))
            sample += [text for text in texts if is_encrypted(text)]
            if sample and first:
                break
    return sample


async def survey(db: Database, keys: Keys) -> Counter[Standing]:
    """Count the texts of the record by how they are kept."""
    counts: Counter[Standing] = Counter()
    for place in places():
        async for batch in _batches(db, place):
            counts.update(standing(keys, row.text) for row in batch)
    return counts


async def rotate(db: Database, keys: Keys, told: Progress) -> Counter[Standing]:
    """Encrypt with the first key whatever is not. Gives what was found, by how it was kept.

    What none of the keys reads stays as it is.
    """
    counts: Counter[Standing] = Counter()
    changed = 0
    for place in places():
        async for batch in _batches(db, place):
            found = [(row, standing(keys, row.text)) for row in batch]
            counts.update(how for _, how in found)
            due = [row for row, how in found if how in ("other", "plain")]
            if not due:
                continue
            async with db.write() as session:
                for row in due:
                    await _replace(session, place, row, keys.stored(keys.read(row.text)))
            changed += len(due)
            told(changed)
    async with db.write() as session:
        await note(session, "keys_rotated", details={"texts": changed})
    # The texts as they were are to be in no file beside the database.
    with surviving("plain texts may still be in the -wal file"):
        await db.scrub()
    return counts


async def _batches(db: Database, place: _Place) -> AsyncIterator[list[_Kept]]:
    names: list[ColumnClause[Any]] = [column(name) for name in place.key]
    kept = column(place.column, String)
    query = select(*names, kept).select_from(table(place.table)).where(kept.is_not(None))
    query = query.order_by(*names).limit(BATCH)
    after: tuple[Any, ...] | None = None
    while True:
        later = query if after is None else query.where(tuple_(*names) > after)
        async with db.read() as session:
            rows = [_Kept(tuple(row[:-1]), row[-1]) for row in await session.execute(later)]
        if rows:
            after = rows[-1].key
            yield rows
        if len(rows) < BATCH:
            return


async def _replace(session: AsyncSession, place: _Place, row: _Kept, text: str) -> None:
    kept: Any = column(place.column, String)
    raw = table(place.table, *(column(name) for name in place.key), kept)
    where = [raw.c[name] == value for name, value in zip(place.key, row.key, strict=True)]
    await session.execute(update(raw).where(*where, kept == row.text).values({place.column: text}))
