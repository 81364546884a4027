"""The report at the end of a day: how many requests (P3) are still open. One a day, at most."""

from datetime import date, datetime, timedelta
from typing import Any

from nightdesk_contract.clinic import Clinic
from nightdesk_contract.clinic_escalation import team_addresses
from nightdesk_contract.opening import last_closing
from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk.alerts import outbox
from nightdesk_desk.audit.record import note as audit
from nightdesk_desk.escalation.models import DayReport
from nightdesk_desk.models import Handover

LATE_BY = timedelta(hours=12)
"""How late a report may come when no desk ran at closing time; the next one is not far then."""


def day_to_report(clinic: Clinic, at: datetime) -> date | None:
    """Give the day, the clinic's own, whose report is due at `at`; None while none is.

    Only a clinic with people on call has reports.
    """
    if clinic.on_call is None:
        return None
    today = at.astimezone(clinic.zone).date()
    for day in (today, today - timedelta(days=1)):
        closing = last_closing(clinic, day)
        if closing is not None and closing <= at < closing + LATE_BY:
            return day
    return None


def reported_to(clinic: Clinic) -> list[str]:
    """Give the addresses that get the report: the lead's, and the team's that are told of P3."""
    on_call = clinic.on_call
    lead = on_call.person(on_call.lead) if on_call else None
    known = {address.name for address in clinic.alerts}
    team = [address.name for address in team_addresses(clinic) if "P3" in address.levels]
    return list(
        dict.fromkeys([*(n for n in (lead.addresses if lead else ()) if n in known), *team])
    )


async def was_reported(session: AsyncSession, day: date) -> bool:
    """Say whether the day has its report."""
    return await session.get(DayReport, day) is not None


async def take_report(session: AsyncSession, clinic: Clinic, day: date, at: datetime) -> bool:
    """Write the day's report with its alerts. Gives false when another process was first.

    When nothing is open, nobody need hear of it: then there is the row alone.
    """
    count = await session.scalar(
        select(func.count()).where(Handover.level == "P3", Handover.state != "resolved")
    )
    postgres = session.get_bind().dialect.name == "postgresql"
    insert: Any = postgresql.insert if postgres else sqlite.insert
    row = insert(DayReport).values(day=day, at=at, open_requests=count or 0)
    first = await session.scalar(row.on_conflict_do_nothing().returning(DayReport.day))
    if first is None:
        return False
    if count:
        addresses = reported_to(clinic)
        await outbox.put_report(session, day, addresses)
        details = {"day": day.isoformat(), "open_requests": count, "addresses": addresses}
        await audit(session, "day_report_written", details=details)
    return True
