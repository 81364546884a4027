"""Addresses that staff alerts do not reach: the inbox says so, for nobody else can."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from nightdesk_desk.alerts.standing import AddressStanding
from nightdesk_desk.staff.times import Moment, moment


class FailingAddress(NamedTuple):
    """An address as the inbox names it; `since` is None where nothing was sent to it yet."""

    name: str
    since: Moment | None
    why: str
    waiting: int


def failing_addresses(
    rows: Iterable[AddressStanding], zone: ZoneInfo, now: datetime
) -> list[FailingAddress]:
    """Give the addresses that alerts do not reach, with times in the clinic's zone."""
    return [
        FailingAddress(
            row.address.name,
            moment(row.since, zone, now) if row.since else None,
            row.fault.words if row.fault else "",
            row.waiting,
        )
        for row in rows
        if row.standing == "fails"
    ]
