"""The table of what is done once a day, by one of the desk's processes."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from nightdesk_desk.models import Base, UtcDateTime


class DailyRun(Base):
    """When a daily work was last claimed; the claim is an update that names the time before."""

    __tablename__ = "daily_runs"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    claimed_at: Mapped[datetime] = mapped_column(UtcDateTime)
