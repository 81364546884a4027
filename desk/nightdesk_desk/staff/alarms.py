"""Alarms: replies to crisis language that are held for a person to answer first."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from nightdesk_contract.outcome import handover_reason
from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk.models import Handover, HeldReply, Staff
from nightdesk_desk.staff.times import Moment, iso, to_the_second, waited


class Alarm(NamedTuple):
    """What must be answered, by whom, and until when; `left` is what its countdown shows now."""

    conversation_id: str
    seq: int
    level: str
    reason: str
    taken_by_id: int | None
    taken_by: str | None
    due: Moment
    left: str


async def read_alarms(session: AsyncSession, zone: ZoneInfo, now: datetime) -> list[Alarm]:
    """Give the alarms of all conversations at `now`, the most urgent first."""
    rows = await session.execute(
        select(HeldReply, Handover.taken_by, Staff.first_name)
        .outerjoin(
            Handover,
            and_(
                Handover.conversation_id == HeldReply.conversation_id, Handover.state != "resolved"
            ),
        )
        .outerjoin(Staff, Staff.id == Handover.taken_by)
        .where(HeldReply.state == "held")
        .order_by(HeldReply.due_at, HeldReply.id)
    )
    return [
        Alarm(
            conversation_id=held.conversation_id,
            seq=held.trigger_seq,
            level=held.level,
            reason=handover_reason(held.outcome) or "",
            taken_by_id=taken_by,
            taken_by=name,
            due=Moment(iso(held.due_at), to_the_second(held.due_at, zone)),
            left=waited((held.due_at - now).total_seconds()),
        )
        for held, taken_by, name in rows
    ]


def still(alarms: Sequence[Alarm]) -> list[Alarm]:
    """Give the alarms without what ticks, to tell whether there is news."""
    return [alarm._replace(left="") for alarm in alarms]
