"""Under which names the desk speaks with Rasa, and how it asks Rasa to forget one.

A conversation has its own name. What is asked once and has no conversation (the words of a form,
the question of readiness) has a name that is used only then.
"""

import secrets
from typing import Final

FORGET_CHANNEL: Final = "forget"
FORGET_ROUTE: Final = "/conversation"
FORGET_PATH: Final = f"/webhooks/{FORGET_CHANNEL}{FORGET_ROUTE}"
"""Where Rasa is asked to forget a conversation."""

CONVERSATION: Final = "conversation"
"""The key under which such a request names it."""
FORGOTTEN: Final = "forgotten"
"""The key of the answer; true once nothing of it is kept."""

_OF_FORM: Final = "-contact-"
_READY: Final = "ready-"


def for_form(conversation_id: str) -> str:
    """Give a name for the words of a contact form: they are no turn of the conversation."""
    return f"{conversation_id}{_OF_FORM}{secrets.token_hex(8)}"


def for_readiness() -> str:
    """Give a name for asking whether the bot answers."""
    return f"{_READY}{secrets.token_hex(16)}"


def forms_of(conversation_id: str) -> str:
    """Give what the names of all forms of a conversation begin with."""
    return f"{conversation_id}{_OF_FORM}"


def is_once(sender: str) -> bool:
    """Say whether a name was made for one question, so that nobody will come back to it."""
    return sender.startswith(_READY) or _OF_FORM in sender
