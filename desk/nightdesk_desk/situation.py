"""The conversation's situation, read when a turn is recorded."""

from collections.abc import Mapping, Sequence
from typing import Literal, cast

from nightdesk_contract.outcome import Level, language_of
from sqlalchemy import bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk import handovers, held, log
from nightdesk_desk.chat_language import language_pressed
from nightdesk_desk.decide import IN_CRISIS, Situation
from nightdesk_desk.desk_line import most_certain
from nightdesk_desk.models import Event, Handover, HandoverTrigger, table


async def read_situation(
    session: AsyncSession,
    conversation_id: str,
    held_row: log.Cursor,
    last: int,
    buttons: Mapping[str, str],
) -> Situation:
    """Give what stands in the conversation, for the turn of the message `last`.

    `held_row` is the conversation's row, which the caller holds (`log.held_cursor`); `buttons` are
    the languages of the chat's button for a person by its words.
    """
    who = cast(Literal["bot", "staff"], held_row.state)
    person_wrote = (
        who == "staff"
        and await held.person_wrote_at(session, conversation_id, after=last) is not None
    )
    language = held_row.language
    handover = await handovers.unresolved(session, conversation_id)
    if handover is None:
        return Situation(who, person_wrote=person_wrote, language=language)
    triggers = await handovers.triggers(session, handover.id)
    pressed = await language_pressed(session, conversation_id, triggers, buttons)
    said = await log.system_texts(session, conversation_id, handover.trigger_seq)
    crisis_at = await _last_crisis(session, handover, triggers)
    since_crisis = await log.system_texts(session, conversation_id, crisis_at)
    return Situation(
        who,
        open_level=cast(Level, handover.level),
        said=frozenset(said),
        said_since_crisis=frozenset(since_crisis),
        crisis_language=_language(triggers),
        person_wrote=person_wrote,
        language=most_certain(pressed, language),
    )


async def answer_not_given(session: AsyncSession, conversation_id: str, before: int) -> bool:
    """Say whether the bot's last message before number `before` stood for an answer not given."""
    basis = await session.scalar(_LAST_BASIS, {"of": conversation_id, "before": before})
    return bool(basis and basis.get("withheld"))


_EVENTS = table(Event)
_LAST_BASIS = (
    select(_EVENTS.c.basis)
    .where(_EVENTS.c.conversation_id == bindparam("of"), _EVENTS.c.seq < bindparam("before"))
    .where(_EVENTS.c.sender == "bot")
    .order_by(_EVENTS.c.seq.desc())
    .limit(1)
)


async def _last_crisis(
    session: AsyncSession, handover: Handover, triggers: Sequence[HandoverTrigger]
) -> int:
    """Give the number of the last crisis of the hand-over, or of the reply to it.

    The reply counts because it can come after the answer to a message that was sent later; the
    message because staff may have answered it, so that the bot's reply was never sent.
    """
    replied = await session.scalar(
        select(func.max(Event.seq)).where(
            Event.conversation_id == handover.conversation_id,
            Event.seq >= handover.trigger_seq,
            Event.level.in_(IN_CRISIS),
        )
    )
    messages = [trigger.seq for trigger in triggers if trigger.level in IN_CRISIS]
    return max([handover.trigger_seq, replied or 0, *messages])


def _language(triggers: Sequence[HandoverTrigger]) -> str:
    # A message that nobody judged says nothing about the language: the crisis before it does.
    categories = [trigger.category for trigger in triggers if trigger.reason == "crisis"]
    return language_of(categories[-1] if categories else None)
