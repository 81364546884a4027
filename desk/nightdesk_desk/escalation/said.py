"""What an alert says of the step that it belongs to: which, since when, and who the reader is."""

from datetime import datetime
from typing import Any, NamedTuple

from nightdesk_desk.alerts.content import waiting
from nightdesk_desk.escalation.models import EscalationStep

YOU_ARE = {
    "first": "you are first on call",
    "backup": "you are the backup",
    "lead": "you are the lead",
    "manager": "you are the manager",
}


class Said(NamedTuple):
    """A line for people, and what a webhook gets of it."""

    line: str
    data: dict[str, Any]


def said(step: EscalationStep, address: str, opened_at: datetime, at: datetime) -> Said:
    """Give what the alert to `address` says of its step at `at`.

    A round that did not begin with the hand-over (at `opened_at`) began with something new.
    """
    role = next((str(one["role"]) for one in step.told if address in one["addresses"]), "team")
    seconds = max(0, int((at - step.round_at).total_seconds()))
    new = step.round_at > opened_at
    # Minutes, so that what was due at once does not read as neglect.
    if seconds < 60:
        line = "Something new has come" if new else ""
    else:
        acted = "acted on what came last" if new else "acknowledged"
        line = f"Nobody has {acted} for {waiting(seconds)}"
    you = "everyone on call is told" if step.step == "everyone" else ""
    you = " and ".join(part for part in (you, YOU_ARE.get(role, "")) if part)
    if step.step == "again":
        you = "this is the second alert"
    elif role == "team":
        you = "nobody on call can be reached"
    text = ": ".join(part for part in (line, you) if part)
    data = {"name": step.step, "role": role, "unacknowledged_seconds": seconds}
    return Said(f"{text[0].upper()}{text[1:]}.", data)
