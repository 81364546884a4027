"""Tables of signing in: recovery codes, and sign-ins that wait for their second step."""

from datetime import datetime

from sqlalchemy import ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from nightdesk_desk.models import Base, UtcDateTime, now


class RecoveryCode(Base):
    """One code for somebody without their telephone; only its hash is kept, and it works once."""

    __tablename__ = "staff_recovery_codes"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class HalfSignIn(Base):
    """A browser that gave the right password and owes a code; only its token's hash is kept."""

    __tablename__ = "staff_half_sign_ins"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
