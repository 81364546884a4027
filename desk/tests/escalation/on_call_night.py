"""A desk with people on call whose background work stands still, and whose clock is moved."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import yaml
from nightdesk_contract.outcome import Level, Safety
from sqlalchemy import select

from nightdesk_desk import handovers, log
from nightdesk_desk.audit.models import AuditEntry
from nightdesk_desk.decide import Call
from nightdesk_desk.desk import Desk
from nightdesk_desk.escalation.models import EscalationStep
from nightdesk_desk.escalation.worker import Escalation
from nightdesk_desk.models import Alert, Staff, now
from nightdesk_desk.settings import Settings


@dataclass
class Night:
    """A desk, and how far its clock is moved."""

    desk: Desk
    settings: Settings
    moved: timedelta = field(default_factory=timedelta)

    def clock(self) -> datetime:
        return now() + self.moved

    def worker(self, desk: Desk | None = None) -> Escalation:
        desk = desk or self.desk
        steps = desk.metrics.escalation_steps
        return Escalation(desk.db, desk.wakeups, desk.words, steps, clock=self.clock)

    async def look(self, after: float = 0) -> int:
        """Move the clock to so many minutes from now, and look."""
        self.moved = timedelta(minutes=after)
        return await self.worker().look()

    def set(self, row: dict[str, Any]) -> None:
        text = yaml.safe_dump(row, sort_keys=False)
        self.settings.clinic_path.write_text(text, encoding="utf-8")

    async def hand_over(
        self, level: Level = "P1", into: str | None = None, reason: str = "crisis"
    ) -> tuple[str, int]:
        async with self.desk.db.write() as session:
            conversation_id = into or (await log.start_conversation(session))[0]
            await log.hold(session, conversation_id)
            [seq] = await log.append(session, conversation_id, [log.NewEvent("visitor", "x")])
            call = Call(reason, level, Safety("c", "d", "r", 0.5, ((0, 1),)))
            opened = await handovers.open_or_raise(session, conversation_id, seq, call)
        return conversation_id, opened.handover_id

    async def person(self, name: str = "Ana") -> int:
        async with self.desk.db.write() as session:
            staff = Staff(username=name.lower(), first_name=name, role="staff", password_hash="x")
            session.add(staff)
            await session.flush()
            return staff.id

    async def steps(self) -> list[tuple[str, str]]:
        async with self.desk.db.read() as session:
            rows = await session.scalars(select(EscalationStep).order_by(EscalationStep.id))
            return [(row.level, row.step) for row in rows]

    async def alerts(self) -> list[tuple[str, str]]:
        """The addresses that are told by steps, in order, with the level."""
        async with self.desk.db.read() as session:
            rows = await session.scalars(
                select(Alert).where(Alert.step_id.is_not(None)).order_by(Alert.id)
            )
            return [(row.level, row.address) for row in rows]

    async def noted(self, kind: str) -> list[AuditEntry]:
        async with self.desk.db.read() as session:
            rows = await session.scalars(
                select(AuditEntry).where(AuditEntry.kind == kind).order_by(AuditEntry.number)
            )
            return list(rows)
