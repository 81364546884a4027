"""A whole conversation: as it is stored, and as the visitor saw it, in plain text."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from nightdesk_contract.outcome import ENGLISH
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk import log
from nightdesk_desk.privacy.keys import UNREADABLE
from nightdesk_desk.words import Words


async def whole_conversation(session: AsyncSession, conversation_id: str) -> list[log.LogEvent]:
    """Give all events of the conversation, in order; none when there is no such conversation."""
    found: list[log.LogEvent] = []
    while True:
        after = found[-1].seq if found else 0
        more = await log.read_events(session, conversation_id, after)
        found += more
        if len(more) < log.READ_LIMIT:
            return found


def readable(text: str, words: Words, language: str = ENGLISH) -> str:
    """Give a stored text as a visitor reads it: honest words where its key is missing."""
    return words.say("text_unreadable", language) if text == UNREADABLE else text


def visitors_transcript(
    events: Sequence[log.LogEvent], words: Words, at: datetime, language: str = ENGLISH
) -> str:
    """Give the conversation as a text file for its visitor: who said what, and when."""
    zone = words.clinic.zone
    lines = [words.say("transcript_title", language), full_time(at, zone), ""]
    for event in events:
        who = (
            words.say("staff_in_transcript", language, name=event.name or "")
            if event.sender == "staff"
            else words.say(f"transcript_{event.sender}", language)
        )
        said = readable(event.text, words, language)
        lines += [f"{who} ({full_time(event.at, zone)})", said, ""]
    return "\n".join(lines)


def full_time(at: datetime, zone: ZoneInfo) -> str:
    """Give a moment with its day and zone: "2026-11-26 4:05 pm CST"."""
    local = at.astimezone(zone)
    half = "am" if local.hour < 12 else "pm"
    return f"{local:%Y-%m-%d} {local.hour % 12 or 12}:{local:%M} {half} {local:%Z}"
