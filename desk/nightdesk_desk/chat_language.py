"""In which language the desk speaks in a conversation.

The visitor's client says in which language the chat is, with every request (`?lang=es`); the last
message counts. What is known with more certainty goes before it: the language that a detector saw
in a message, then that of the chat's own button for a person.
"""

from collections.abc import Collection, Mapping, Sequence

from nightdesk_contract.outcome import ENGLISH, LANGUAGES, language_of
from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk import handovers
from nightdesk_desk.desk_line import most_certain
from nightdesk_desk.models import Conversation, Event, Handover, HandoverTrigger, table


async def keep_language(session: AsyncSession, conversation_id: str, language: str) -> None:
    """Note that the visitor's chat is in `language` now."""
    await session.execute(_KEEP, {"of": conversation_id, "spoken": language})


_CONVERSATIONS = table(Conversation)
_KEEP = (
    update(_CONVERSATIONS)
    .where(_CONVERSATIONS.c.id == bindparam("of"))
    .where(_CONVERSATIONS.c.language != bindparam("spoken"))
    .values(language=bindparam("spoken"))
)


async def chat_language(session: AsyncSession, conversation_id: str) -> str:
    """Give the language of the visitor's chat."""
    found = await session.scalar(
        select(Conversation.language).where(Conversation.id == conversation_id)
    )
    return found or ENGLISH


def language_seen(triggers: Sequence[HandoverTrigger]) -> str:
    """Give the language of the last message that the detectors saw something in."""
    categories = [trigger.category for trigger in triggers if trigger.category]
    return language_of(categories[-1] if categories else None)


async def language_pressed(
    session: AsyncSession,
    conversation_id: str,
    triggers: Sequence[HandoverTrigger],
    buttons: Mapping[str, str],
) -> str:
    """Give the language of the last of the chat's buttons for a person that was pressed.

    `buttons` are their languages by their words in small letters. English when none was.
    """
    asked = [trigger.seq for trigger in triggers if trigger.reason == "request"]
    texts = await session.scalars(
        select(Event.text)
        .where(Event.conversation_id == conversation_id, Event.seq.in_(asked))
        .where(Event.sender == "visitor")
        .order_by(Event.seq)
    )
    pressed = [buttons[key] for text in texts if (key := text.strip().casefold()) in buttons]
    return pressed[-1] if pressed else ENGLISH


async def language_of_case(
    session: AsyncSession,
    case: Handover,
    buttons: Mapping[str, str],
    among: Collection[str] = LANGUAGES,
) -> str:
    """Give the language to speak in to who waits in this case; one of `among`, or English."""
    triggers = await handovers.triggers(session, case.id)
    return most_certain(
        language_seen(triggers),
        await language_pressed(session, case.conversation_id, triggers, buttons),
        await chat_language(session, case.conversation_id),
        among=among,
    )


async def language_of_talk(
    session: AsyncSession,
    conversation_id: str,
    buttons: Mapping[str, str],
    among: Collection[str] = LANGUAGES,
) -> str:
    """Give the language to speak in in a conversation, by its newest case."""
    cases = await handovers.of_conversation(session, conversation_id)
    if cases:
        return await language_of_case(session, cases[0], buttons, among)
    return most_certain(await chat_language(session, conversation_id), among=among)
