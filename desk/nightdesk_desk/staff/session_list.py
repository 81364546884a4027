"""A person's sessions as a list reads them."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from nightdesk_desk.models import StaffSession
from nightdesk_desk.staff.times import Moment, moment

HANDLE = 16
"""How much of a session's hash names it in a form: enough to tell a person's few apart."""


class SessionRow(NamedTuple):
    """One session; `handle` names it in a form, and opens nothing."""

    handle: str
    since: Moment
    seen: Moment
    browser: str
    address: str
    this_one: bool


def session_rows(
    kept: Iterable[StaffSession], own_hash: str, zone: ZoneInfo, at: datetime
) -> list[SessionRow]:
    """Give the rows, in the same order; `own_hash` is the session that asks."""
    return [
        SessionRow(
            row.token_hash[:HANDLE],
            moment(row.created_at, zone, at),
            moment(row.last_seen_at, zone, at),
            row.browser or "Unknown browser",
            row.address or "unknown",
            row.token_hash == own_hash,
        )
        for row in kept
    ]
