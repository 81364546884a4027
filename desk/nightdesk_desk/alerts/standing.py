"""How the addresses in clinic.yml stand now: for inbox, `/metrics` and command line."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from nightdesk_contract.clinic_alerts import AlertAddress

from nightdesk_desk.alerts.addresses import NOTHING_KNOWN, known
from nightdesk_desk.alerts.deciding import Standing, standing
from nightdesk_desk.alerts.faults import Fault
from nightdesk_desk.alerts.sending import Sender
from nightdesk_desk.db import Database


class AddressStanding(NamedTuple):
    """An address as it stands; `since` is None where it was never tried with this fault."""

    address: AlertAddress
    standing: Standing
    since: datetime | None
    fault: Fault | None
    last_sent_at: datetime | None
    waiting: int


async def read_standing(
    db: Database, sender: Sender, addresses: Sequence[AlertAddress]
) -> list[AddressStanding]:
    """Give how each address stands: by its settings as they are, and by what the record knows."""
    if not addresses:
        return []
    faults = await asyncio.gather(*(sender.check(address) for address in addresses))
    async with db.read() as session:
        record = await known(session)
    rows = []
    for address, lacks in zip(addresses, faults, strict=True):
        row = record.get(address.name, NOTHING_KNOWN)
        failing = row.failing_since is not None
        found = lacks or (row.fault if failing else None)
        rows.append(
            AddressStanding(
                address,
                standing(failing, lacks, row.last_sent_at is not None),
                row.failing_since,
                found,
                row.last_sent_at,
                row.waiting,
            )
        )
    return rows
