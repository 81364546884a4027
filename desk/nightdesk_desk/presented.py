"""A stored event as visitors' clients get it."""

from collections.abc import Mapping
from datetime import UTC
from typing import Any

from nightdesk_contract.passages import Passage

from nightdesk_desk.log import LogEvent


def event_json(
    event: LogEvent, passages: Mapping[str, Passage], clinic_source: str
) -> dict[str, Any]:
    """Give the event in the API's form.

    Takes the passages by id, and the title under which the clinic's own settings are a source.
    """
    return {
        "seq": event.seq,
        "at": event.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "from": event.sender,
        "text": event.text,
        "outcome": event.outcome,
        "source": source_json(event, passages, clinic_source),
        "level": event.level,
        "quick_replies": event.quick_replies,
        "name": event.name,
    }


def source_json(
    event: LogEvent, passages: Mapping[str, Passage], clinic_source: str
) -> dict[str, Any] | None:
    """Give what a bot message rests on: passages, the clinic's settings, or None."""
    if event.sender != "bot":
        return None
    known = [passages[name] for name in event.passages if name in passages]
    if known:
        return {
            "kind": "passage",
            "passages": [{"id": p.id, "title": p.title, "text": p.text} for p in known],
            "document": known[0].document,
        }
    if event.outcome is not None and event.outcome.startswith("logistics:"):
        return {"kind": "clinic", "title": clinic_source}
    return None
