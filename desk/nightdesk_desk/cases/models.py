"""The tables of notes, and of acts that a hand-over's own columns do not tell."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from nightdesk_desk.models import Base, UtcDateTime, now
from nightdesk_desk.privacy.encrypted import EncryptedText

ACT_KINDS = ("passed", "level", "reopened")


class HandoverAct(Base):
    """One act: passed on (`to_staff_id`), the level changed (`from_level`, `to_level`), reopened.

    `why` is the reason in words, None where none is asked for. An act `reopened` belongs to the new
    hand-over and names the old one.
    """

    __tablename__ = "handover_acts"
    __table_args__ = (CheckConstraint(f"kind IN ({', '.join(map(repr, ACT_KINDS))})", name="kind"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    handover_id: Mapped[int] = mapped_column(ForeignKey("handovers.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    to_staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    from_level: Mapped[str | None] = mapped_column(String(2))
    to_level: Mapped[str | None] = mapped_column(String(2))
    of_handover_id: Mapped[int | None] = mapped_column(ForeignKey("handovers.id"))
    why: Mapped[str | None] = mapped_column(EncryptedText)


class PrivateNote(Base):
    """A note beside a conversation that only staff read."""

    __tablename__ = "private_notes"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    text: Mapped[str] = mapped_column(EncryptedText)
