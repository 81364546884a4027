"""Whether the assistant answers: known questions, asked as a visitor would ask them.

Two, because one kind of answer needs a part that the other does not: what the guide says comes from
Rasa alone, what the clinic has set comes through the action server.
"""

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

from nightdesk_contract.outcome import BotReply
from nightdesk_contract.senders import for_readiness

from nightdesk_desk.asking import leave_nothing
from nightdesk_desk.rasa import Rasa, RasaFailed


class Known(NamedTuple):
    """A question whose answer is known, by the outcomes that it may have."""

    question: str
    outcomes: frozenset[str]


FROM_GUIDE = Known("How fast does ketamine therapy work?", frozenset({"answer:rapid_relief"}))
"""Answered without an action."""

THROUGH_ACTION = Known(
    "What are your opening hours?",
    frozenset({"logistics:hours", "answer:hours", "not_in_source:hours"}),
)
"""Answered by an action, whether clinic.yml or an added answer says it, or nothing does."""


class Checked(NamedTuple):
    """Whether each known question got its known answer.

    `bot` is what Rasa answers alone, `actions` what it answers through the action server.
    """

    bot: bool
    actions: bool


def is_known_answer(replies: Sequence[BotReply], known: Known) -> bool:
    """Say whether a known question's answer is among the replies."""
    return any(reply.outcome in known.outcomes for reply in replies)


async def ask_known(rasa: Rasa) -> Checked:
    """Ask both known questions. Never raises: no answer, a late or another one is a finding."""
    bot, actions = await asyncio.gather(
        _answered(rasa, FROM_GUIDE), _answered(rasa, THROUGH_ACTION)
    )
    return Checked(bot, actions)


async def _answered(rasa: Rasa, known: Known) -> bool:
    # A throw-away conversation: what was asked before must not decide the answer.
    sender = for_readiness()
    try:
        replies = await rasa.ask(sender, known.question)
    except RasaFailed:
        return False
    await leave_nothing(rasa, sender)
    return is_known_answer(replies, known)
