"""The contact form is a door too: what stands in it is judged, and becomes a message where it must.

A crisis, a medical question, and words that nobody could judge go into the chat as a message of
the visitor's. It has a turn as any message has: the reply, the hand-over at its level, the marked
words, and without the bot the honest text with the crisis lines and a person.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from nightdesk_contract.senders import for_form
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk import log
from nightdesk_desk.asking import ask_surely, leave_nothing
from nightdesk_desk.form_words import Part, Verdict, verdict_of
from nightdesk_desk.metrics import Metrics
from nightdesk_desk.rasa import Rasa

MOST_PARTS = 4
"""Most messages that one form is judged as: 8,000 characters, more than anybody puts into it."""


@dataclass(frozen=True)
class Judged:
    """What the words of a form are.

    `messages` go into the chat. `not_judged` is whether some words could not be judged, even if
    they are only what a name looks like: the crisis lines belong beside whatever is answered.
    """

    messages: tuple[str, ...] = ()
    crisis: bool = False
    not_judged: bool = False


def judged(parts: Sequence[Part], verdicts: Sequence[Verdict]) -> Judged:
    """Give what becomes of a form's words, by the verdict on each part."""
    return Judged(
        tuple(
            part.text
            for part, verdict in zip(parts, verdicts, strict=True)
            if verdict in ("crisis", "medical_advice")
            or (verdict == "not_judged" and not part.plain)
        ),
        crisis="crisis" in verdicts,
        not_judged="not_judged" in verdicts,
    )


async def judge_form(
    rasa: Rasa, metrics: Metrics, conversation_id: str, parts: Sequence[Part]
) -> Judged:
    """Have Rasa judge a form's words. Never fails: what it cannot judge is told to be so."""
    verdicts = await asyncio.gather(
        *(_verdict(rasa, metrics, conversation_id, part.text) for part in parts)
    )
    return judged(parts, verdicts)


async def store(
    session: AsyncSession, conversation_id: str, messages: Sequence[str]
) -> Sequence[int]:
    """Store the words of a form that need a turn. Gives their numbers."""
    return await log.append(
        session,
        conversation_id,
        [log.NewEvent("visitor", text, answered=False) for text in messages],
    )


async def _verdict(rasa: Rasa, metrics: Metrics, conversation_id: str, text: str) -> Verdict:
    # A sender of its own: a name is no turn of the conversation.
    sender = for_form(conversation_id)
    verdict = verdict_of(await ask_surely(rasa, metrics, sender, text))
    await leave_nothing(rasa, sender)
    return verdict
