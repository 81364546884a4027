"""Figures about who waits for a person's act, for a monitoring system to raise an alarm on."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from itertools import batched

from nightdesk_contract.clinic import Clinic
from nightdesk_contract.outcome import LEVELS
from prometheus_client import CollectorRegistry, Gauge
from sqlalchemy import select

from nightdesk_desk.db import Database
from nightdesk_desk.escalation.chain import Facts, past_aim
from nightdesk_desk.escalation.taking import BATCH, read_facts
from nightdesk_desk.models import Handover


class EscalationFigures:
    """Who waits, how long, and whether that is longer than the clinic's aim."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.waiting = Gauge(
            "nightdesk_unacknowledged",
            "Hand-overs on which no person has acted since they called for one",
            ["level"],
            registry=registry,
        )
        self.past_aim = Gauge(
            "nightdesk_unacknowledged_past_aim",
            "Of them, those that wait longer than staff_times says",
            ["level"],
            registry=registry,
        )
        self.oldest = Gauge(
            "nightdesk_oldest_unacknowledged_seconds",
            "How long the longest of them has waited",
            ["level"],
            registry=registry,
        )

    async def read_record(self, db: Database, clinic: Clinic, at: datetime) -> None:
        """Set the gauges as they are at `at`."""
        found: list[Facts] = []
        async with db.read() as session:
            rows = await session.scalars(select(Handover).where(Handover.state != "resolved"))
            for batch in batched(rows, BATCH, strict=False):
                found += (await read_facts(session, batch)).values()
        self.show(found, clinic, at)

    def show(self, found: Iterable[Facts], clinic: Clinic, at: datetime) -> None:
        """Set the gauges from what is known of unresolved hand-overs."""
        waits: dict[str, list[Facts]] = defaultdict(list)
        for facts in found:
            if facts.waits_since is not None:
                waits[facts.level].append(facts)
        # Each level is always there: an alarm on a figure that is not there never comes.
        for level in LEVELS:
            since = [one.waits_since for one in waits[level] if one.waits_since is not None]
            oldest = (at - min(since)).total_seconds() if since else 0.0
            self.waiting.labels(level).set(len(since))
            self.oldest.labels(level).set(max(0.0, oldest))
            late = sum(past_aim(facts, clinic, at) for facts in waits[level])
            self.past_aim.labels(level).set(late)
