"""Figures about alerts for Prometheus; an address is labelled with its name in clinic.yml."""

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge
from sqlalchemy import func, select

from nightdesk_desk.alerts import outbox
from nightdesk_desk.db import Database
from nightdesk_desk.models import ALERT_STATES, Alert, now


class AlertFigures:
    """What is sent, waits and fails."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.failures = Counter(
            "nightdesk_alert_failures",
            "Alerts that an address did not take, each try counted",
            ["address", "kind"],
            registry=registry,
        )
        self.alerts = Gauge(
            "nightdesk_alerts", "Alerts in the record, by state", ["state"], registry=registry
        )
        self.oldest = Gauge(
            "nightdesk_alert_oldest_waiting_seconds",
            "Age of the oldest alert that has not been sent and is not given up",
            registry=registry,
        )
        self.failing = Gauge(
            "nightdesk_alert_address_failing",
            "1 while alerts do not reach an address",
            ["address"],
            registry=registry,
        )

    async def read_record(self, db: Database, failing: Mapping[str, bool]) -> None:
        """Set the gauges; `failing` has the addresses that are set, with how each does."""
        async with db.read() as session:
            counts = await session.execute(select(Alert.state, func.count()).group_by(Alert.state))
            by_state = {row[0]: row[1] for row in counts}
            oldest = await session.scalar(select(func.min(Alert.created_at)).where(outbox.OPEN))
        for state in ALERT_STATES:
            self.alerts.labels(state).set(by_state.get(state, 0))
        self.oldest.set((now() - oldest).total_seconds() if oldest else 0)
        self.failing.clear()
        for name, fails in failing.items():
            self.failing.labels(name).set(fails)
