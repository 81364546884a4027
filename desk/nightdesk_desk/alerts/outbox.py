"""The outbox: alerts are written with the hand-over, then sent by whichever desk claims them.

`put` runs in the transaction that opens a hand-over or raises its level: either both are there or
neither. A claim is one statement that names the tries that were read, so of several desk processes
exactly one gets a row; what it claimed is due again when its lease runs out (it was killed).
"""

import secrets
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from nightdesk_contract.clinic_alerts import AlertAddress
from sqlalchemy import (
    BindParameter,
    Select,
    and_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk.alerts.deciding import recipients
from nightdesk_desk.audit.record import note as audit
from nightdesk_desk.models import Alert, AlertAddressState, Handover, UtcDateTime, now

ADDRESSES = "alert_addresses"
"""Key in a session's `info`: what gives the addresses that are told at once, as set now."""

CLINIC = "clinic"
"""Key in a session's `info`: what gives the clinic's settings as they are now."""

LEASE = timedelta(seconds=45)
"""Longer than a sending may take."""

OPEN = Alert.state.in_([literal_column("'waiting'"), literal_column("'failed'")])
"""Written out, so that the index of what is open is used."""


class Due(NamedTuple):
    """An alert that waits for its next try."""

    id: int
    address: str
    tries: int


async def put(session: AsyncSession, handover: Handover) -> None:
    """Write an alert of a hand-over, as it is now, for each address that is told of its level."""
    addresses: Callable[[], Sequence[AlertAddress]] | None = session.info.get(ADDRESSES)
    if addresses is None:
        return
    for address in recipients(addresses(), handover.level):
        await insert_once(
            session,
            Alert,
            **_new("handover", address.name, handover.level),
            handover_id=handover.id,
            reason=handover.reason,
        )


async def put_step(
    session: AsyncSession, handover: Handover, step_id: int, names: Iterable[str]
) -> None:
    """Write the alerts of a step that is taken now, one for each address of `names`."""
    for name in names:
        await insert_once(
            session,
            Alert,
            **_new("handover", name, handover.level),
            handover_id=handover.id,
            step_id=step_id,
            reason=handover.reason,
        )


async def put_report(session: AsyncSession, day: date, names: Iterable[str]) -> None:
    """Write the report of a day for each address of `names`; the caller has claimed the day."""
    for name in names:
        await insert_once(session, Alert, **_new("report", name, "P3"), about=day.isoformat())


async def put_outage(session: AsyncSession, about: str, names: Iterable[str]) -> None:
    """Write a note that the address `about` fails, for each other address of `names`."""
    for name in names:
        if name != about:
            # It is told like the most serious: without it, the next emergency may reach nobody.
            await insert_once(session, Alert, **_new("outage", name, "P0"), about=about)


async def due(session: AsyncSession, at: datetime, per_address: int) -> list[Due]:
    """Give what is due at `at`, the most serious first, of each address at most so many."""
    found = await session.execute(_DUE, {"moment": at, "most": per_address})
    return [Due(row.id, row.address, row.tries) for row in found]


def _due() -> Select[Any]:
    at = bindparam("moment", type_=UtcDateTime)
    place = func.row_number().over(
        partition_by=Alert.address, order_by=(Alert.level, Alert.next_at, Alert.id)
    )
    rows = select(
        Alert.id, Alert.address, Alert.tries, Alert.level, Alert.next_at, place.label("place")
    )
    first = rows.where(OPEN, Alert.next_at <= at, _free(at)).subquery()
    return (
        select(first.c.id, first.c.address, first.c.tries)
        .where(first.c.place <= bindparam("most"))
        .order_by(first.c.level, first.c.next_at, first.c.id)
    )


async def claim(session: AsyncSession, found: Due, at: datetime) -> Alert | None:
    """Claim an alert for this process; None when another was quicker."""
    return await session.scalar(
        update(Alert)
        .where(Alert.id == found.id, Alert.tries == found.tries)
        .where(OPEN, Alert.next_at <= at, _free(at))
        .values(tries=found.tries + 1, leased_until=at + LEASE)
        .returning(Alert)
        .execution_options(synchronize_session=False)
    )


async def said_since(session: AsyncSession, alert: Alert) -> bool:
    """Say whether the address is told, or was, by a newer alert of the same hand-over.

    That one says as much and more: after an outage or a standstill nobody hears the same twice.
    One of a worse level must have been sent: while it waits, staff who lower the level end it.
    """
    newer = select(Alert.id).where(
        Alert.handover_id == alert.handover_id,
        Alert.address == alert.address,
        Alert.id > alert.id,
        or_(
            and_(OPEN, Alert.level == alert.level),
            and_(Alert.state == "sent", Alert.level <= alert.level),
        ),
    )
    return await session.scalar(newer.limit(1)) is not None


async def end(session: AsyncSession, claimed: Alert, **values: object) -> bool:
    """Note what became of a claimed alert, its new `state` among the values.

    Gives false when the claim had run out.
    """
    noted = await session.scalar(
        update(Alert)
        .where(Alert.id == claimed.id, Alert.tries == claimed.tries, OPEN)
        .values(leased_until=None, **values)
        .returning(Alert.id)
        .execution_options(synchronize_session=False)
    )
    if noted is None:
        return False
    details: dict[str, object] = {
        "alert": claimed.id,
        "handover": claimed.handover_id,
        "level": claimed.level,
        "tries": claimed.tries,
        "fault": values.get("last_error"),
    }
    await audit(session, f"alert_{values['state']}", about=claimed.address, details=details)
    return True


async def hasten(session: AsyncSession, address: str, at: datetime) -> None:
    """Make all that failed at an address due at once: it works again."""
    await session.execute(
        update(Alert)
        .where(Alert.address == address, Alert.state == "failed", Alert.leased_until.is_(None))
        .values(next_at=at)
        .execution_options(synchronize_session=False)
    )


async def insert_once(
    session: AsyncSession, table: type[Alert] | type[AlertAddressState], **values: object
) -> None:
    """Insert a row unless it is there already, whoever else inserts it now."""
    postgres = session.get_bind().dialect.name == "postgresql"
    insert: Any = postgresql.insert if postgres else sqlite.insert
    await session.execute(insert(table).values(**values).on_conflict_do_nothing())


def new_message_id() -> str:
    """Give an id that a message keeps over all its tries."""
    return f"msg_{secrets.token_urlsafe(18)}"


def _new(kind: str, address: str, level: str) -> dict[str, object]:
    at = now()
    return {
        "message_id": new_message_id(),
        "kind": kind,
        "address": address,
        "level": level,
        "state": "waiting",
        "tries": 0,
        "created_at": at,
        "next_at": at,
    }


def _free(at: datetime | BindParameter[Any]) -> Any:
    return or_(Alert.leased_until.is_(None), Alert.leased_until < at)


_DUE = _due()
"""Asked every second: it stands ready."""
