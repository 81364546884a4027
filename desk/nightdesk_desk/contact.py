"""Contact details that a visitor leaves, with consent."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk import handovers, log
from nightdesk_desk.audit.record import note as audit
from nightdesk_desk.decide import Call
from nightdesk_desk.models import Contact

_PHONE = re.compile(r"\+?[0-9 ().\-/]{5,40}(?: ?(?:x|ext\.?) ?[0-9]{1,6})?", re.IGNORECASE)
_EMAIL = re.compile(r"[^@\s<>\"]{1,64}@[^@\s<>\"]{1,180}\.[^@\s<>\".]{2,24}")
MAX_NAME = 100
CALL_BACK = "call_back"
"""Why details call for a person in a hand-over that is there already."""

ContactCode = Literal["consent_needed", "contact_needed", "bad_phone", "bad_email", "bad_name"]


class ContactRefused(ValueError):
    """The details cannot be taken in; `code` says why."""

    def __init__(self, code: ContactCode) -> None:
        super().__init__(code)
        self.code: ContactCode = code


@dataclass(frozen=True)
class ContactDetails:
    """Checked details; at least a phone number or an email address is there."""

    name: str | None
    phone: str | None
    email: str | None
    safe_to_leave_message: bool | None


def read_contact(row: Mapping[str, Any]) -> ContactDetails:
    """Check what was sent (`name`, `phone`, `email`, `consent`, `safe_to_leave_message`).

    Raises ContactRefused.
    """
    if row.get("consent") is not True:
        raise ContactRefused("consent_needed")
    name, phone, email = (one_line(row.get(key)) for key in ("name", "phone", "email"))
    if phone is None and email is None:
        raise ContactRefused("contact_needed")
    if phone is not None and not is_phone(phone):
        raise ContactRefused("bad_phone")
    if email is not None and not is_email(email):
        raise ContactRefused("bad_email")
    if name is not None and len(name) > MAX_NAME:
        raise ContactRefused("bad_name")
    return ContactDetails(name, phone, email, row.get("safe_to_leave_message"))


def is_phone(text: str) -> bool:
    """Say whether a line is a phone number."""
    return _PHONE.fullmatch(text) is not None and sum(char.isdigit() for char in text) >= 7


def is_email(text: str) -> bool:
    """Say whether a line is an email address."""
    return len(text) <= 254 and _EMAIL.fullmatch(text) is not None


def one_line(value: object) -> str | None:
    """Give one line of text without control and format characters, or None when nothing is left."""
    if not isinstance(value, str):
        return None
    visible = "".join(
        " " if char.isspace() else char
        for char in value
        if char.isspace() or not unicodedata.category(char).startswith("C")
    )
    return " ".join(unicodedata.normalize("NFC", visible).split()) or None


async def leave_contact(
    session: AsyncSession,
    conversation_id: str,
    details: ContactDetails,
    note: str,
    agreed: str,
    basis: dict[str, Any] | None = None,
) -> tuple[int, handovers.Opened]:
    """Store the details, say so in the conversation, and call a person.

    Details that nobody would look at would be a promise broken: where a person has been called,
    the details call again, so that the clock runs though somebody has seen the case before. The
    words that the visitor `agreed` to are kept in the audit record, with the time; `basis` is kept
    beside the note. Gives the note's sequence number and the hand-over.
    """
    await log.hold(session, conversation_id)
    session.add(
        Contact(
            conversation_id=conversation_id,
            name=details.name,
            phone=details.phone,
            email=details.email,
            safe_to_leave_message=details.safe_to_leave_message,
        )
    )
    [seq] = await log.append(session, conversation_id, [log.NewEvent("system", note, basis=basis)])
    waits = await handovers.unresolved(session, conversation_id) is not None
    call = Call(CALL_BACK if waits else "request", "P3")
    opened = await handovers.open_or_raise(session, conversation_id, seq, call)
    found = {"handover": opened.handover_id, "agreed_to": agreed}
    await audit(session, "contact_left", about=conversation_id, details=found)
    return seq, opened
