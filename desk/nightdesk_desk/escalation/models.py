"""The tables of escalation: steps that were taken, and reports at the end of a day."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from nightdesk_desk.models import Base, UtcDateTime


class EscalationStep(Base):
    """One step that was taken: the row is written with its alerts, or neither is there.

    `round_at` is when the waiting began that it belongs to: the hand-over, a rise of its level, or
    an alarm after a person had acted. `told` holds who was told: name, role and addresses.
    """

    __tablename__ = "escalation_steps"
    # However many desks look: each step of a round is taken once.
    __table_args__ = (UniqueConstraint("handover_id", "round_at", "level", "step"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    handover_id: Mapped[int] = mapped_column(ForeignKey("handovers.id"))
    round_at: Mapped[datetime] = mapped_column(UtcDateTime)
    level: Mapped[str] = mapped_column(String(2))
    step: Mapped[str] = mapped_column(String(16))
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)
    told: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)


class DayReport(Base):
    """That the requests still open at the end of a day were reported; one row a day."""

    __tablename__ = "day_reports"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    open_requests: Mapped[int] = mapped_column(Integer)
