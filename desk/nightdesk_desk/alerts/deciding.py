"""Decisions about alerts: who is told, when to try again, when to stop, when to tell the others."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal

from nightdesk_contract.clinic_alerts import AlertAddress
from nightdesk_contract.clinic_escalation import ANY_HOUR

from nightdesk_desk.alerts.faults import LASTING, Fault

PAUSES = tuple(timedelta(seconds=seconds) for seconds in (5, 15, 60, 300))
"""Before the second try, the third and so on."""
LATER = timedelta(minutes=15)
"""Before every further one."""
URGENT_PAUSE = timedelta(minutes=1)
"""The longest for what must not wait, in its first hour: longer is past the point of use."""
URGENT_LATER = timedelta(minutes=5)
"""And the longest from then on."""
URGENT_FOR = timedelta(hours=1)
GIVE_UP_AFTER = timedelta(hours=24)
"""From when an alert was written."""

TELL_OTHERS_AFTER = 3
"""Failures in a row, of any alerts: one hiccup is no outage."""


def recipients(addresses: Iterable[AlertAddress], level: str) -> list[AlertAddress]:
    """Give the addresses that are told of a hand-over of this level."""
    return [address for address in addresses if level in address.levels]


def next_try(tries: int, level: str, created_at: datetime, at: datetime) -> datetime | None:
    """Give when to try again after `tries` failures, the last one at `at`; None: give up."""
    pause = PAUSES[tries - 1] if tries <= len(PAUSES) else LATER
    if level in ANY_HOUR:
        pause = min(pause, URGENT_PAUSE if at - created_at < URGENT_FOR else URGENT_LATER)
    return at + pause if at + pause <= created_at + GIVE_UP_AFTER else None


def needless(
    created_at: datetime, state: str, acknowledged_at: datetime | None, taken_at: datetime | None
) -> bool:
    """Say whether a person has acted on the hand-over since an alert of it was written."""
    acts = [at for at in (acknowledged_at, taken_at) if at is not None]
    return state == "resolved" or any(at > created_at for at in acts)


def tells_others(failures: int, fault: Fault) -> bool:
    """Say whether so many failures in a row are an outage that the other addresses hear of."""
    return failures >= TELL_OTHERS_AFTER or fault.kind in LASTING


Standing = Literal["works", "fails", "untried"]


def standing(failing: bool, fault: Fault | None, tried: bool) -> Standing:
    """Say how an address does: what its settings lack counts before what it did."""
    if fault is not None or failing:
        return "fails"
    return "works" if tried else "untried"
