"""The plain values that are judged: what visitors did and saw, what the record holds."""

from dataclasses import dataclass, field

from chaos.said import Kind

Span = tuple[float, float]
"""From when until when, in seconds of one clock."""


@dataclass
class Sent:
    """One message that a visitor (or staff) sent, under its idempotency key.

    `begun_at` is when its first request left, `accepted_at` when it was first answered with 2xx.
    Of a crisis in pieces only the last piece has the kind "crisis": it is one by itself.
    """

    key: str
    text: str
    kind: Kind | str
    pressed_at: float
    begun_at: float | None = None
    accepted_at: float | None = None
    seq: int | None = None
    tries: int = 0


@dataclass(frozen=True)
class Shown:
    """An event on a visitor's screen: when it first stood there, and whether it helps in a crisis.

    `helps`: it holds the crisis lines, or a person wrote it. `person`: it says that a person came
    (true) or went (false). `answers` are the visitor's messages that it answers, if it says so.
    """

    seq: int
    at: float
    sender: str
    text: str
    helps: bool
    person: bool | None = None
    answers: tuple[int, ...] = ()


@dataclass
class Screen:
    """What one visitor did and saw."""

    name: str
    conversation: str = ""
    sent: list[Sent] = field(default_factory=list)
    shown: dict[int, Shown] = field(default_factory=dict)
    panel: list[Span] = field(default_factory=list)
    away: list[Span] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    conversation_gone: bool = False

    def person_here(self, before: int | None = None) -> bool:
        """Say whether a person had the chat, by what stood there (before number `before`)."""
        told = [
            (event.seq, event.person)
            for event in self.shown.values()
            if event.person is not None and (before is None or event.seq < before)
        ]
        return bool(max(told, default=(0, False))[1])


@dataclass(frozen=True)
class EventRow:
    """One event of the log. `said` is false for a note that a person came or went."""

    conversation: str
    seq: int
    sender: str
    text: str
    key: str | None
    outcome: str | None
    answered: bool
    at: str
    said: bool = True


@dataclass(frozen=True)
class HandoverRow:
    """One hand-over."""

    id: int
    conversation: str
    trigger_seq: int
    level: str
    state: str
    opened_at: str
    resolved_at: str | None


@dataclass(frozen=True)
class TriggerRow:
    """One thing that called for a person."""

    handover: int
    seq: int
    reason: str


@dataclass(frozen=True)
class HeldRow:
    """One reply that was held back."""

    conversation: str
    trigger_seq: int
    state: str


@dataclass(frozen=True)
class AlertRow:
    """One row of the outbox."""

    message_id: str
    kind: str
    address: str
    handover: int | None
    step: int | None
    level: str
    state: str


@dataclass(frozen=True)
class Record:
    """All of the desk's record that is judged.

    `called` are the (hand-over, level) pairs that the audit record says were opened or raised.
    """

    events: list[EventRow] = field(default_factory=list)
    handovers: list[HandoverRow] = field(default_factory=list)
    triggers: list[TriggerRow] = field(default_factory=list)
    held: list[HeldRow] = field(default_factory=list)
    alerts: list[AlertRow] = field(default_factory=list)
    called: list[tuple[int, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Received:
    """One message that an address for alerts got."""

    address: str
    message_id: str
