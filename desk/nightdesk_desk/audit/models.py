"""The tables of the audit record. Migration 0005 gives them triggers that refuse changes."""

from sqlalchemy import CheckConstraint, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from nightdesk_desk.models import Base


class AuditEntry(Base):
    """One view, act or alert. See `chain.Entry` for what the columns hold.

    `staff_id` refers to nothing, on purpose: the record must stand when an account is gone.
    """

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index("ix_audit_entries_about", "about"),
        Index("ix_audit_entries_at", "at"),
        Index("ix_audit_entries_kind", "kind"),
    )

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    # As text: it is hashed as it is stored.
    at: Mapped[str] = mapped_column(String(32))
    staff_id: Mapped[int | None] = mapped_column(Integer)
    username: Mapped[str | None] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(40))
    about: Mapped[str | None] = mapped_column(String(200))
    address: Mapped[str | None] = mapped_column(String(64))
    details: Mapped[str] = mapped_column(Text)
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class AuditHead(Base):
    """The one row that every writer takes: number and hash of the last entry.

    Entries up to `may_drop_to` may be deleted; it is above 0 only inside `dropping.drop_before`.
    """

    __tablename__ = "audit_head"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(Integer)
    hash: Mapped[str] = mapped_column(String(64))
    may_drop_to: Mapped[int] = mapped_column(Integer, default=0)
