"""The record: every table of the desk."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    DateTime,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from nightdesk_desk.clock import present
from nightdesk_desk.privacy.encrypted import EncryptedText

CONVERSATION_STATES = ("bot", "staff")
SENDERS = ("visitor", "bot", "staff", "system")
HANDOVER_STATES = ("open", "acknowledged", "taken", "resolved")
HELD_STATES = ("held", "answered", "sent")
ALERT_KINDS = ("handover", "outage", "report")
ALERT_STATES = ("waiting", "failed", "sent", "given_up", "needless")
ROLES = ("staff", "lead", "admin")


def _one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


def now() -> datetime:
    """Give the present moment, aware, in UTC, by the clock that all desks share."""
    return present()


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment. SQLite drops the zone, so it is put back when read."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the moment in UTC. Raises ValueError for one without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the stored moment as an aware one in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """All tables, with names for constraints so that migrations can drop them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def table(of: type[Base]) -> Table:
    """Give the table itself, for statements that give plain rows and no objects."""
    return Base.metadata.tables[of.__tablename__]


class Conversation(Base):
    """One visitor's chat. `last_seq` is the cursor that every insert moves first."""

    __tablename__ = "conversations"
    __table_args__ = (
        CheckConstraint(_one_of("state", CONVERSATION_STATES), name="state"),
        Index(
            "ix_conversations_deletion_requested_at",
            "deletion_requested_at",
            postgresql_where=text("deletion_requested_at IS NOT NULL"),
            sqlite_where=text("deletion_requested_at IS NOT NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    last_seq: Mapped[int] = mapped_column(Integer, default=0)
    state: Mapped[str] = mapped_column(String(16), default="bot")
    visitor_seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # In which language the visitor's chat is: the last message counts.
    language: Mapped[str] = mapped_column(String(8), default="en", server_default="en")
    # The visitor wants it deleted, and it is kept until staff are done with a crisis.
    deletion_requested_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Event(Base):
    """One message of a conversation. `answered` is false only while a visitor's message waits."""

    __tablename__ = "events"
    __table_args__ = (
        UniqueConstraint("conversation_id", "idempotency_key"),
        CheckConstraint(_one_of("sender", SENDERS), name="sender"),
        Index(
            "ix_events_unanswered",
            "at",
            postgresql_where=text("NOT answered"),
            sqlite_where=text("NOT answered"),
        ),
    )

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    sender: Mapped[str] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(EncryptedText)
    outcome: Mapped[str | None] = mapped_column(String(80))
    passages: Mapped[list[str]] = mapped_column(JSON, default=list)
    level: Mapped[str | None] = mapped_column(String(2))
    quick_replies: Mapped[list[str]] = mapped_column(JSON, default=list)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    idempotency_key: Mapped[str | None] = mapped_column(String(200))
    # The numbers of the visitor's messages that this answers, where a turn said it.
    answers: Mapped[list[int]] = mapped_column(JSON, default=list, server_default="[]")
    answered: Mapped[bool] = mapped_column(Boolean, default=True)
    safety: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    # What the message rests on, as it stood when it was said: see basis.py.
    basis: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class Feedback(Base):
    """What a visitor said to "Did this answer your question?" about one message of the bot."""

    __tablename__ = "feedback"
    __table_args__ = (
        ForeignKeyConstraint(["conversation_id", "seq"], ["events.conversation_id", "events.seq"]),
    )

    conversation_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    helpful: Mapped[bool] = mapped_column(Boolean)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Draft(Base):
    """An answer that staff are writing to what visitors asked; one for each topic."""

    __tablename__ = "drafts"

    topic: Mapped[str] = mapped_column(String(60), primary_key=True)
    title: Mapped[str] = mapped_column(String(80))
    question: Mapped[str] = mapped_column(String(45))
    answer: Mapped[str] = mapped_column(Text)
    document: Mapped[str] = mapped_column(String(200))
    passage: Mapped[str] = mapped_column(Text)
    examples: Mapped[list[str]] = mapped_column(JSON, default=list)
    written_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    written_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    placed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Handover(Base):
    """A conversation that needs a person: open, acknowledged, taken, resolved."""

    __tablename__ = "handovers"
    __table_args__ = (
        CheckConstraint(_one_of("state", HANDOVER_STATES), name="state"),
        # At most one unresolved hand-over a conversation, whoever writes.
        Index(
            "uq_handovers_unresolved",
            "conversation_id",
            unique=True,
            postgresql_where=text("state <> 'resolved'"),
            sqlite_where=text("state <> 'resolved'"),
        ),
        Index("ix_handovers_state_level_opened_at", "state", "level", "opened_at"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    trigger_seq: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(String(32))
    level: Mapped[str] = mapped_column(String(2))
    state: Mapped[str] = mapped_column(String(16), default="open")
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    acknowledged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    acknowledged_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    taken_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    taken_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    resolved_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    # When a person last acknowledged it, took it or gave it back: from then on it waits anew.
    acted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome_code: Mapped[str | None] = mapped_column(String(32))
    note: Mapped[str | None] = mapped_column(EncryptedText)
    false_alarm: Mapped[bool] = mapped_column(Boolean, default=False)


class HandoverTrigger(Base):
    """One thing that called for a person; a hand-over has one or more."""

    __tablename__ = "handover_triggers"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    handover_id: Mapped[int] = mapped_column(ForeignKey("handovers.id"), index=True)
    seq: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(String(32))
    level: Mapped[str] = mapped_column(String(2))
    category: Mapped[str | None] = mapped_column(String(80))
    detector: Mapped[str | None] = mapped_column(String(80))
    rule: Mapped[str | None] = mapped_column(String(200))
    score: Mapped[float | None] = mapped_column(Float)
    spans: Mapped[list[list[int]]] = mapped_column(JSON, default=list)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class HeldReply(Base):
    """A reply held back while a person has the chat: held, then answered (by them) or sent.

    It answers the message `trigger_seq`; a staff message with a number above `after_seq` makes it
    needless. The reply itself has the columns of an event.
    """

    __tablename__ = "held_replies"
    __table_args__ = (
        CheckConstraint(_one_of("state", HELD_STATES), name="state"),
        CheckConstraint(_one_of("sender", SENDERS), name="sender"),
        # At most one waits in a conversation, whoever writes.
        Index(
            "uq_held_replies_waiting",
            "conversation_id",
            unique=True,
            postgresql_where=text("state = 'held'"),
            sqlite_where=text("state = 'held'"),
        ),
        Index(
            "ix_held_replies_due",
            "due_at",
            postgresql_where=text("state = 'held'"),
            sqlite_where=text("state = 'held'"),
        ),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    trigger_seq: Mapped[int] = mapped_column(Integer)
    after_seq: Mapped[int] = mapped_column(Integer)
    held_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(16), default="held")
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sender: Mapped[str] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(EncryptedText)
    outcome: Mapped[str] = mapped_column(String(80))
    passages: Mapped[list[str]] = mapped_column(JSON, default=list)
    level: Mapped[str] = mapped_column(String(2))
    quick_replies: Mapped[list[str]] = mapped_column(JSON, default=list)
    basis: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class Alert(Base):
    """One thing that one address is to be told: a hand-over, that another address fails, a report.

    `step_id` is the step of an escalation that it belongs to; without, it is told at once.
    Failed ones are tried again at `next_at`; one that a desk process sends now is leased by it.
    """

    __tablename__ = "alerts"
    __table_args__ = (
        CheckConstraint(_one_of("kind", ALERT_KINDS), name="kind"),
        CheckConstraint(_one_of("state", ALERT_STATES), name="state"),
        # However many write: an address hears of a hand-over once a level, and once of each step.
        Index(
            "uq_alerts_at_once",
            *("handover_id", "level", "address"),
            unique=True,
            postgresql_where=text("step_id IS NULL"),
            sqlite_where=text("step_id IS NULL"),
        ),
        Index(
            "uq_alerts_of_step",
            *("step_id", "address"),
            unique=True,
            postgresql_where=text("step_id IS NOT NULL"),
            sqlite_where=text("step_id IS NOT NULL"),
        ),
        Index(
            "ix_alerts_open",
            "next_at",
            postgresql_where=text("state IN ('waiting', 'failed')"),
            sqlite_where=text("state IN ('waiting', 'failed')"),
        ),
        # The inbox asks for all of a hand-over; the two unique ones hold a part each.
        Index("ix_alerts_handover_id", "handover_id"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    message_id: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(16))
    address: Mapped[str] = mapped_column(String(40), index=True)
    handover_id: Mapped[int | None] = mapped_column(ForeignKey("handovers.id"))
    step_id: Mapped[int | None] = mapped_column(Integer)
    level: Mapped[str] = mapped_column(String(2))
    reason: Mapped[str | None] = mapped_column(String(32))
    about: Mapped[str | None] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(16), default="waiting")
    tries: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    next_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_error: Mapped[str | None] = mapped_column(String(80))


class AlertAddressState(Base):
    """How an address for alerts has been doing: when it last worked, and since when it does not."""

    __tablename__ = "alert_addresses"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    last_sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failing_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failures: Mapped[int] = mapped_column(Integer, default=0)
    last_error: Mapped[str | None] = mapped_column(String(80))
    # When the other addresses were told of this outage.
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Staff(Base):
    """A person of the clinic with an account of their own."""

    __tablename__ = "staff"
    __table_args__ = (CheckConstraint(_one_of("role", ROLES), name="role"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    username: Mapped[str] = mapped_column(String(64), unique=True)
    first_name: Mapped[str] = mapped_column(String(64))
    role: Mapped[str] = mapped_column(String(16), default="staff")
    password_hash: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # What visitors see beside the first name: "nurse", "front desk".
    title: Mapped[str | None] = mapped_column(String(40))
    last_sign_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # One-time passwords are on where there is a secret; a time step counts once.
    totp_secret: Mapped[str | None] = mapped_column(String(400))
    totp_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    totp_last_step: Mapped[int | None] = mapped_column(Integer)


class StaffSession(Base):
    """A signed-in browser; only the hash of its cookie is kept."""

    __tablename__ = "staff_sessions"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    csrf_token: Mapped[str] = mapped_column(String(64))
    address: Mapped[str | None] = mapped_column(String(64))
    browser: Mapped[str | None] = mapped_column(String(80))
    # When the password was last given in it; without, when it began.
    proved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # A secret for one-time passwords that waits for its first code.
    totp_offered: Mapped[str | None] = mapped_column(String(400))


class Contact(Base):
    """How a visitor asked to be reached, and when they agreed to it."""

    __tablename__ = "contacts"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    name: Mapped[str | None] = mapped_column(EncryptedText)
    phone: Mapped[str | None] = mapped_column(EncryptedText)
    email: Mapped[str | None] = mapped_column(EncryptedText)
    safe_to_leave_message: Mapped[bool | None] = mapped_column(Boolean)
    consent_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
