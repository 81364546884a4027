"""What calls the reader from elsewhere: serious cases that wait for an act, and ones passed on."""

from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk import handovers
from nightdesk_desk.cases import reading
from nightdesk_desk.cases.unanswered import staff_wrote_at
from nightdesk_desk.decide import IN_CRISIS
from nightdesk_desk.models import Handover
from nightdesk_desk.staff.colleagues import staff_names
from nightdesk_desk.staff.waiting import clock


class Calling(NamedTuple):
    """A case that calls; `passed_by` is who passed it on, None for one that nobody has.

    `seen` says that somebody had seen it before a new alarm came.
    """

    handover_id: int
    conversation_id: str
    level: str
    reason: str
    passed_by: str | None = None
    seen: bool = False


async def read_calls(session: AsyncSession, reader_id: int) -> list[Calling]:
    """Give what calls the staff member `reader_id`, the most serious first."""
    rows = await session.scalars(
        select(Handover)
        .where(
            (Handover.state.in_(("open", "acknowledged")) & Handover.level.in_(IN_CRISIS))
            | ((Handover.state == "taken") & (Handover.taken_by == reader_id))
        )
        .order_by(Handover.level, Handover.opened_at, Handover.id)
    )
    cases = list(rows)
    mine = [case for case in cases if case.state == "taken"]
    acts = await reading.read_acts(session, [case.id for case in mine])
    names = await staff_names(session) if acts else {}
    replies = await staff_wrote_at(session, {case.conversation_id for case in cases})
    calls = []
    for case in cases:
        if case.state == "open":
            calls.append(_call(case))
            continue
        if case.state == "taken" and not acts.get(case.id):
            continue
        replied_at = replies.get(case.conversation_id)
        if case.state == "acknowledged":
            alarms = [trigger.at for trigger in await handovers.triggers(session, case.id)]
            if clock(case, alarms, replied_at).until is None:
                calls.append(_call(case, seen=True))
            continue
        passed = reading.passed(case, acts[case.id], replied_at)
        if passed is not None and not passed.answered:
            calls.append(_call(case, passed_by=names.get(passed.by, "")))
    return calls


def _call(case: Handover, *, passed_by: str | None = None, seen: bool = False) -> Calling:
    return Calling(case.id, case.conversation_id, case.level, case.reason, passed_by, seen)
