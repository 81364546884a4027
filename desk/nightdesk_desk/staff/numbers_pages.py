"""The page with the figures that a lead looks at, and the same as a table to take away."""

import csv
from datetime import UTC, datetime, time, timedelta
from io import StringIO

from fastapi import APIRouter
from nightdesk_contract.outcome import HANDOVER_REASONS, LEVELS
from starlette.requests import Request
from starlette.responses import Response

from nightdesk_desk.gaps import Gap, counted
from nightdesk_desk.models import now
from nightdesk_desk.numbers import STEPS, Numbers, Slot, Step, numbers, share
from nightdesk_desk.numbers_facts import read_facts
from nightdesk_desk.staff.asked import PERIODS, period, topic_name
from nightdesk_desk.staff.charts import stacked
from nightdesk_desk.staff.login import LeadingReader
from nightdesk_desk.staff.pages import InboxRoute, desk_of, page, zone_of
from nightdesk_desk.staff.times import waited

TOPICS = 10
"""Most topics that are listed as unanswered."""

router = APIRouter(prefix="/inbox/numbers", route_class=InboxRoute, include_in_schema=False)


@router.get("")
async def numbers_page(
    request: Request, me: LeadingReader, days: str = "", by: str = ""
) -> Response:
    """Give the figures of the last `days` days (a choice of periods), by day or week."""
    chosen, step = period(days), _step(by, period(days))
    found, gaps = await _read(request, chosen, step)
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
        unanswered=[(topic_name(gap.topic, topics), gap) for gap in gaps],
        share=share,
        waited=waited,
    )


@router.get("/table.csv")
async def numbers_table(
    request: Request, me: LeadingReader, days: str = "", by: str = ""
) -> Response:
    """Give the same figures as CSV: a row for each day or week, times in seconds."""
    chosen = period(days)
    found, _ = await _read(request, chosen, _step(by, chosen))
    name = f"nightdesk-{found.slots[0].first}-{found.slots[-1].first}.csv"
    return Response(
        as_csv(found),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def as_csv(found: Numbers) -> str:
    """Give the slots as CSV, the first line with what each column is."""
    out = StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    rows = [_row(slot) for slot in found.slots]
    table.writerow(rows[0].keys())
    table.writerows(row.values() for row in rows)
    return out.getvalue()


def _row(slot: Slot) -> dict[str, object]:
    seen, answered = slot.seen, slot.answered
    return {
        "first_day": slot.first.isoformat(),
        "chats": slot.chats,
        "handovers": slot.handovers,
        **{f"level_{level.lower()}": count for level, count in slot.levels.items()},
        **{f"reason_{reason}": count for reason, count in slot.reasons.items()},
        "after_hours": slot.after_hours,
        "false_alarms": slot.false_alarms,
        "seen": seen.done,
        "seen_p50_seconds": seen.p50,
        "seen_p95_seconds": seen.p95,
        "seen_within_target": seen.within,
        "not_seen_yet": seen.open,
        "answered_by_a_person": answered.done,
        "answered_p50_seconds": answered.p50,
        "answered_p95_seconds": answered.p95,
        "not_in_our_material": slot.not_covered,
        "not_understood": slot.not_understood,
        "kept_back_unsigned": slot.withheld,
        "feedback_yes": slot.helpful,
        "feedback_no": slot.not_helpful,
    }


async def _read(request: Request, days: int, step: Step) -> tuple[Numbers, list[Gap]]:
    desk, zone, at = desk_of(request), zone_of(request), now()
    today = at.astimezone(zone).date()
    first = today - timedelta(days=days - 1)
    since = datetime.combine(first, time(), zone).astimezone(UTC)
    async with desk.db.read() as session:
        facts = await read_facts(session, since, at, desk.words.clinic, desk.topics)
    found = numbers(facts, first, today, step, zone, desk.words.clinic.staff_times)
    return found, counted(facts.turns)[:TOPICS]


def _step(asked_for: str, days: int) -> Step:
    """Give the step that was asked for; else days for a short period, weeks for a long one."""
    default: Step = "week" if days > 31 else "day"
    return next((step for step in STEPS if step == asked_for), default)


def _name(slot: Slot) -> str:
    return f"{slot.first.day} {slot.first:%b}"
