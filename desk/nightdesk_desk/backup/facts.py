"""What a record holds, for a backup's manifest: counts, schema, audit, and which keys it needs."""

from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, String, column, func, inspect, select, table
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk.audit.verifying import verify_as_seen
from nightdesk_desk.backup.archive import BackupError, KeyUse
from nightdesk_desk.db import MIGRATIONS
from nightdesk_desk.privacy.keys import Keys, is_encrypted
from nightdesk_desk.privacy.rotation import places

VERSIONS = "alembic_version"
AUDIT = "audit_entries"
AT_A_TIME = 500


class Facts(NamedTuple):
    """What was found in a record."""

    schema: str
    counts: dict[str, int]
    audit_number: int
    audit_hash: str
    keys: KeyUse


async def read_facts(
    session: AsyncSession, keys: Keys, told: Callable[[str], None] = lambda _: None
) -> Facts:
    """Read all of it, and check the audit record's chain. `told` hears how far it is.

    Raises BackupError where there is no record of Nightdesk's, or its audit record is broken.
    """
    connection = await session.connection()
    names = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    if VERSIONS not in names or "conversations" not in names:
        raise BackupError("there is no record of Nightdesk's in this database yet")
    schema = await session.scalar(select(column("version_num")).select_from(table(VERSIONS)))
    counts = {}
    for name in sorted(set(names) - {VERSIONS}):
        told(f"counting {name}")
        counts[name] = int(await session.scalar(select(func.count()).select_from(table(name))) or 0)
    number, sealed = 0, ""
    if AUDIT in names:
        verdict = await verify_as_seen(
            session, lambda done, of: told(f"audit record, {done} of {of}")
        )
        if verdict.bad is not None:
            raise BackupError(
                f"the audit record is not whole: entry {verdict.bad} ({verdict.wrong}); "
                "`nightdesk audit verify` says more"
            )
        number, sealed = verdict.last, verdict.hash
    told("trying the keys")
    return Facts(str(schema), counts, number, sealed, await _key_use(session, keys, set(names)))


async def _key_use(session: AsyncSession, keys: Keys, names: set[str]) -> KeyUse:
    opened: Counter[str] = Counter()
    plain = unreadable = 0
    connection = await session.connection()
    for place in places():
        if place.table not in names:
            continue
        there = await connection.run_sync(_columns, place.table)
        if place.column not in there:
            continue
        kept = column(place.column, String)
        query = select(kept).select_from(table(place.table)).where(kept.is_not(None))
        async for row in await session.stream(query.execution_options(yield_per=AT_A_TIME)):
            if not is_encrypted(row[0]):
                plain += 1
            elif (name := keys.opener(row[0])) is not None:
                opened[name] += 1
            else:
                unreadable += 1
    return KeyUse(dict(opened), plain, unreadable)


def _columns(sync: Connection, name: str) -> set[str]:
    return {each["name"] for each in inspect(sync).get_columns(name)}


def known_schemas() -> list[str]:
    """Give the schema revisions that this Nightdesk knows, the oldest first."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    found = [each.revision for each in ScriptDirectory.from_config(config).walk_revisions()]
    return found[::-1]


def refuse_unknown_schema(schema: str) -> None:
    """Raises BackupError for a schema that this Nightdesk does not know: it is a newer one's."""
    known = known_schemas()
    if schema not in known:
        raise BackupError(
            f"the backup has the database schema {schema}, and this Nightdesk knows schemas up to "
            f"{known[-1]}: it was made by a newer one, which must restore it"
        )
