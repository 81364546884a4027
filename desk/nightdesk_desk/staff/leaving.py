"""What somebody had taken, when they leave: nobody would answer it, so it waits for another."""

import contextlib

from sqlalchemy import select

from nightdesk_desk.desk import Desk
from nightdesk_desk.handover_rules import HandoverRefused
from nightdesk_desk.models import Handover


async def give_back_taken(desk: Desk, staff_id: int, *, by: int | None = None) -> int:
    """Give back every conversation that a person has taken. Gives how many there were.

    `by` is whose act it is, on a page.
    """
    async with desk.db.read() as session:
        taken = list(
            await session.scalars(
                select(Handover.id).where(Handover.state == "taken", Handover.taken_by == staff_id)
            )
        )
    for handover_id in taken:
        # Somebody may have resolved it meanwhile.
        with contextlib.suppress(HandoverRefused):
            await desk.handovers.release(handover_id, staff_id, by=by)
    return len(taken)
