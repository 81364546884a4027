"""What an alert says: level, reason, waiting time and a link. Never a visitor's words or name."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from jinja2 import Environment, PackageLoader

from nightdesk_desk.alerts.faults import Fault
from nightdesk_desk.alerts.restored import said_of

# The words that the inbox uses: people read the same in an alert.
_WORDS: Any = (
    Environment(loader=PackageLoader("nightdesk_desk.staff"), autoescape=True)
    .get_template("words.html")
    .module
)

OPEN_INBOX = "Open the inbox."
DRILL = "Drill"


@dataclass(frozen=True)
class Message:
    """A message to an address: for people a title and a text, for a webhook a type and data.

    `occurred_at` is when that happened which it tells of; None: just now.
    """

    title: str
    text: str
    type: str
    data: dict[str, Any] = field(default_factory=dict)
    occurred_at: datetime | None = None


def of_handover(
    clinic: str,
    level: str,
    reason: str,
    opened_at: datetime,
    at: datetime,
    minutes: int | None,
    conversation_id: str,
    desk_url: str,
    step: tuple[str, dict[str, Any]] | None = None,
    restored_at: datetime | None = None,
) -> Message:
    """Give the alert of a hand-over at `at`; `minutes` is by when a person must have seen it.

    `step` is what it says of the step that it belongs to: a line for people, data for a webhook.
    `restored_at` is when the backup was restored that it comes from, if any, in the clinic's zone.
    """
    link = f"{desk_url}/inbox/conversations/{conversation_id}" if desk_url else None
    seconds = max(0, int((at - opened_at).total_seconds()))
    lines = [
        f"{_WORDS.REASONS.get(reason, reason.replace('_', ' '))}.",
        f"Waiting {waiting(seconds)}." + (f" To be seen within {minutes} min." if minutes else ""),
        *([step[0]] if step else []),
        *([said_of(restored_at)] if restored_at else []),
        link or OPEN_INBOX,
    ]
    data = {
        "level": level,
        "reason": reason,
        "opened_at": opened_at.isoformat(),
        "waiting_seconds": seconds,
        "url": link,
        "drill": False,
    } | ({"step": step[1]} if step else {})
    if restored_at:
        data["restored_at"] = restored_at.isoformat()
    return Message(f"{level} {_WORDS.LEVELS[level]}, {clinic}", _text(lines), HANDOVER, data)


def of_outage(clinic: str, about: str, fault: Fault | None, since: datetime, url: str) -> Message:
    """Give the note that another address, `about`, gets no alerts."""
    why = f": {fault.words}" if fault else ""
    lines = [
        f"Alerts do not reach “{about}”{why}.",
        f"Since {since:%Y-%m-%d %H:%M} {since.tzname() or ''}".rstrip() + ".",
        "Please tell whoever looks after it, and watch the inbox meanwhile.",
        *([f"{url}/inbox"] if url else []),
    ]
    data = {
        "address": about,
        "fault": fault.code if fault else None,
        "since": since.isoformat(),
        "drill": False,
    }
    return Message(f"Alerts fail, {clinic}", _text(lines), OUTAGE, data)


def of_report(clinic: str, open_requests: int, day: date, url: str) -> Message:
    """Give the report at the end of a day: how many requests are still open."""
    count = "1 request is" if open_requests == 1 else f"{open_requests} requests are"
    lines = [
        f"{count} still open at the end of {day:%A, %B} {day.day}. Nobody has resolved them.",
        f"{url}/inbox" if url else OPEN_INBOX,
    ]
    data = {
        "day": day.isoformat(),
        "open_requests": open_requests,
        "url": f"{url}/inbox" if url else None,
        "drill": False,
    }
    return Message(f"P3 {_WORDS.LEVELS['P3']}s still open, {clinic}", _text(lines), REPORT, data)


def of_drill(clinic: str, address: str, url: str) -> Message:
    """Give the message that tries an address."""
    lines = [
        f"{DRILL}: nobody waits. This message only tries whether alerts reach “{address}”.",
        *([f"{url}/inbox"] if url else []),
    ]
    return Message(f"{DRILL}, {clinic}", _text(lines), DRILL_TYPE, {"drill": True})


def waiting(seconds: int) -> str:
    """Give a waiting time as one says it."""
    minutes = seconds // 60
    if minutes < 1:
        return "less than a minute"
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if hours else f"{minutes} min"


HANDOVER, OUTAGE, DRILL_TYPE = "handover.waiting", "alerts.address_failing", "alerts.drill"
REPORT = "requests.open_at_end_of_day"
"""Types of messages, for webhooks."""


def _text(lines: list[str]) -> str:
    return "\n".join(lines)
