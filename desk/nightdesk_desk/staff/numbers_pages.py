"""The page with the figures that a lead looks at, and the same as a table to take away."""

import asyncio
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple

from fastapi import APIRouter
from nightdesk_contract.outcome import HANDOVER_REASONS, LEVELS
from starlette.requests import Request
from starlette.responses import Response

from nightdesk_desk.audit.record import note as audit
from nightdesk_desk.gaps import Gap, counted
from nightdesk_desk.models import now
from nightdesk_desk.numbers import STEPS, Numbers, Slot, Step, numbers, share
from nightdesk_desk.numbers_facts import Gone, read_facts, read_gone
from nightdesk_desk.staff.asked import PERIODS, period, topic_name
from nightdesk_desk.staff.charts import stacked
from nightdesk_desk.staff.login import LeadingReader
from nightdesk_desk.staff.numbers_csv import as_csv
from nightdesk_desk.staff.pages import InboxRoute, desk_of, page, zone_of
from nightdesk_desk.staff.times import moment, waited

TOPICS = 10
"""Most topics that are listed as unanswered."""

router = APIRouter(prefix="/inbox/numbers", route_class=InboxRoute, include_in_schema=False)


class Read(NamedTuple):
    """What was read for a page: the figures, the topics without an answer, what is missing."""

    numbers: Numbers
    gaps: list[Gap]
    gone: Gone
    since: datetime
    at: datetime


@router.get("")
async def numbers_page(
    request: Request, me: LeadingReader, days: str = "", by: str = ""
) -> Response:
    """Give the figures of the last `days` days (a choice of periods), by day or week."""
    chosen, step = period(days), _step(by, period(days))
    read = await _read(request, chosen, step)
    found, gone = read.numbers, read.gone
    names = [_name(slot) for slot in found.slots]
    topics = desk_of(request).topics
    return page(
        request,
        "numbers.html",
        me=me,
        numbers=found,
        days=chosen,
        by=step,
        periods=PERIODS,
        steps=STEPS,
        levels=LEVELS,
        reasons=HANDOVER_REASONS,
        targets=desk_of(request).words.clinic.staff_times,
        names=names,
        chats=stacked(names, [{"chats": slot.chats} for slot in found.slots]),
        handovers=stacked(names, [slot.levels for slot in found.slots]),
        unanswered=[(topic_name(gap.topic, topics), gap) for gap in read.gaps],
        deleted=gone.deleted,
        # Before the first chat that is kept there is nothing to count: that is no quiet time.
        first_kept=moment(gone.first_kept, zone_of(request), read.at)
        if gone.first_kept is not None and gone.first_kept > read.since
        else None,
        share=share,
        waited=waited,
    )


@router.get("/table.csv")
async def numbers_table(
    request: Request, me: LeadingReader, days: str = "", by: str = ""
) -> Response:
    """Give the same figures as CSV: a row for each day or week. What is taken away is noted."""
    chosen, step = period(days), _step(by, period(days))
    found = (await _read(request, chosen, step)).numbers
    async with desk_of(request).db.write() as session:
        told = {"days": chosen, "by": step}
        await audit(session, "numbers_exported", staff_id=me.staff_id, details=told)
    name = f"nightdesk-{found.slots[0].first}-{found.slots[-1].first}.csv"
    return Response(
        as_csv(found),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


async def _read(request: Request, days: int, step: Step) -> Read:
    desk, zone, at = desk_of(request), zone_of(request), now()
    today = at.astimezone(zone).date()
    first = today - timedelta(days=days - 1)
    since = datetime.combine(first, time(), zone).astimezone(UTC)
    async with desk.db.read() as session:
        facts = await read_facts(session, since, at, desk.words.clinic, desk.topics)
        gone = await read_gone(session, since)
    targets = desk.words.clinic.staff_times
    found = await asyncio.to_thread(numbers, facts, first, today, step, zone, targets)
    return Read(found, counted(facts.turns)[:TOPICS], gone, since, at)


def _step(asked_for: str, days: int) -> Step:
    """Give the step that was asked for; else days for a short period, weeks for a long one."""
    default: Step = "week" if days > 31 else "day"
    return next((step for step in STEPS if step == asked_for), default)


def _name(slot: Slot) -> str:
    return f"{slot.first.day} {slot.first:%b}"
