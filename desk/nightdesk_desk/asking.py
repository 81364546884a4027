"""Asks Rasa where that must not fail: without a usable answer there is none, and it is counted."""

import contextlib
import logging
from collections.abc import Sequence

from nightdesk_contract.outcome import BotReply

from nightdesk_desk.metrics import Metrics
from nightdesk_desk.rasa import Rasa, RasaFailed

LEFT_WITHIN = 1.0
"""Seconds that forgetting may add to an answer that somebody waits for."""

logger = logging.getLogger(__name__)


async def ask_surely(
    rasa: Rasa,
    metrics: Metrics,
    sender: str,
    text: str,
    earlier: Sequence[str] = (),
    not_given: bool = False,
    deadline: float | None = None,
) -> list[BotReply] | None:
    """Give the bot's replies to `text`, or None. Never raises; no words of the text are logged."""
    try:
        return await rasa.ask(sender, text, deadline, earlier, not_given)
    except RasaFailed as error:
        kind: str = error.kind
    except Exception as error:
        kind = "fault"
        logger.error("asking Rasa failed: %s", type(error).__name__)
    metrics.rasa_failures.labels(kind).inc()
    logger.warning("no usable answer from Rasa: %s", kind)
    return None


async def leave_nothing(rasa: Rasa, sender: str) -> None:
    """Make Rasa forget what was asked once under a name of its own. Never raises.

    What cannot be forgotten now, Rasa's memory lets go of within the hour, and with its
    conversation.
    """
    with contextlib.suppress(RasaFailed):
        await rasa.forget(sender, LEFT_WITHIN)
