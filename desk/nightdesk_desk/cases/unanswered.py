"""What a visitor has written to whoever has their chat, and nobody has answered.

No detector saw anything in it, so it is no alarm. But the bot is silent there, and whoever has the
chat may have gone home: the visitor must not wait unseen.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from nightdesk_desk import handovers
from nightdesk_desk.models import Event, Handover
from nightdesk_desk.staff.waiting import clock


async def unanswered_since(
    session: AsyncSession, handover_ids: Iterable[int]
) -> Mapping[int, datetime]:
    """Give since when the visitor waits for a word, of these hand-overs that a person has.

    That is the first message after the last reply and after the last act of whoever has it.
    """
    rows = await session.execute(
        select(Handover.id, func.min(Event.at))
        .join(Event, Event.conversation_id == Handover.conversation_id)
        .where(
            Handover.id.in_(sorted(handover_ids)),
            Handover.state == "taken",
            Event.sender == "visitor",
            Event.at > func.coalesce(Handover.acted_at, Handover.taken_at),
            ~staff_wrote_after(),
        )
        .group_by(Handover.id)
    )
    return {row[0]: row[1] for row in rows}


async def staff_wrote_at(
    session: AsyncSession, conversation_ids: Iterable[str]
) -> Mapping[str, datetime]:
    """Give when staff last wrote, by conversation; none where they never did."""
    rows = await session.execute(
        select(Event.conversation_id, func.max(Event.at))
        .where(Event.conversation_id.in_(sorted(conversation_ids)), Event.sender == "staff")
        .group_by(Event.conversation_id)
    )
    return {row[0]: row[1] for row in rows}


def staff_wrote_after() -> ColumnElement[bool]:
    """Give the condition that staff have written since an event of the statement around it."""
    later = aliased(Event)
    return exists().where(
        later.conversation_id == Event.conversation_id,
        later.sender == "staff",
        later.seq > Event.seq,
    )


async def only_words_wait(session: AsyncSession, case: Handover) -> bool:
    """Say whether a case that a person has waits for plain words of the visitor's alone.

    An alarm needs more than that somebody has seen it: an answer.
    """
    if not await unanswered_since(session, [case.id]):
        return False
    replies = await staff_wrote_at(session, [case.conversation_id])
    alarms = [trigger.at for trigger in await handovers.triggers(session, case.id)]
    return clock(case, alarms, replies.get(case.conversation_id)).until is not None
