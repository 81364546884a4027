"""Tables of signing in: recovery codes, second steps that are owed, tries, and known places."""

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


class SignInTry(Base):
    """A try at a password or a code; it counts for ten minutes, and goes with the next one then.

    `who` is a few bits of the name's hash (sign_in_limits.who_of), `place` a client's network.
    """

    __tablename__ = "staff_sign_in_tries"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    secret: Mapped[str] = mapped_column(String(8))
    who: Mapped[str] = mapped_column(String(8), index=True)
    place: Mapped[str] = mapped_column(String(64), index=True)


class SignInPlace(Base):
    """A network from which somebody has signed in: an attack from elsewhere locks nobody out."""

    __tablename__ = "staff_sign_in_places"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    place: Mapped[str] = mapped_column(String(64), primary_key=True)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
