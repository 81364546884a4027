"""Looking for a conversation: by its number, its words, or the visitor's contact details.

The texts are compared here and not in the database, which may hold them encrypted.
"""

import asyncio
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk.models import Contact, Conversation, Event

DAYS = 90
"""How far back words and contact details are looked at."""

MOST_READ = 20_000
"""Most messages that one search reads, the newest ones."""

AT_A_TIME = 500
"""How many messages are read, and where need be decrypted, before others have their turn."""

MOST_FOUND = 50
LONGEST = 100
_SHORTEST = 2
_SHORTEST_NUMBER = 5
_SHORTEST_ID = 8
_NUMBER = re.compile(r"[0-9 ()+.\-/]+")


class Found(NamedTuple):
    """The conversations found, newest first, each with when it was last about it.

    `cut` says that there may be more: too many messages to read, or too many conversations.
    """

    conversations: dict[str, datetime]
    cut: bool = False


def plain(text: str) -> str:
    """Give a text as it is compared: one form of every letter, no case, single spaces."""
    # Folding parts what was put together, and putting together makes letters that fold: twice, and
    # nothing changes any more (Unicode's NFKC_Casefold).
    for form in ("NFD", "NFKC"):
        text = unicodedata.normalize(form, text).casefold()
    return " ".join(unicodedata.normalize("NFKC", text).split())


def asked_words(asked: str) -> str:
    """Give what was asked for, trimmed; empty when it is too short to look for."""
    asked = " ".join(asked.split())[:LONGEST]
    return asked if len(plain(asked)) >= _SHORTEST else ""


def with_all_terms(
    terms: Sequence[str], messages: Iterable[tuple[str, str, datetime]]
) -> dict[str, datetime]:
    """Give the conversations in whose messages (conversation, text, moment) every term stands.

    Takes the newest message first; a conversation comes with the newest that holds a term.
    """
    missing: dict[str, set[str]] = defaultdict(lambda: set(terms))
    newest: dict[str, datetime] = {}
    for conversation_id, text, at in messages:
        if conversation_id in missing and not missing[conversation_id]:
            continue
        shown = plain(text)
        held = {term for term in missing[conversation_id] if term in shown}
        if held:
            newest.setdefault(conversation_id, at)
            missing[conversation_id] -= held
    return {key: at for key, at in newest.items() if not missing[key]}


def is_about(asked: str, name: str | None, phone: str | None, email: str | None) -> bool:
    """Say whether contact details are those asked for: a number by its figures, else by words."""
    figures = re.sub(r"[^0-9]", "", asked)
    if _NUMBER.fullmatch(asked) and len(figures) >= _SHORTEST_NUMBER:
        return figures in re.sub(r"[^0-9]", "", phone or "")
    words = plain(f"{name or ''} {email or ''}")
    return all(term in words for term in plain(asked).split())


async def search(session: AsyncSession, asked: str, now: datetime) -> Found:
    """Give the conversations that `asked` (see `asked_words`) is about."""
    since = now - timedelta(days=DAYS)
    found = await _by_id(session, asked)
    for conversation_id, at in (await _by_contact(session, asked, since)).items():
        found.setdefault(conversation_id, at)
    rows = await session.stream(
        select(Event.conversation_id, Event.text, Event.at)
        .where(Event.at >= since, Event.sender.in_(("visitor", "staff")))
        .order_by(Event.at.desc())
        .limit(MOST_READ + 1)
        .execution_options(yield_per=AT_A_TIME)
    )
    messages = [
        (row.conversation_id, row.text, row.at) async for part in rows.partitions() for row in part
    ]
    # In a thread: visitors wait for answers of this process meanwhile.
    held = await asyncio.to_thread(with_all_terms, plain(asked).split(), messages)
    for conversation_id, at in held.items():
        found.setdefault(conversation_id, at)
    newest = sorted(found.items(), key=lambda pair: pair[1], reverse=True)
    cut = len(messages) > MOST_READ or len(newest) > MOST_FOUND
    return Found(dict(newest[:MOST_FOUND]), cut)


async def _by_id(session: AsyncSession, asked: str) -> dict[str, datetime]:
    if len(asked) < _SHORTEST_ID:
        return {}
    rows = await session.execute(
        select(Conversation.id, Conversation.created_at)
        .where(Conversation.id.startswith(asked, autoescape=True))
        .limit(MOST_FOUND + 1)
    )
    return {row.id: row.created_at for row in rows}


async def _by_contact(session: AsyncSession, asked: str, since: datetime) -> dict[str, datetime]:
    rows = await session.stream(
        select(
            Contact.conversation_id,
            Contact.consent_at,
            Contact.name,
            Contact.phone,
            Contact.email,
        )
        .where(Contact.consent_at >= since)
        .order_by(Contact.id.desc())
        .execution_options(yield_per=AT_A_TIME)
    )
    contacts = [row async for part in rows.partitions() for row in part]

    def match() -> dict[str, datetime]:
        found: dict[str, datetime] = {}
        for contact in contacts:
            if is_about(asked, contact.name, contact.phone, contact.email):
                found.setdefault(contact.conversation_id, contact.consent_at)
        return found

    return await asyncio.to_thread(match)
