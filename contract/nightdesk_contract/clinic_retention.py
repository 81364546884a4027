"""For how long the clinic keeps what its chat stores: the days under `retention` in clinic.yml."""

from collections.abc import Mapping
from dataclasses import dataclass

KEY = "retention"

LEAST_AUDIT_DAYS = 2190
"""Six years: HIPAA asks for documentation to be kept for so long. The schema says the same."""


@dataclass(frozen=True)
class Retention:
    """Days by kind; None: it is kept until somebody deletes it."""

    messages: int | None = None
    contacts: int | None = None
    audit: int | None = None

    @property
    def anything(self) -> bool:
        """Whether anything is ever removed by itself."""
        return any(days is not None for days in (self.messages, self.contacts, self.audit))


def retention(found: Mapping[str, int] | None) -> Retention:
    """Give the days of checked settings; what is left out is kept."""
    return Retention(**dict(found or {}))


def retention_warnings(kept: Retention, mode: str) -> list[str]:
    """Give what is allowed and yet may be a slip."""
    if mode == "live" and kept.messages is None:
        return ["messages is unset: conversations are kept for ever"]
    if kept.messages and kept.contacts and kept.contacts > kept.messages:
        return ["contact details go with their conversation, so before the days of contacts"]
    return []
