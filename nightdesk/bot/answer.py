"""What a visitor would get for one message, as plain values."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from nightdesk_contract.cautions import Caution, cautions_for
from nightdesk_contract.outcome import (
    BOT_UNAVAILABLE,
    BadReply,
    read_replies,
    rests_on,
    turn_outcome,
)


@dataclass(frozen=True)
class Answer:
    """One message and what became of it.

    `source` is the passage that the reply rests on, "clinic" for the clinic's settings, or None.
    `confidence` is that of the intent (0..1). `reply` is what the visitor reads; empty when the
    desk would have had to answer itself. `cautions` are shown below it.
    """

    text: str
    outcome: str
    level: str | None
    source: str | None
    confidence: float | None
    reply: str
    intent: str | None = None
    cautions: tuple[Caution, ...] = ()

    def to_row(self) -> dict[str, Any]:
        """Give the answer as a JSON object; of cautions their ids."""
        return {**asdict(self), "cautions": [caution.id for caution in self.cautions]}


def answer_from(
    text: str, replies: object, parsed: Mapping[str, Any], cautions: Sequence[Caution] = ()
) -> Answer:
    """Judge Rasa's replies as the desk does.

    Takes the visitor's text, what Rasa's REST channel would give, the parsed message, and all
    cautions that there are. What the desk cannot use ends at a person, so it is
    `handover:bot_unavailable` here too.
    """
    intent = parsed.get("intent") or {}
    name, confidence = intent.get("name"), intent.get("confidence")
    try:
        messages = read_replies(replies)
    except BadReply:
        return Answer(text, BOT_UNAVAILABLE, "P1", None, confidence, "", name)
    speaking = turn_outcome(messages)
    source = next(iter(rests_on(speaking)), None)
    if speaking.outcome.startswith("logistics:"):
        source = "clinic"
    reply = "\n\n".join(message.text for message in messages)
    passages = [passage for message in messages for passage in rests_on(message)]
    return Answer(
        text,
        speaking.outcome,
        speaking.level,
        source,
        confidence,
        reply,
        name,
        tuple(cautions_for(passages, cautions)),
    )


def refused(text: object, code: str) -> Answer:
    """Give the answer for a message that the desk's door does not take in."""
    shown = text if isinstance(text, str) else ""
    return Answer(shown, f"refused:{code}", None, None, None, "", None)
