"""Figures for Prometheus: counts and times, never words or ids."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from fastapi import APIRouter, Request, Response
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from sqlalchemy import func, select

from nightdesk_desk.alerts.figures import AlertFigures
from nightdesk_desk.db import Database
from nightdesk_desk.escalation.figures import EscalationFigures
from nightdesk_desk.log import NewEvent
from nightdesk_desk.looking import Looking
from nightdesk_desk.models import Event, Handover, HeldReply, now
from nightdesk_desk.privacy.figures import ForgettingFigures
from nightdesk_desk.staff.failed_sign_ins import MANY, read_failed_sign_ins

TURN_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 6, 12)
TAKEN_SECONDS = (30, 60, 120, 300, 600, 900, 1800, 3600, 4 * 3600, 16 * 3600, 72 * 3600)


class Metrics:
    """The desk's figures. Labels come from fixed vocabularies only."""

    def __init__(self) -> None:
        registry = self.registry = CollectorRegistry()
        self.messages = Counter(
            "nightdesk_messages",
            "Messages stored, by who wrote them",
            ["sender"],
            registry=registry,
        )
        self.turns = Counter(
            "nightdesk_turns", "Visitors' turns recorded, by result", ["result"], registry=registry
        )
        self.turn_seconds = Histogram(
            "nightdesk_turn_seconds",
            "From asking the bot to the record, without the wait for more of a question",
            buckets=TURN_SECONDS,
            registry=registry,
        )
        self.outcomes = Counter(
            "nightdesk_outcomes", "Bot messages, by kind of outcome", ["kind"], registry=registry
        )
        self.handovers = Counter(
            "nightdesk_handovers",
            "Hand-overs opened, by reason and first level",
            ["reason", "level"],
            registry=registry,
        )
        self.taken_after = Histogram(
            "nightdesk_handover_taken_seconds",
            "From opening a hand-over to a person taking it",
            ["level"],
            buckets=TAKEN_SECONDS,
            registry=registry,
        )
        self.rasa_failures = Counter(
            "nightdesk_rasa_failures", "Turns without a usable answer", ["kind"], registry=registry
        )
        self.bot_up = Gauge(
            "nightdesk_bot_up",
            "Whether a known question was answered at the last check, by what its answer needs",
            ["part"],
            registry=registry,
        )
        self.write_retries = Counter(
            "nightdesk_record_retries",
            "Turns whose record had to be tried again",
            registry=registry,
        )
        self.held_replies = Counter(
            "nightdesk_held_replies",
            "Crisis replies held back beside staff, and how they ended",
            ["what"],
            registry=registry,
        )
        self.escalation_steps = Counter(
            "nightdesk_escalation_steps",
            "Steps taken because nobody had acted on a hand-over",
            ["level", "step"],
            registry=registry,
        )
        self.refused = Counter(
            "nightdesk_refused", "Requests refused, by code", ["code"], registry=registry
        )
        self.over_limit = Counter(
            "nightdesk_over_limit",
            "What came over a limit: refused after it was judged, let in, told of as not read",
            ["what"],
            registry=registry,
        )
        self.waiting_readers = Gauge(
            "nightdesk_waiting_readers", "Open streams and long polls", registry=registry
        )
        self.open_handovers = Gauge(
            "nightdesk_open_handovers",
            "Hand-overs that nobody has resolved",
            ["level", "state"],
            registry=registry,
        )
        self.oldest_untaken = Gauge(
            "nightdesk_oldest_untaken_seconds",
            "How long the longest waiting hand-over has been without a person",
            ["level"],
            registry=registry,
        )
        self.unanswered = Gauge(
            "nightdesk_unanswered_messages", "Visitors' messages without a turn", registry=registry
        )
        self.oldest_unanswered = Gauge(
            "nightdesk_oldest_unanswered_seconds",
            "Age of the oldest message without a turn",
            registry=registry,
        )

        self.held_now = Gauge(
            "nightdesk_held_replies_waiting",
            "Crisis replies that wait for a person to answer first",
            registry=registry,
        )
        self.oldest_overdue = Gauge(
            "nightdesk_held_reply_overdue_seconds",
            "How long the longest overdue held reply should have been sent",
            registry=registry,
        )

        self.last_look = Gauge(
            "nightdesk_worker_last_look_seconds",
            "Since a worker's look last went through (or since the start)",
            ["worker"],
            registry=registry,
        )

        self.failed_sign_ins = Gauge(
            "nightdesk_failed_sign_ins",
            "Passwords and codes of staff that were wrong in the last 24 hours",
            registry=registry,
        )
        self.accounts_attacked = Gauge(
            "nightdesk_accounts_with_many_failed_sign_ins",
            f"Accounts with {MANY} or more of them",
            registry=registry,
        )

        self.alerts = AlertFigures(registry)
        self.escalation = EscalationFigures(registry)
        self.forgetting = ForgettingFigures(registry)

    def count_said(self, events: Sequence[NewEvent]) -> None:
        """Count messages of the bot or the desk that have been stored."""
        for event in events:
            self.messages.labels(event.sender).inc()
            if event.sender == "bot" and event.outcome:
                self.outcomes.labels(event.outcome.partition(":")[0]).inc()

    def read_lookings(self, lookings: Iterable[Looking]) -> None:
        """Set how long ago each worker's look last went through."""
        self.last_look.clear()
        for looking in lookings:
            age = looking.age()
            if age is not None:
                self.last_look.labels(looking.name).set(age)

    def read_bot(self, checked: Mapping[str, bool]) -> None:
        """Set whether the assistant answered its known questions; nothing before a first check."""
        for part, answered in checked.items():
            self.bot_up.labels(part).set(answered)

    async def read_record(self, db: Database) -> None:
        """Set the gauges that are read from the record."""
        moment = now()
        self.open_handovers.clear()
        self.oldest_untaken.clear()
        async with db.read() as session:
            rows = await session.execute(
                select(
                    Handover.level,
                    Handover.state,
                    func.count(Handover.id),
                    func.min(Handover.opened_at),
                )
                .where(Handover.state != "resolved")
                .group_by(Handover.level, Handover.state)
            )
            ages: dict[str, timedelta] = {}
            for level, state, count, opened in rows:
                self.open_handovers.labels(level, state).set(count)
                if state != "taken":
                    ages[level] = max(ages.get(level, timedelta(0)), moment - opened)
            waiting = (
                await session.execute(
                    select(func.count(), func.min(Event.at)).where(Event.answered.is_(False))
                )
            ).one()
            failed = await read_failed_sign_ins(session, moment)
            held = (
                await session.execute(
                    select(func.count(), func.min(HeldReply.due_at)).where(
                        HeldReply.state == "held"
                    )
                )
            ).one()
        for level, age in ages.items():
            self.oldest_untaken.labels(level).set(age.total_seconds())
        self.unanswered.set(waiting[0])
        self.oldest_unanswered.set((moment - waiting[1]).total_seconds() if waiting[1] else 0)
        self.failed_sign_ins.set(failed.total)
        self.accounts_attacked.set(len(failed.attacked))
        self.held_now.set(held[0])
        overdue = (moment - held[1]).total_seconds() if held[1] else 0.0
        self.oldest_overdue.set(max(0.0, overdue))


router = APIRouter()


@router.get("/metrics", include_in_schema=False)
async def metrics(request: Request) -> Response:
    """Give the figures in Prometheus' text form."""
    desk = request.app.state.desk
    desk.metrics.waiting_readers.set(desk.wakeups.total())
    desk.metrics.read_lookings(desk.lookings)
    checked = desk.bot.standing.checked
    desk.metrics.read_bot(checked._asdict() if checked else {})
    await desk.metrics.read_record(desk.db)
    await desk.metrics.forgetting.read_record(desk.db)
    await desk.metrics.escalation.read_record(desk.db, desk.words.clinic, now())
    await desk.alerts.read_figures()
    return Response(
        generate_latest(desk.metrics.registry), headers={"Content-Type": CONTENT_TYPE_LATEST}
    )
