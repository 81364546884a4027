"""Whether the visitor is at the chat."""

from datetime import datetime, timedelta
from typing import Literal

LEFT_AFTER = timedelta(seconds=45)
"""An open chat is noted about every 20 seconds."""

Presence = Literal["here", "left", "unknown"]


def presence(seen_at: datetime | None, now: datetime) -> Presence:
    """Say whether the visitor, last seen at `seen_at`, is at the chat at `now`."""
    if seen_at is None:
        return "unknown"
    return "here" if now - seen_at <= LEFT_AFTER else "left"
