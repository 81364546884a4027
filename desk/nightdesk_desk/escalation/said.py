"""What an alert says of the step that it belongs to: which, since when, and who the reader is."""

from datetime import datetime
from typing import Any, Literal, NamedTuple

from nightdesk_desk.alerts.content import waiting
from nightdesk_desk.escalation.models import EscalationStep
from nightdesk_desk.models import Handover

YOU_ARE = {
    "first": "you are first on call",
    "backup": "you are the backup",
    "lead": "you are the lead",
    "manager": "you are the manager",
}

Beginning = Literal["handed_over", "given_back", "new"]
_WORDS: dict[Beginning, tuple[str, str]] = {
    "handed_over": ("", "Nobody has acknowledged for {waited}"),
    "given_back": (
        "Staff gave the chat back",
        "Staff gave the chat back {waited} ago, and nobody has acknowledged since",
    ),
    "new": ("Something new has come", "Nobody has acted on what came last for {waited}"),
}
"""What is said of how a round began: at once, and when minutes have passed."""


class Said(NamedTuple):
    """A line for people, and what a webhook gets of it."""

    line: str
    data: dict[str, Any]


def said(step: EscalationStep, address: str, case: Handover, at: datetime) -> Said:
    """Give what the alert to `address` says of its step in `case` at `at`."""
    role = next((str(one["role"]) for one in step.told if address in one["addresses"]), "team")
    seconds = max(0, int((at - step.round_at).total_seconds()))
    at_once, later = _WORDS[_began(step, case)]
    # Minutes, so that what was due at once does not read as neglect.
    line = at_once if seconds < 60 else later.format(waited=waiting(seconds))
    you = "everyone on call is told" if step.step == "everyone" else ""
    you = " and ".join(part for part in (you, YOU_ARE.get(role, "")) if part)
    if step.step == "again":
        you = "this is the second alert"
    elif role == "team":
        you = "nobody on call can be reached"
    text = ": ".join(part for part in (line, you) if part)
    data = {"name": step.step, "role": role, "unacknowledged_seconds": seconds}
    return Said(f"{text[0].upper()}{text[1:]}.", data)


def _began(step: EscalationStep, case: Handover) -> Beginning:
    """Say what began the round of a step that nobody has acted on since."""
    if step.round_at <= case.opened_at:
        return "handed_over"
    # With an open hand-over the last act was giving it back, and that moment begins a round.
    given_back = case.state == "open" and step.round_at == case.acted_at
    return "given_back" if given_back else "new"
