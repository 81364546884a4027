"""A stored event as visitors' clients get it."""

from collections.abc import Mapping
from datetime import UTC
from typing import Any

from nightdesk_contract.passages import Passage

from nightdesk_desk.basis import is_answer, passages_said
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
        "feedback": feedback_json(event),
        "level": event.level,
        "quick_replies": event.quick_replies,
        "name": event.name,
        "title": event.title,
        # Only the visitor's own: by it each of their tabs knows which of its messages this is.
        "key": event.key if event.sender == "visitor" else None,
        "answers": list(event.answers),
        **_system_json(event),
    }


def _system_json(event: LogEvent) -> dict[str, Any]:
    """Give what the desk's own text offers, and whether it says that a person came or went."""
    basis = (event.basis or {}) if event.sender == "system" else {}
    return {"offers": basis.get("offers", []), "person": basis.get("person")}


def source_json(
    event: LogEvent, passages: Mapping[str, Passage], clinic_source: str
) -> dict[str, Any] | None:
    """Give what a bot message rests on: passages, the clinic's settings, or None."""
    if event.sender != "bot":
        return None
    known = passages_said(event.passages, event.basis, passages)
    beside = {"review": review_json(event), "cautions": (event.basis or {}).get("cautions", [])}
    # Cautions stay also with an answer whose passage has been taken out since.
    if known or beside["cautions"]:
        first = known[0] if known else None
        return {
            "kind": "passage",
            "passages": [{"id": p.id, "title": p.title, "text": p.text} for p in known],
            "document": first.document if first else None,
            "document_date": first.date.isoformat() if first and first.date else None,
            **beside,
        }
    if event.outcome is not None and event.outcome.startswith("logistics:"):
        return {"kind": "clinic", "title": clinic_source, **beside}
    return None


def review_json(event: LogEvent) -> dict[str, str] | None:
    """Give who stood for the words when they were said, or None where nobody did."""
    review = (event.basis or {}).get("review") or {}
    if review.get("state") != "signed":
        return None
    return {key: review[key] for key in ("on", "next_review", "reviewer", "role")}


def feedback_json(event: LogEvent) -> dict[str, bool | None] | None:
    """Give what the visitor said about an answer; None for what is not asked about."""
    if event.sender != "bot" or not is_answer(event.outcome):
        return None
    return {"helpful": event.helpful}
