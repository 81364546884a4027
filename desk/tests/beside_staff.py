"""A conversation that a person has taken, and what is held in it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from desk_in_process import Running, Visitor
from fake_rasa import FakeRasa, handover
from sqlalchemy import select, update

from nightdesk_desk import handovers
from nightdesk_desk.db import Database
from nightdesk_desk.desk import Desk
from nightdesk_desk.models import HeldReply, Staff, now


@dataclass
class Taken:
    """A visitor, the hand-over that the visitor asked for, and who has taken it."""

    visitor: Visitor
    handover_id: int
    staff_id: int

    async def reply(self, text: str = "I am here.") -> int:
        """Have the person write to the visitor."""
        return await self.visitor.desk.handovers.reply(self.handover_id, self.staff_id, text)

    def seen_from(self, running: Running) -> "Taken":
        """The same conversation, over another process of the desk."""
        visitor = self.visitor
        return Taken(
            Visitor(running.client, running.desk, visitor.id, visitor.token),
            self.handover_id,
            self.staff_id,
        )


async def taken_by_staff(running: Running, rasa: FakeRasa, name: str = "Ana") -> Taken:
    """Have a visitor ask for a person, and a person take the conversation."""
    rasa.script = lambda *_: handover("request")
    visitor = await running.visitor()
    await visitor.chat("a person please")
    async with running.desk.db.write() as session:
        staff = Staff(username=visitor.id.lower(), first_name=name, role="staff", password_hash="x")
        session.add(staff)
        await session.flush()
        case = await handovers.unresolved(session, visitor.id)
    assert case is not None
    await running.desk.handovers.take(case.id, staff.id)
    return Taken(visitor, case.id, staff.id)


async def held_rows(desk: Desk) -> list[HeldReply]:
    """Everything that is or was held."""
    async with desk.db.read() as session:
        return list(await session.scalars(select(HeldReply).order_by(HeldReply.id)))


async def figures(running: Running) -> dict[str, float]:
    """The counts of held replies, by what happened to them."""
    text = (await running.client.get("/metrics")).text
    start = 'nightdesk_held_replies_total{what="'
    lines = [line for line in text.splitlines() if line.startswith(start)]
    return {line[len(start) :].split('"')[0]: float(line.split()[-1]) for line in lines}


async def the_time_is_up(db: Database) -> None:
    """Move every held reply's moment into the past."""
    async with db.write() as session:
        await session.execute(
            update(HeldReply)
            .where(HeldReply.state == "held")
            .values(due_at=now() - timedelta(seconds=0.5))
        )


async def said_after(visitor: Visitor, seq: int) -> list[dict[str, Any]]:
    """Wait for what is said after number `seq`, at most as long as a long poll waits."""
    return await visitor.events(after=seq, wait=20)
