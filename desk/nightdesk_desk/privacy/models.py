"""Tables of what the desk does by itself: once a day, and what the assistant must still forget."""

from datetime import datetime

from sqlalchemy import Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from nightdesk_desk.models import Base, UtcDateTime, now


class DailyRun(Base):
    """When a daily work was last claimed; the claim is an update that names the time before."""

    __tablename__ = "daily_runs"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    claimed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Forgetting(Base):
    """A conversation that is gone from the record, and that the assistant may still remember.

    Its column has another name than those of rows that go with a conversation: this one stays until
    the assistant has forgotten it. `tries` are those that failed since it last did.
    """

    __tablename__ = "forgettings"

    sender: Mapped[str] = mapped_column(String(64), primary_key=True)
    since: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    next_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)
    tries: Mapped[int] = mapped_column(Integer, default=0)
