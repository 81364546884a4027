"""The contact form is a door too: what stands in its name field is judged for a crisis."""

import logging
from typing import Literal, cast

from nightdesk_contract.outcome import BotReply, handover_reason, turn_outcome

from nightdesk_desk import handovers, held, log
from nightdesk_desk.db import Database
from nightdesk_desk.decide import Situation, decide
from nightdesk_desk.metrics import Metrics
from nightdesk_desk.rasa import Rasa, RasaFailed
from nightdesk_desk.words import Words

logger = logging.getLogger(__name__)


async def judge_name(
    db: Database,
    rasa: Rasa,
    words: Words,
    metrics: Metrics,
    conversation_id: str,
    name: str,
    seq: int,
) -> None:
    """Answer a crisis that somebody wrote into the name field, and call a person for it.

    `seq` is the note that the details are stored; it marks the place. While a person has the chat
    the reply is held back for them, as beside any message. A failure is only logged: the form has
    called a person already, who reads the field.
    """
    replies = await _judged(rasa, f"{conversation_id}-contact-{seq}", name)
    crisis = [reply for reply in replies if handover_reason(reply.outcome) == "crisis"]
    if not crisis:
        return
    newly_held = False
    async with db.write() as session:
        state = cast(Literal["bot", "staff"], await log.hold(session, conversation_id))
        # The words stand in the form, not in a message: there is none to mark.
        found = decide([turn_outcome(crisis)], Situation(state), words.system_texts())
        await log.append(session, conversation_id, found.events)
        if found.call is not None:
            await handovers.open_or_raise(session, conversation_id, seq, found.call)
        if found.held is not None:
            waits = words.clinic.staff_answer_seconds
            newly_held = await held.keep(session, conversation_id, found.held, seq, waits)
    metrics.count_said(found.events)
    if newly_held:
        metrics.held_replies.labels("held").inc()


async def _judged(rasa: Rasa, sender: str, name: str) -> list[BotReply]:
    # A sender of its own: the name is no turn of the conversation.
    try:
        return await rasa.ask(sender, name)
    except RasaFailed as error:
        logger.warning("a contact's name was not judged: %s", error.kind)
        return []
