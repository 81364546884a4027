"""Makes Rasa forget a conversation: a second private channel, beside the one for messages.

The desk asks for it when a conversation has been deleted. Nothing of it may be left in whatever
store Rasa keeps its conversations.
"""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

import sqlalchemy as sa  # type: ignore[import-untyped]  # 1.4 carries none
from rasa.core.channels.channel import InputChannel
from rasa.core.lock_store import LockError
from rasa.core.tracker_store import (
    AwaitableTrackerStore,
    FailSafeTrackerStore,
    InMemoryTrackerStore,
    SQLTrackerStore,
    TrackerStore,
)
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, json

from nightdesk.run.idle_memory import IdleMemory
from nightdesk.run.wordless_logs import where
from nightdesk_contract.senders import (
    CONVERSATION,
    FORGET_CHANNEL,
    FORGET_ROUTE,
    FORGOTTEN,
    forms_of,
)

LONGEST_NAME = 255
"""As long as a name can be in Rasa's own table."""

LOOK_FOR_LOCK_EVERY = 0.1
"""Seconds between looks whether a turn under way has ended."""

_AFTER_ALL = "\N{LATIN SMALL LETTER Z}" * 4
"""What stands, in every order of letters, after whatever a form's name ends with."""

logger = logging.getLogger(__name__)


class CannotForget(Exception):
    """The conversations are kept in a store that we do not know how to remove them from."""


class ForgetInput(InputChannel):
    """The channel; `credentials.yml` names it. It takes no messages."""

    @classmethod
    def name(cls) -> str:
        """Give the last part of its address."""
        return FORGET_CHANNEL

    def blueprint(self, on_new_message: Callable[[Any], Awaitable[Any]]) -> Blueprint:
        """Give its one route."""
        routes = Blueprint("nightdesk_forget")

        @routes.route(FORGET_ROUTE, methods=["POST"])
        async def forget_one(request: Request) -> HTTPResponse:
            return await _answer(request)

        return routes


async def forget(agent: Any, conversation: str) -> None:
    """Remove all that Rasa keeps of a conversation, once no turn of it is under way.

    Raises CannotForget, LockError when the turn does not end, and what the store raises.
    """
    async with agent.lock_store.lock(conversation, wait_time_in_seconds=LOOK_FOR_LOCK_EVERY):
        remove(agent.tracker_store, conversation)


def remove(store: TrackerStore, conversation: str) -> None:
    """Remove a conversation, and the forms that were sent in it, from a store and those behind it.

    Raises CannotForget.
    """
    if isinstance(store, FailSafeTrackerStore):
        remove(store._tracker_store, conversation)
        # Not through its property, which would make one.
        if store._fallback_tracker_store is not None:
            remove(store._fallback_tracker_store, conversation)
    elif isinstance(store, AwaitableTrackerStore):
        remove(store._tracker_store, conversation)
    elif isinstance(store, InMemoryTrackerStore):
        _remove_from_memory(store, conversation)
    elif isinstance(store, SQLTrackerStore):
        _remove_from_database(store, conversation)
    else:
        raise CannotForget(type(store).__name__)


def _remove_from_memory(store: InMemoryTrackerStore, conversation: str) -> None:
    forms = forms_of(conversation)
    for sender in [s for s in store.store if s == conversation or s.startswith(forms)]:
        if isinstance(store, IdleMemory):
            store.let_go(sender)
        else:
            del store.store[sender]


def _remove_from_database(store: SQLTrackerStore, conversation: str) -> None:
    sender, forms = store.SQLEvent.sender_id, forms_of(conversation)
    of_forms = sa.and_(
        # So that the index is used, whatever the database's order of letters.
        sender >= forms,
        sender <= forms + _AFTER_ALL,
        # Not LIKE: there "_" is any letter, and on SQLite a capital is a small one.
        sa.func.substr(sender, 1, len(forms)) == forms,
    )
    with store.session_scope() as session:
        session.execute(
            sa.delete(store.SQLEvent)
            .where(sa.or_(sender == conversation, of_forms))
            .execution_options(synchronize_session=False)
        )
        session.commit()


async def _answer(request: Request) -> HTTPResponse:
    conversation = _conversation_in(request)
    if conversation is None:
        return json({"error": "bad_request"}, status=400)
    agent = getattr(request.app.ctx, "agent", None)
    if agent is None:
        return json({"error": "not_ready"}, status=503)
    try:
        await forget(agent, conversation)
    except LockError:
        # A turn is under way that does not end: the desk asks again.
        return json({"error": "busy"}, status=503)
    except CannotForget as error:
        logger.error("conversations cannot be forgotten: they are kept in a %s", error)
        return json({"error": "unknown_store"}, status=501)
    except Exception as error:
        logger.error("\n".join(["a conversation could not be forgotten", *where(error)]))
        return json({"error": "fault"}, status=500)
    return json({FORGOTTEN: True})


def _conversation_in(request: Request) -> str | None:
    try:
        row = request.json
    except Exception:
        return None
    name = row.get(CONVERSATION) if isinstance(row, dict) else None
    return name if isinstance(name, str) and 0 < len(name) <= LONGEST_NAME else None
