"""Figures about what the assistant must forget, for Prometheus."""

from prometheus_client import CollectorRegistry, Gauge

from nightdesk_desk.db import Database
from nightdesk_desk.models import now
from nightdesk_desk.privacy.forgetting import behind


class ForgettingFigures:
    """How many deleted conversations the assistant has failed to forget, and for how long."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.waiting = Gauge(
            "nightdesk_not_forgotten",
            "Deleted conversations that the bot was asked to forget and has not yet",
            registry=registry,
        )
        self.oldest = Gauge(
            "nightdesk_not_forgotten_oldest_seconds",
            "Since the deletion of the oldest of them",
            registry=registry,
        )

    async def read_record(self, db: Database) -> None:
        """Set the figures."""
        async with db.read() as session:
            number, oldest = await behind(session)
        self.waiting.set(number)
        self.oldest.set((now() - oldest).total_seconds() if oldest else 0)
